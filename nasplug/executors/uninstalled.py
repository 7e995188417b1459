"""Code that is not installed: what Ray copies to its nodes, and what must go there in the pickle of the space."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

_PRINT_PLACES = """
import importlib.util, json, sys
specs = {name: importlib.util.find_spec(name) for name in sys.argv[1:]}
print(json.dumps([spec.origin or next(iter(spec.submodule_search_locations)) for spec in specs.values() if spec]))
"""


def runtime_env(space: type) -> dict[str, Any]:
    """Returns Ray's `runtime_env` that copies the code of a space's class to the nodes; empty for an installed package.

    A package travels as its folder, a module or script with the other modules beside it.
    """
    module = sys.modules.get(_top(_module_name(space)), sys.modules["__main__"])
    place = _place(module)
    if place is None or not _uninstalled([module]):  # of a notebook, or installed
        return {}
    if hasattr(module, "__path__"):
        return {"py_modules": [str(Path(next(iter(module.__path__))))]}
    return {"working_dir": str(Path(place).parent), "excludes": ["*", "!.", "!*.py"]}


def left_behind(code: Mapping[str, Any]) -> list[ModuleType]:
    """Returns the loaded modules that a node cannot import: not installed, and not copied by this `runtime_env`.

    A copied module is one of them where it has something of another one: its import would fail. There are none where
    the program has uploaded code itself: it knows what its nodes import.
    """
    if any("://" in place for place in (code.get("working_dir", ""), *code.get("py_modules", ()))):
        return []
    modules = [module for module in _loaded() if _place(module)]
    uninstalled = _uninstalled(module for module in modules if "." not in module.__name__)
    candidates = [module for module in modules if _top(module.__name__) in uninstalled]
    behind = [module for module in candidates if not _is_copied(module, code)]
    while more := [module for module in candidates if module not in behind and _uses(module, behind)]:
        behind += more
    return behind


def _module_name(space: type) -> str:
    """Returns the module of a class; of what `python -m package.module` runs, its name."""
    if space.__module__ == "__main__":
        return str(getattr(sys.modules["__main__"].__spec__, "name", "__main__"))
    return space.__module__


def _top(name: str) -> str:
    return name.partition(".")[0]


def _place(module: ModuleType) -> str | None:
    """Returns the file of a module, or the folder of a package without one; None for what is built in or typed in."""
    file: str | None = vars(module).get("__file__")
    return file or next(iter(vars(module).get("__path__", ())), None)


def _loaded() -> list[ModuleType]:
    """Returns the modules of this process that have a name to import them by. Nothing is imported by looking."""
    named = {name: module for name, module in sys.modules.items() if isinstance(module, ModuleType)}
    return [module for name, module in named.items() if name != "__main__" and vars(module).get("__name__") == name]


def _uninstalled(modules: Iterable[ModuleType]) -> set[str]:
    """Returns the names of those of some top modules that are neither beside a distribution nor found by Python alone.

    Python alone finds what is installed as a link to its folder. The package nasplug is on each node.
    """
    known = sys.stdlib_module_names | {"nasplug"}
    places = {module.__name__: _place(module) for module in modules if module.__name__ not in known}
    asked = {name: place for name, place in places.items() if place and not _is_beside_a_distribution(Path(place))}
    names = [name for name in asked if name != "__main__"]
    isolated = [sys.executable, "-I", "-c", _PRINT_PLACES, *names]
    installed = json.loads(subprocess.run(isolated, capture_output=True, text=True, check=True).stdout) if names else []
    return {name for name, place in asked.items() if place not in installed}


def _is_beside_a_distribution(place: Path) -> bool:
    folder = place.parent.parent if place.stem == "__init__" else place.parent
    return any(folder.glob("*.dist-info"))


def _is_copied(module: ModuleType, code: Mapping[str, Any]) -> bool:
    packages = [Path(folder).name for folder in code.get("py_modules", ())]
    alone = "." not in module.__name__ and not hasattr(module, "__path__")
    beside = str(Path(str(_place(module))).parent) == code.get("working_dir")
    return _top(module.__name__) in packages or (alone and beside)


def _uses(module: ModuleType, others: list[ModuleType]) -> bool:
    names = {other.__name__ for other in others}
    return any(
        value in others if isinstance(value, ModuleType) else getattr(value, "__module__", None) in names
        for value in vars(module).values()
    )
