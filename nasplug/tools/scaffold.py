"""Creates new plugin projects from the templates beside this file."""

import keyword
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from nasplug.errors import UsageError
from nasplug.loading import discovery
from nasplug.loading.distributions import version_of

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".jinja"


def create(kind: Literal["space", "strategy"], name: str, folder: Path) -> list[Path]:
    """Creates a project in `folder`, whole or not at all, and returns its files.

    Raises `UsageError` for a name that is invalid or taken, and where `folder` cannot be made.
    """
    title = name.title().replace("_", "")
    _check_name(kind, name, title)
    if folder.exists():
        raise UsageError(f"{folder} already exists, and nothing is ever overwritten. Name another folder with --out.")
    values = {"name": name, "title": title, "module": f"nasplug_{name}"}
    values |= {"project": f"nasplug-{name.replace('_', '-')}", "version": str(version_of("nasplug"))}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".nasplug-new-") as parent:
            project = Path(parent) / folder.name
            _render(TEMPLATES / kind, project, values)
            project.rename(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}. Name another folder with --out.") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _check_name(kind: discovery.Kind, name: str, title: str) -> None:
    problem = f"{name!r} cannot be the name of a {kind}"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name) or keyword.iskeyword(title):
        raise UsageError(f"{problem}: use a-z, 0-9 and single underscores, as in my_space, but no word of Python.")
    if title in _imported(kind):
        raise UsageError(f"{problem}: its class would be called {title}, which its module imports. Try my_{name}.")
    for plugin in (plugin for plugin in discovery.installed(kind) if plugin.name == name):
        raise UsageError(f"The {kind} {name!r} already exists: it comes with {plugin.provider}. Choose another name.")
    if find_spec(f"nasplug_{name}"):
        raise UsageError(f"There already is a package nasplug_{name} that Python can import. Choose another name.")


def _imported(kind: discovery.Kind) -> set[str]:
    """Returns the names that the module of a new project imports."""
    source = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / kind).glob(f"*.py{SUFFIX}"))
    lines = re.findall(r"^ *(?:from \S+ )?import (.+)$", source, re.MULTILINE)
    return {part.split()[-1] for line in lines for part in line.split(",")}


def _render(template: Path, project: Path, values: dict[str, Any]) -> None:
    """Writes every file of a template under `project`. The names of the files are templates, too."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(template)
    environment = Environment(loader=loader, undefined=StrictUndefined, keep_trailing_newline=True)
    for source in environment.list_templates(extensions=[SUFFIX.removeprefix(".")]):
        target = project / environment.from_string(source.removesuffix(SUFFIX)).render(values)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(environment.get_template(source).render(values), encoding="utf-8")
