"""What a plugin does in another process: what its import loads, which canonical forms and accuracies it gives there."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from nasplug.executors import by_value
from nasplug.executors.messages import answer as evaluated
from nasplug.executors.messages import decode_answer, encode_request
from nasplug.executors.pool import start_pool
from nasplug.executors.recipe import SpaceRecipe
from nasplug.loading import manager, options
from nasplug.testing.laws import NotApplicable
from nasplug.types import Architecture


def importable(kind: type) -> str:
    """Returns the class as `module:Class`. The law is not applicable where a new process cannot import that."""
    if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__ or not loaded_by_import(kind.__module__):
        raise NotApplicable("another process cannot import the class from where it is defined")
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def loaded_by_import(module: str) -> frozenset[str]:
    """Returns the top-level packages that importing `module` loads in a new process; none where that fails."""
    program = "importlib.import_module(sys.argv[1]); print(*{name.partition('.')[0] for name in sys.modules})"
    return frozenset(_run_python(program, module).stdout.split())


def canonical_forms(space: object, architectures: Sequence[Architecture]) -> list[str]:
    """Returns the canonical forms that an equal space gives in a new process, with another hash seed."""
    values = {name: getattr(space, name) for name in options.fields(type(space))}
    request = {"space": importable(type(space)), "options": values, "architectures": [str(a) for a in architectures]}
    program = "importlib.import_module('nasplug.testing.other_process').answer(sys.argv[1])"
    process = _run_python(program, json.dumps(request, default=str))
    if process.returncode:
        error = process.stderr.strip().rpartition("\n")[2]
        raise NotApplicable(f"the space could not be made in another process: {error}")
    forms: list[str] = json.loads(process.stdout.strip().rpartition("\n")[2])
    return forms


def recipes(space: object) -> list[SpaceRecipe]:
    """Returns how a space goes to a worker: as it is, and by its name and options where those suffice.

    The law is not applicable where a worker cannot import the class, and its code does not travel.
    """
    if by_value.importable(type(space)):
        importable(type(space))
    made: Any = SimpleNamespace(space=space, space_given=False)
    as_it_is, named = SpaceRecipe.of_instance(space), SpaceRecipe.of(made)
    return [as_it_is] if named.instance else [as_it_is, named]


def accuracies_in_worker(recipes: Sequence[SpaceRecipe], **arguments: object) -> list[float]:
    """Returns the accuracies that the spaces of some recipes give in a worker process, as `processes` has them."""
    request, pool = encode_request(**arguments), start_pool(1)
    try:
        texts = [pool.schedule(evaluated, args=(recipe, request)).result() for recipe in recipes]
        return [decode_answer(text).accuracy for text in texts]
    finally:
        pool.stop()
        pool.join()


def answer(request: str) -> None:
    """Prints the canonical forms that a request asks for, as JSON. Runs in the new process."""
    question = json.loads(request)
    hook = manager.build(manager.make("space", question["space"], question["options"])).hook
    print(json.dumps([hook.canonical(architecture=Architecture.parse(text)) for text in question["architectures"]]))


def _run_python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-c", f"import importlib, sys\n{program}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment)
