"""Runs the repeats of a comparison, in parallel processes, and stores each as soon as it is done."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings, versions
from nasplug.engine.space_facts import objective_of
from nasplug.errors import ConfigurationError, NasplugError, StorageError, UsageError, error_text
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.failures import Failure
from nasplug.experiments.comparison.plan import Plan
from nasplug.experiments.comparison.single_search import run_repeat
from nasplug.loading import manager
from nasplug.storage.atomic_files import remove_partial_files, write_atomically

Repeat = tuple[Contender, int]  # a strategy, and the number of the repeat
Outcome = dict[str, Any] | BaseException  # what `run_repeat` returns or raises


@attrs.frozen
class Comparison:
    """The repeats of a plan and the folder of their files, one below `repeats/` for each repeat that is done."""

    plan: Plan
    folder: Path
    goal: Goal = DEFAULT_GOAL

    @classmethod
    def open(cls, plan: Plan, folder: Path) -> "Comparison":
        """Stores the plan in `folder`, or goes on with the same comparison there, and returns the comparison.

        Raises `NasplugError` where a repeat could not be run with this plan, or the folder holds another comparison.
        """
        requests = [plan.request(contender) for contender in plan.contenders]
        selections = [Selection.of_request(request) for request in requests]
        settings = [selection.settings(request) for selection, request in zip(selections, requests, strict=True)]
        packages = {name: version for s in settings for name, version in versions(s).items()}
        marks = [_first_prediction(*pair) for pair in zip(selections, settings, strict=True)]
        names = [contender.text for contender in plan.contenders]
        main = objective_of(manager.build(selections[0].space, space_name=selections[0].space_name).hook)
        plan = attrs.evolve(plan, objectives=tuple(settings[0].objectives))  # the space may recommend some
        goal = Goal.of(plan.objectives, plan.limits, main)
        plan.store(folder, packages, {k: mark for k, mark in zip(names, marks, strict=True) if mark is not None}, main)
        for place in (folder, *folder.glob("repeats/*/")):
            remove_partial_files(place)
        return cls(plan, folder, goal)

    @property
    def count(self) -> int:
        """The number of repeats, done or not."""
        return self.plan.repeats * len(self.plan.contenders)

    def missing(self) -> list[Repeat]:
        """Returns the repeats that are not done, strategies in turn, so that an early end leaves them equally far."""
        repeats = product(range(self.plan.repeats), self.plan.contenders)
        return [(contender, number) for number, contender in repeats if not self._path(contender, number).exists()]

    def run(
        self,
        workers: int,
        on_repeat: Callable[[list[str]], None],
        on_failure: Callable[[Failure], None] = lambda failure: None,
    ) -> list[Failure]:
        """Runs the repeats that are missing, `workers` at a time, stores each, and returns those that raised.

        Args:
            workers: how many repeats run at the same time
            on_repeat: called after each repeat with the lines that its plugins wrote to standard error
            on_failure: called after each repeat that raised

        Raises:
            UsageError, ConfigurationError: a repeat raised it: what is asked for is wrong, or no evaluation can succeed
        """
        missing, failures = self.missing(), list[Failure]()
        outcomes = _run_here if workers == 1 else partial(_run_in_processes, workers)
        for (contender, number), outcome in outcomes(self.plan, missing):
            if not isinstance(outcome, BaseException):
                write_atomically(self._path(contender, number), json.dumps(outcome["rows"], ensure_ascii=False))
                on_repeat(outcome["stderr"])
                continue
            text = str(outcome) if isinstance(outcome, NasplugError) else error_text(outcome)
            failure = Failure(contender.text, number, self.plan.seed + number, text, cause=outcome)
            if isinstance(outcome, UsageError | ConfigurationError):
                raise type(outcome)(str(failure)) from outcome
            failures.append(attrs.evolve(failure, cause=None) if failures else failure)
            on_failure(failure)
        return failures

    def rows(self) -> Iterator[list[dict[str, Any]]]:
        """Yields the rows of every stored repeat, strategy by strategy. Raises `StorageError` for a damaged file."""
        for repeat in product(self.plan.contenders, range(self.plan.repeats)):
            path = self._path(*repeat)
            if not path.exists():  # it failed
                continue
            try:
                yield json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise StorageError(f"{path} cannot be read ({error}). Remove it and repeat the command.") from error

    def _path(self, contender: Contender, number: int) -> Path:
        digest = hashlib.sha256(contender.text.encode()).hexdigest()[:8]
        readable = "".join(c if c.isalnum() or c == "_" else "-" for c in contender.strategy)
        return self.folder / "repeats" / f"{readable}-{digest}" / f"{number:05d}.json"


def _first_prediction(selection: Selection, settings: Settings) -> int | None:
    """Returns after how many trials the strategy begins to predict; None if it never does."""
    hook = manager.build(selection.space, selection.strategy, space_name=selection.space_name).hook
    trials: int | None = hook.predicts_from(budget=settings.budget, batch=settings.batch)
    return trials


def _run_here(plan: Plan, repeats: list[Repeat]) -> Iterator[tuple[Repeat, Outcome]]:
    for repeat in repeats:
        outcome: Outcome
        try:
            outcome = run_repeat(plan, *repeat)
        except (Exception, SystemExit) as error:  # a foreign strategy may raise anything, or call sys.exit
            outcome = error
        yield repeat, outcome


def _run_in_processes(processes: int, plan: Plan, repeats: list[Repeat]) -> Iterator[tuple[Repeat, Outcome]]:
    from nasplug.executors.pool import start_pool
    from nasplug.executors.remote_errors import attempted

    processes = max(1, min(processes, len(repeats)))
    pool = start_pool(processes, threads=max(1, (os.cpu_count() or 1) // processes))  # together, one thread a core
    try:
        futures = {pool.schedule(attempted, args=(run_repeat, plan, *repeat)): repeat for repeat in repeats}
        for future in as_completed(futures):
            yield futures.pop(future), _outcome(future)  # popped, so that its rows are not held in memory
    finally:
        pool.stop()
        pool.join()


def _outcome(future: "Future[tuple[dict[str, Any], dict[str, Any] | None]]") -> Outcome:
    from pebble import ProcessExpired

    from nasplug.executors.remote_errors import raised_again

    try:
        outcome, raised = future.result()
        return raised_again(**raised) if raised else outcome
    except (ProcessExpired, BrokenProcessPool) as death:
        error = NasplugError(
            f"A worker process died (exit code {getattr(death, 'exitcode', 'unknown')}): it crashed, or the system "
            "killed it because memory ran out. Fewer --workers need less memory."
        )
        error.__cause__ = death
        return error
    except (Exception, SystemExit) as error:
        return error
