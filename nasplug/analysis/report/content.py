"""The data of a report as JSON values: trials by column, curves, front, pictures, and tables of facts."""

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import attrs

from nasplug.analysis.figures import Prediction
from nasplug.analysis.labels import axis, best_lines, counts, limits_line
from nasplug.analysis.pareto import Plane
from nasplug.engine.measurements import confirmed
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.result import best_of, incumbents, rows, why_infeasible
from nasplug.errors import StorageError
from nasplug.types import Architecture, Objective, Trial

NOT_SHOWN = ("canonical", "started", "finished", "number", "architecture")  # columns that the page does not list
BLOCK = 250  # pictures in a block: small enough to open in a moment, many enough to compress well


@attrs.frozen(kw_only=True)
class Subject:
    """The run that a report is about."""

    run: str
    settings: dict[str, Any]  # as they are stored
    versions: dict[str, str]  # of each distribution that took part
    created: float  # in seconds since 1970
    state: str  # why it ended, or how it goes on
    trials: list[Trial]  # in the order of their numbers
    picture: Callable[[Architecture], str | None]  # as an SVG document, None where the space draws none
    describe: Callable[[Architecture], str]
    prediction: Prediction | None = None  # how its strategy predicts its later trials, None where it does not
    goal: Goal = DEFAULT_GOAL


def content(subject: Subject) -> dict[str, Any]:
    """Returns everything that the page's script shows. Raises `StorageError` for a run without trials."""
    if not subject.trials:
        raise StorageError(f"The run {subject.run!r} is empty: there is nothing to show.")
    architectures = list(dict.fromkeys(trial.architecture for trial in subject.trials))
    index = {architecture: i for i, architecture in enumerate(architectures)}
    prediction, goal = subject.prediction, subject.goal
    return {
        "main": {"name": goal.main.plain_name, "unit": goal.main.unit},
        "objective": _axis(subject, goal.objective),
        "columns": _columns(subject.trials),
        "architecture": [str(a) for a in architectures],
        "which": [index[t.architecture] for t in subject.trials],
        "incumbents": _incumbents(subject),
        "frontier": _frontier(subject),
        "confirmed": _confirmed(subject),
        "prediction": attrs.asdict(prediction) | {"tau": prediction.tau} if prediction else None,
        "pictures": {"block": BLOCK, "data": _picture_blocks(subject, architectures)},
    }


def facts(subject: Subject) -> dict[str, list[tuple[str, str]]]:
    """Returns the tables above the trials by their headings: what was found, settings, options, versions."""
    settings = {k: v for k, v in subject.settings.items() if not (isinstance(v, dict | None) or v is False or v == [])}
    pairs = [(kind, subject.settings.get(f"{kind}_options", {})) for kind in ("space", "strategy")]
    options = {f"{kind} {name}": v for kind, chosen in pairs for name, v in chosen.items() if v is not None}
    return {
        "Found": _found(subject),
        "Settings": [(str(k).replace("_", " "), _listed(v)) for k, v in settings.items()],
        "Options": [(k, _listed(v)) for k, v in options.items()],
        "Versions": [(k, str(v)) for k, v in subject.versions.items()],
    }


def _found(subject: Subject) -> list[tuple[str, str]]:
    searched = [t for t in subject.trials if t.purpose == "search"]
    cost = sum(t.evaluation.cost for t in searched if t.evaluation)
    lines = [("trials", counts(searched)), ("cost", f"{cost:,.0f} s of training"), *limits_line(subject.goal)]
    best = best_of(subject.trials, subject.goal)
    if best is None:
        return [*lines, ("best", why_infeasible(subject.trials, subject.goal) or "no trial is complete")]
    return [*lines, ("best", str(best.architecture)), *best_lines(best)]


def _columns(trials: list[Trial]) -> dict[str, list[Any]]:
    """Returns the columns that have a value in at least one trial."""
    table = list(rows(trials))
    names = dict.fromkeys(name for row in table for name in row if name not in NOT_SHOWN)
    columns = {name: [row.get(name) for row in table] for name in names}
    filled = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return {"number": [t.number for t in trials]} | filled


def _axis(subject: Subject, objective: Objective) -> dict[str, Any]:
    """Returns what an objective is called, and the column with its values, or the values where no column has them."""
    is_main = objective.name in ("accuracy", subject.goal.main.name)
    names = {"label": axis(objective), "name": objective.plain_name, "unit": objective.unit}
    if is_main or objective.name == "latency":
        return names | {"column": "accuracy" if is_main else "latency"}
    return names | {"values": [subject.goal.value(trial, objective.name) for trial in subject.trials]}


def _incumbents(subject: Subject) -> list[list[float]]:
    """Returns [trainings, value of the main objective] wherever the incumbent changes, and at the end."""
    best_so_far = incumbents(subject.trials, subject.goal)
    changes = [i for i, (before, best) in enumerate(pairwise([None, *best_so_far])) if best is not before]
    ends = [*changes, len(best_so_far) - 1] if changes else []
    values = [(i + 1, subject.goal.figure(best)) for i in ends if (best := best_so_far[i])]
    return [[count, value] for count, value in values if value is not None]


def _confirmed(subject: Subject) -> list[dict[str, Any]]:
    """Returns the networks that were trained again, the best first: the trial where each is drawn, and its mean."""
    return [
        {"number": c.trial.number, "mean": c.mean, "error": c.standard_error, "trainings": c.trainings}
        for c in confirmed(subject.trials, subject.goal)
    ]


def _frontier(subject: Subject) -> dict[str, Any] | None:
    """Returns the objective beside the main one, the numbers of the trials on the front, and hypervolume by trainings.

    None where no trial has both figures.
    """
    plane = Plane.of(subject.goal)
    shown = plane.trials(subject.trials)
    if not shown:
        return None
    values = {"numbers": [t.number for t in plane.front(subject.trials)], "trial": [t.number for t in shown]}
    drawn = {"x": _axis(subject, plane.x), "unit": plane.unit, "line": plane.is_whole}
    return values | {"volume": plane.hypervolumes(shown)} | drawn


def _picture_blocks(subject: Subject, architectures: Sequence[Architecture]) -> list[str]:
    """Returns [picture or None, description] of each architecture, in blocks of gzipped JSON in base64.

    The browser opens only the block that it shows.
    """
    blocks = []
    for start in range(0, len(architectures), BLOCK):
        block = [[subject.picture(a), subject.describe(a)] for a in architectures[start : start + BLOCK]]
        text = json.dumps(block, ensure_ascii=False, separators=(",", ":"))
        blocks.append(base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode())
    return blocks


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
