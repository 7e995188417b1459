"""How a space is asked on another machine: its recipe, the question and the answer, all as JSON texts."""

import builtins
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from nasplug import errors
from nasplug.engine.run import ActiveRun
from nasplug.errors import ConfigurationError
from nasplug.executors.processes import SpaceRecipe
from nasplug.loading import manager
from nasplug.types import Architecture, Evaluation, Purpose

_ORIGIN = "import importlib.util as u, sys; s = u.find_spec(sys.argv[1]); print(s and s.origin)"


def recipe_of(run: ActiveRun) -> str:
    """Returns the name and the options of a run's space. Raises `ConfigurationError` for what cannot travel as text."""
    recipe = SpaceRecipe.of(run)
    return json.dumps({"plugin": recipe.plugin, "options": {k: _plain(k, v) for k, v in recipe.options}})


def code_of(kind: type) -> dict[str, Any]:
    """Returns Ray's `runtime_env` that takes a space's code along; empty where an installed package provides it.

    A package travels as its folder, a module with the other modules beside it.
    """
    top = kind.__module__.partition(".")[0]
    module = sys.modules[top]
    folder = Path(next(iter(module.__path__))) if hasattr(module, "__path__") else None
    file = inspect.getfile(module) if folder is None or module.__file__ else None
    look = [sys.executable, "-I", "-c", _ORIGIN, top]  # as a fresh interpreter in another folder finds it
    if file and subprocess.run(look, capture_output=True, text=True).stdout.strip() == file:
        return {}
    if folder is not None:
        return {"py_modules": [str(folder)]}
    return {"working_dir": str(Path(str(file)).parent), "excludes": ["*", "!.", "!*.py"]}


def ask(architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> str:
    """Returns the question of one evaluation."""
    return json.dumps({"architecture": str(architecture), "purpose": purpose, "epochs": epochs, "seed": seed})


def answers(recipe: str, question: str) -> Iterator[str]:
    """Yields a first word when a worker has begun, then the answer, an evaluation or an error; runs on the worker."""
    yield "begun"
    yield _answer(recipe, question)


def read(text: str) -> Evaluation:
    """Returns the evaluation that a worker wrote, checked as any other. Raises the error that it wrote instead."""
    found = json.loads(text)
    if "error" in found:
        raise _error(str(found["kind"]), str(found["error"]))
    metrics = {str(name): float(value) for name, value in found["metrics"].items()}
    return Evaluation(found["accuracy"], found["cost"], metrics, str(found["source"]))


def _answer(recipe: str, question: str) -> str:
    asked = json.loads(question)
    asked["architecture"] = Architecture.parse(asked["architecture"])
    try:
        found = _hooks(recipe).evaluate(**asked)
        if not isinstance(found, Evaluation):
            raise TypeError(f"evaluate must return a nasplug.Evaluation, it returned {type(found).__name__}")
    except Exception as problem:  # whatever it is, the driver learns of it as text
        return json.dumps({"kind": type(problem).__name__, "error": str(problem)[:10_000]})
    metrics = {name: float(value) for name, value in found.metrics.items()}
    return json.dumps({"accuracy": found.accuracy, "cost": found.cost, "metrics": metrics, "source": found.source})


@lru_cache(maxsize=1)
def _hooks(recipe: str) -> Any:
    made = json.loads(recipe)
    return manager.build(manager.make("space", made["plugin"], made["options"])).hook


def _error(kind: str, message: str) -> Exception:
    known = getattr(errors, kind, None) or getattr(builtins, kind, None)
    if isinstance(known, type) and issubclass(known, Exception) and not issubclass(known, UnicodeError):
        return known(message)
    return RuntimeError(f"{kind}: {message}")


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, str | int | float | None):
        return value
    raise ConfigurationError(f"The space's option {name} is a {type(value).__name__}, which cannot travel to a worker.")
