"""What travels between the driver of a run and a worker on a Ray cluster: a request and an answer, as JSON texts."""

import builtins
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from nasplug import errors
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space
from nasplug.types import Architecture, Evaluation, Purpose

LONGEST_ERROR = 10_000  # characters
_WITH_MORE_ARGUMENTS = (UnicodeError, ExceptionGroup)  # than a message
_PRINT_ORIGIN = "import importlib.util as u, sys; s = u.find_spec(sys.argv[1]); print(s and s.origin)"


def runtime_env(space: type) -> dict[str, Any]:
    """Returns Ray's `runtime_env` that sends the code of a space's class along; empty for an installed package.

    A package travels as its folder, a module with the other modules beside it.
    """
    name = space.__module__.partition(".")[0]
    module = sys.modules[name]
    folder = Path(next(iter(module.__path__))) if hasattr(module, "__path__") else None
    file = inspect.getfile(module) if folder is None or module.__file__ else None
    isolated = [sys.executable, "-I", "-c", _PRINT_ORIGIN, name]  # finds what is installed, wherever it is called
    if file and subprocess.run(isolated, capture_output=True, text=True).stdout.strip() == file:
        return {}
    if folder is not None:
        return {"py_modules": [str(folder)]}
    return {"working_dir": str(Path(str(file)).parent), "excludes": ["*", "!.", "!*.py"]}


def encode_request(architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> str:
    """Returns the arguments of the hook `evaluate` as text."""
    return json.dumps({"architecture": str(architecture), "purpose": purpose, "epochs": epochs, "seed": seed})


def evaluate_remotely(recipe: str, request: str) -> Iterator[str]:
    """Yields `begun` as soon as a worker runs this, then the answer: an evaluation, or the error that was raised."""
    yield "begun"
    try:
        arguments = json.loads(request)
        arguments["architecture"] = Architecture.parse(arguments["architecture"])
        evaluation = hooks_of_space(SpaceRecipe.from_json(recipe)).evaluate(**arguments)
        if not isinstance(evaluation, Evaluation):
            raise TypeError(f"evaluate must return a nasplug.Evaluation, it returned {type(evaluation).__name__}")
        answer = attrs.asdict(evaluation)
    except Exception as problem:  # the driver raises it again
        answer = {"kind": type(problem).__name__, "error": errors.error_message(problem)[:LONGEST_ERROR]}
    yield json.dumps(answer)


def decode_answer(text: str) -> Evaluation:
    """Returns the evaluation that a worker sent, validated like any other, or raises the error that it sent."""
    answer = json.loads(text)
    if "error" in answer:
        raise _error(str(answer["kind"]), str(answer["error"]))
    return Evaluation(**answer)


def _error(kind: str, message: str) -> Exception:
    """Returns an error of nasplug or of Python by the name of its class, a `RuntimeError` for any other."""
    error = getattr(errors, kind, None) or getattr(builtins, kind, None)
    if isinstance(error, type) and issubclass(error, Exception) and not issubclass(error, _WITH_MORE_ARGUMENTS):
        return error(message)
    return RuntimeError(f"{kind}: {message}")
