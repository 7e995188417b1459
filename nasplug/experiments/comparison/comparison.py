"""Runs the repeats of a comparison, side by side in processes, each kept as soon as it is done."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings, versions
from nasplug.errors import NasplugError, StorageError
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.plan import Plan
from nasplug.experiments.comparison.single_search import repeat
from nasplug.loading import manager
from nasplug.storage.atomic_files import remove_partial_files, write_atomically


@attrs.frozen
class Comparison:
    """The repeats of a plan in a folder: those that are done are files below `repeats/`."""

    plan: Plan
    folder: Path

    @classmethod
    def open(cls, plan: Plan, folder: Path) -> "Comparison":
        """Returns the comparison that `folder` holds or will hold. Raises `NasplugError` before anything is run."""
        requests = [plan.request(contender) for contender in plan.contenders]
        selections = [Selection.of_request(request) for request in requests]
        settings = [selection.settings(request) for selection, request in zip(selections, requests, strict=True)]
        marks = {
            contender.text: mark
            for contender, selection, each in zip(plan.contenders, selections, settings, strict=True)
            if (mark := _mark(selection, each)) is not None
        }
        plan.keep(folder, {name: version for each in settings for name, version in versions(each).items()}, marks)
        for place in (folder, *folder.glob("repeats/*/")):
            remove_partial_files(place)
        return cls(plan, folder)

    @property
    def count(self) -> int:
        """How many repeats there are in all, run or not."""
        return self.plan.repeats * len(self.plan.contenders)

    def missing(self) -> list[tuple[Contender, int]]:
        """Returns what is still to run, repeat by repeat, so that an early end leaves strategies equally far."""
        everything = [(c, r) for r in range(self.plan.repeats) for c in self.plan.contenders]
        return [(contender, number) for contender, number in everything if not self._path(contender, number).exists()]

    def run(self, workers: int, tell: Callable[[list[str]], None]) -> None:
        """Runs what is missing; `tell` hears after each repeat what its plugins said. The first error ends it all."""
        todo = self.missing()
        outcomes = _here(self.plan, todo) if workers == 1 else _side_by_side(self.plan, todo, workers)
        for (contender, number), outcome in outcomes:
            write_atomically(self._path(contender, number), json.dumps(outcome["rows"], ensure_ascii=False))
            tell(outcome["said"])

    def rows(self) -> Iterator[list[dict[str, Any]]]:
        """Returns the rows of every repeat, strategy by strategy. Raises `StorageError` for a damaged file."""
        for contender in self.plan.contenders:
            for number in range(self.plan.repeats):
                path = self._path(contender, number)
                try:
                    yield json.loads(path.read_text(encoding="utf-8"))
                except (OSError, ValueError) as error:
                    raise StorageError(f"{path} cannot be read ({error}). Remove it and repeat the command.") from error

    def _path(self, contender: Contender, number: int) -> Path:
        digest = hashlib.sha256(contender.text.encode()).hexdigest()[:8]
        readable = "".join(c if c.isalnum() or c == "_" else "-" for c in contender.strategy)
        return self.folder / "repeats" / f"{readable}-{digest}" / f"{number:05d}.json"


def _mark(selection: Selection, settings: Settings) -> int | None:
    """Returns after how many trials of this budget the strategy predicts; None: it never does."""
    hook = manager.build(selection.space, selection.strategy, space_name=selection.space_name).hook
    mark: int | None = hook.predicts_from(budget=settings.budget, batch=settings.batch)
    return mark


Outcomes = Iterator[tuple[tuple[Contender, int], dict[str, Any]]]


def _here(plan: Plan, todo: list[tuple[Contender, int]]) -> Outcomes:
    for contender, number in todo:
        yield (contender, number), repeat(plan, contender, number)


def _side_by_side(plan: Plan, todo: list[tuple[Contender, int]], count: int) -> Outcomes:
    from pebble import ProcessExpired

    from nasplug.executors.pool import start_pool

    count = max(1, min(count, len(todo)))
    pool = start_pool(count, threads=max(1, (os.cpu_count() or 1) // count))  # together, no more than there are
    try:
        futures = {pool.schedule(repeat, args=(plan, *task)): task for task in todo}
        for future in as_completed(futures):
            yield futures.pop(future), future.result()  # what is kept in a file is not kept here
    except (ProcessExpired, BrokenProcessPool) as death:
        raise NasplugError(
            f"A worker process died (exit code {getattr(death, 'exitcode', 'unknown')}): killed by the system where "
            "memory ran out, or by a crash of its own. Fewer --workers need less memory."
        ) from death
    finally:
        pool.stop()
        pool.join()
