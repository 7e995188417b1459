"""One repeat of one strategy: a search, and the value that each of its incumbents would be reported with."""

import io
from contextlib import redirect_stderr
from functools import lru_cache
from typing import Any

import attrs

from nasplug.engine.evaluation import Evaluator, derived_seed
from nasplug.engine.result import Result, incumbents, rows
from nasplug.engine.search import run_request
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.plan import Plan
from nasplug.loading import manager
from nasplug.types import Job

INCUMBENT = ("incumbent", "reported")
CLOCK = ("started", "finished")  # columns that differ from one execution to the next


def run_repeat(plan: Plan, contender: Contender, number: int) -> dict[str, Any]:
    """Runs one repeat of a strategy, and returns its `rows` and the lines that its plugins wrote to `stderr`.

    A row has `strategy`, `repeat` and `seed`, the columns of `nasplug trials`, then `incumbent` (whether the trial
    became it) and `reported` (the main objective in the incumbent's final evaluation). Each incumbent gets a final
    evaluation with a seed of its own, which does not count as a trial. A worker process uses one space for all repeats.
    """
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        space = _space(plan.space, tuple(plan.space_options.items()))
        result = run_request(plan.request(contender, number, space))
        reported = _evaluate_incumbents(plan, space, result)
    names = {"strategy": contender.text, "repeat": number, "seed": plan.seed + number}
    trial_rows = rows(result.trials, taken=(*names, *INCUMBENT))
    pairs = zip(trial_rows, _incumbent_columns(result, reported), strict=True)
    table = [names | row | columns for row, columns in pairs]
    return {"rows": table, "stderr": stderr.getvalue().splitlines()}


@lru_cache(maxsize=1)
def _space(name: str, options: tuple[tuple[str, str], ...]) -> Any:
    return manager.make("space", name, dict(options))


def _evaluate_incumbents(plan: Plan, space: Any, result: Result) -> dict[int, float | None]:
    """Returns the main objective's value in the final evaluation by the number of each trial that became the incumbent.

    None where the evaluation failed.
    """
    goal, hook = attrs.evolve(result.goal, limits=()), manager.build(space, space_name=plan.space).hook
    evaluator = Evaluator(hook, goal, plan.device if goal.objective.name == "latency" else None)
    finals = {t.architecture: goal.figure(t) for t in result.trials if t.purpose == "final"}
    searched = [trial for trial in result.trials if trial.purpose == "search"]
    reported = {}
    for trial, incumbent in zip(searched, incumbents(result.trials, goal), strict=True):
        if trial is not incumbent:
            continue
        if trial.architecture not in finals:
            seed = derived_seed(result.seed, trial.number, 2)
            key = f"{result.run}/{trial.number}"
            job = Job(trial.number, key, trial.architecture, trial.canonical, seed, "final", plan.epochs)
            finals[trial.architecture] = goal.figure(evaluator.evaluate(job))
        reported[trial.number] = finals[trial.architecture]
    return reported


def _incumbent_columns(result: Result, reported: dict[int, float | None]) -> list[dict[str, Any]]:
    """Returns the columns `incumbent` and `reported` of each trial."""
    current, columns = None, []
    for trial in result.trials:
        became_incumbent = trial.purpose == "search" and trial.number in reported
        current = reported[trial.number] if became_incumbent else current
        value = current if trial.purpose == "search" else result.goal.figure(trial)
        columns.append(dict(zip(INCUMBENT, (became_incumbent, value), strict=True)))
    return columns
