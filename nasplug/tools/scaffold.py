"""New plugin projects, made from the templates beside this file."""

import keyword
import re
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from nasplug.errors import UsageError
from nasplug.loading import discovery

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".jinja"


def create(kind: Literal["space", "strategy"], name: str, folder: Path) -> list[Path]:
    """Returns the files of a new project in `folder`, which appears whole or not at all.

    Raises `UsageError` for a name that cannot be one, for one that is taken, and where `folder` cannot be made.
    """
    title = name.title().replace("_", "")
    _check_name(kind, name, title)
    if folder.exists():
        raise UsageError(f"{folder} already exists, and nothing is ever overwritten. Name another folder with --out.")
    values = {"name": name, "title": title, "module": f"nasplug_{name}"}
    values |= {"project": f"nasplug-{name.replace('_', '-')}", "version": version("nasplug")}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".nasplug-new-") as parent:
            made = Path(parent) / folder.name
            _render(TEMPLATES / kind, made, values)
            made.rename(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}. Name another folder with --out.") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _check_name(kind: discovery.Kind, name: str, title: str) -> None:
    words = keyword.iskeyword(name) or keyword.iskeyword(title)
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or words:
        raise UsageError(
            f"{name!r} cannot be the name of a {kind}: wanted a-z, 0-9 and single underscores between, a letter first, "
            "and no word of Python; my_space for instance."
        )
    if title in _imported(kind):
        raise UsageError(
            f"{name!r} cannot be the name of a {kind}: its class would be called {title}, as something that its module "
            f"imports. Choose another name; my_{name} for instance."
        )
    for plugin in discovery.installed(kind):
        if plugin.name == name:
            raise UsageError(
                f"The {kind} {name!r} already exists: it comes with {plugin.provider}. Choose another name."
            )
    if find_spec(f"nasplug_{name}"):
        raise UsageError(f"There already is a package nasplug_{name} that Python can import. Choose another name.")


def _imported(kind: discovery.Kind) -> set[str]:
    """Returns the names that the module of a new project imports for itself."""
    source = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / kind).glob(f"*.py{SUFFIX}"))
    lines = re.findall(r"^ *(?:from \S+ )?import (.+)$", source, re.MULTILINE)
    return {part.split()[-1] for line in lines for part in line.split(",")}


def _render(template: Path, made: Path, values: dict[str, Any]) -> None:
    """Writes every file of a template under `made`; names of files are templates as well."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(template), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    for source in environment.list_templates(extensions=[SUFFIX.removeprefix(".")]):
        target = made / environment.from_string(source.removesuffix(SUFFIX)).render(values)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(environment.get_template(source).render(values), encoding="utf-8")
