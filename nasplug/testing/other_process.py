"""What a plugin does in another process: what its import loads, and what its hooks answer there."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from nasplug.loading import manager
from nasplug.types import Architecture


def importable(kind: type) -> str | None:
    """Returns `module:Class` where a new process can import it from there, else None."""
    module = sys.modules.get(kind.__module__)
    if module is None or kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
        return None
    return f"{kind.__module__}:{kind.__qualname__}" if loaded_by_import(kind.__module__) else None


@cache
def loaded_by_import(module: str) -> frozenset[str]:
    """Returns the top-level packages that a new process has loaded after importing a module; none if it cannot."""
    program = "importlib.import_module(sys.argv[1]); print(*{name.partition('.')[0] for name in sys.modules})"
    return frozenset(_python(program, module).stdout.split())


def canonical_elsewhere(target: str, options: Mapping[str, Any], architectures: Sequence[Architecture]) -> list[str]:
    """Returns the canonical forms that a new process gives, with another hash seed. Raises `RuntimeError`."""
    request = {"target": target, "options": dict(options), "architectures": [str(a) for a in architectures]}
    program = "importlib.import_module('nasplug.testing.other_process').answer(sys.argv[1])"
    done = _python(program, json.dumps(request, default=str))
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    answered: list[str] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return answered


def answer(request: str) -> None:
    """Prints the canonical forms of the architectures of a request, as JSON; called in the new process."""
    asked = json.loads(request)
    space = manager.make("space", asked["target"], asked["options"])
    hook = manager.build(space).hook
    architectures = [Architecture.parse(text) for text in asked["architectures"]]
    print(json.dumps([hook.canonical(architecture=architecture) for architecture in architectures]))


def _python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-c", f"import importlib, sys\n{program}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env)
