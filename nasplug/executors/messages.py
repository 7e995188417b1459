"""What travels between the driver of a run and its workers: a request as a pickle, an answer as a JSON text."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import cloudpickle

from nasplug.engine.evaluation import checked
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space
from nasplug.executors.remote_errors import described, raised_again
from nasplug.types import Evaluation

_PRINT_ORIGIN = "import importlib.util as u, sys; s = u.find_spec(sys.argv[1]); print(s and s.origin)"


def runtime_env(space: type) -> dict[str, Any]:
    """Returns Ray's `runtime_env` that sends the code of a space's class along; empty for an installed package.

    A package travels as its folder, a module or script with the other modules beside it.
    """
    name = _module_name(space)
    module = sys.modules.get(name, sys.modules["__main__"])
    folder = Path(next(iter(module.__path__))) if hasattr(module, "__path__") else None
    file = getattr(module, "__file__", None)
    if folder is None and file is None:  # of a notebook
        return {}
    isolated = [sys.executable, "-I", "-c", _PRINT_ORIGIN, name]  # finds what is installed, wherever it is called
    if file and subprocess.run(isolated, capture_output=True, text=True).stdout.strip() == file:
        return {}
    if folder is not None:
        return {"py_modules": [str(folder)]}
    return {"working_dir": str(Path(str(file)).parent), "excludes": ["*", "!.", "!*.py"]}


def _module_name(space: type) -> str:
    """Returns the top module of a class; of what `python -m package.module` runs, that of the package."""
    name = space.__module__
    if name == "__main__":
        name = getattr(sys.modules["__main__"].__spec__, "name", name)
    return name.partition(".")[0]


def encode_request(**arguments: Any) -> bytes:
    """Returns the arguments of the hook `evaluate` for a worker."""
    request: bytes = cloudpickle.dumps(arguments)
    return request


def answer(recipe: SpaceRecipe, request: bytes) -> str:
    """Returns what the space of a recipe answers: an evaluation, or the error that was raised. A worker calls this.

    It raises nothing, and no class of the space or its error travels, so that no answer is one that cannot be read.
    """
    try:
        evaluation = checked(hooks_of_space(recipe).evaluate(**pickle.loads(request)))
        return json.dumps({field.name: getattr(evaluation, field.name) for field in attrs.fields(Evaluation)})
    except BaseException as error:  # SystemExit too: it is the evaluation that ends, not the worker
        return json.dumps(described(error))


def answer_in_stream(recipe: SpaceRecipe, request: bytes) -> Iterator[str]:
    """Yields `begun` as soon as a worker runs this, then the answer."""
    yield "begun"
    yield answer(recipe, request)


def decode_answer(text: str) -> Evaluation:
    """Returns the evaluation that a worker sent, validated like any other, or raises the error that it sent."""
    values = json.loads(text)
    if "error" in values:
        raise raised_again(**values)
    return Evaluation(**values)
