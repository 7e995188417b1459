"""Long benchmarks in parts: which seeds to measure, and answers kept in a file so that a stopped one goes on."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def seeds(count: int) -> Iterable[int]:
    """Returns the seeds of this part: all `count`, or those that `NASPLUG_SEEDS` names as FIRST:END."""
    first, _, end = os.environ.get("NASPLUG_SEEDS", f"0:{count}").partition(":")
    return range(int(first), int(end))


def kept(name: str, compute: Callable[..., Any], *arguments: Any) -> Any:
    """Returns `compute(*arguments)`, a JSON value.

    Where `NASPLUG_KEEP` names a folder, the value is written to a file NAME.jsonl in it, and taken from there the next
    time. Delete it after a change of the code that it measures.
    """
    folder = os.environ.get("NASPLUG_KEEP")
    if folder is None:
        return compute(*arguments)
    path, key = Path(folder) / f"{name}.jsonl", list(arguments)
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for known, value in rows:
        if known == key:
            return value
    value = compute(*arguments)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps([key, value]) + "\n")
    return value
