"""One repeat of one strategy: a search, and what each of its incumbents would be reported with."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import lru_cache
from typing import Any

from nasplug.engine.evaluation import derived_seed, evaluate
from nasplug.engine.result import Result, incumbents, rows
from nasplug.engine.search import run_request
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.plan import Plan
from nasplug.loading import manager
from nasplug.types import Job, Trial

CLOCK = ("started", "finished")


def repeat(plan: Plan, contender: Contender, number: int) -> dict[str, Any]:
    """Returns the trials of repeat `number` as rows, and what the plugins said on standard error.

    Called in a worker process, which keeps the space between repeats. Each row has `strategy`, `repeat` and `seed`
    before, `incumbent` (became it) and `reported` (percent of the incumbent's final evaluation) after the columns of
    `nasplug trials`. An incumbent's final evaluation is made once, with a seed of its own, and not counted as a trial.
    """
    said = io.StringIO()
    with redirect_stderr(said):
        space = _space(plan.space, tuple(plan.space_options.items()))
        result = run_request(plan.request(contender, number, space))
        reported = _reported(plan, space, result)
    names = {"strategy": contender.text, "repeat": number, "seed": plan.seed + number}
    told = zip(rows(result.trials), _incumbents(result.trials, reported), strict=True)
    found = [names | row | more | names for row, more in told]  # a space's metric may have one of these names
    return {"rows": found, "said": said.getvalue().splitlines()}


@lru_cache(maxsize=1)
def _space(name: str, options: tuple[tuple[str, str], ...]) -> Any:
    return manager.make("space", name, dict(options))


def _reported(plan: Plan, space: Any, result: Result) -> dict[int, float | None]:
    """Returns percent of its final evaluation by number of each trial that became the incumbent; None: it failed."""
    hook = manager.build(space, space_name=plan.space).hook
    finals = {t.architecture: t.accuracy for t in result.trials if t.purpose == "final"}
    found = {}
    for trial in _rising(result.trials):
        if trial.architecture not in finals:
            seed = derived_seed(result.seed, trial.number, 2)
            job = Job(trial.number, trial.architecture, trial.canonical, seed, "final", trial.latency)
            finals[trial.architecture] = evaluate(hook, job, plan.epochs, retries=0).accuracy
        found[trial.number] = finals[trial.architecture]
    return found


def _rising(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the trials that became the incumbent, by the rule of `nasplug best`."""
    searched = [trial for trial in trials if trial.purpose == "search"]
    return [trial for trial, best in zip(searched, incumbents(trials), strict=True) if best is trial]


def _incumbents(trials: Sequence[Trial], reported: dict[int, float | None]) -> list[dict[str, Any]]:
    now, found = None, []
    for trial in trials:
        became = trial.purpose == "search" and trial.number in reported
        now = reported[trial.number] if became else now
        found.append({"incumbent": became, "reported": now if trial.purpose == "search" else trial.accuracy})
    return found
