"""The data of a report as JSON values: trials by column, curves, frontier, pictures, and tables of facts."""

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import attrs

from nasplug.analysis.figures import Prediction
from nasplug.analysis.pareto import hypervolume_curve_of, pareto_trials, timed_trials
from nasplug.analysis.rendering import accuracy_label
from nasplug.engine.result import best_of, incumbents, rows
from nasplug.errors import StorageError
from nasplug.types import Architecture, Trial

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


def content(subject: Subject) -> dict[str, Any]:
    """Returns everything that the page's script shows. Raises `StorageError` for a run without trials."""
    if not subject.trials:
        raise StorageError(f"The run {subject.run!r} is empty: there is nothing to show.")
    architectures = list(dict.fromkeys(trial.architecture for trial in subject.trials))
    index = {architecture: i for i, architecture in enumerate(architectures)}
    prediction = subject.prediction
    return {
        "columns": _columns(subject.trials),
        "architecture": [str(a) for a in architectures],
        "which": [index[t.architecture] for t in subject.trials],
        "incumbents": _incumbents(subject.trials),
        "frontier": _frontier(subject.trials),
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
    failed = sum(t.state == "failed" for t in searched)
    cost = sum(t.evaluation.cost for t in searched if t.evaluation)
    lines = [("trials", f"{len(searched)}, {failed} failed"), ("cost", f"{cost:,.0f} s of training")]
    best = best_of(subject.trials)
    if best is None:
        return [*lines, ("best", "no trial is complete")]
    reported = "not evaluated" if best.test is None else f"{best.test:.2f} %"
    lines += [("best", str(best.architecture)), ("validation accuracy", f"{best.validation:.2f} %")]
    lines += [(accuracy_label([best.source]), reported)]
    return lines + ([("latency", f"{best.latency:.2f} ms")] if best.latency is not None else [])


def _columns(trials: list[Trial]) -> dict[str, list[Any]]:
    """Returns the columns that have a value in at least one trial."""
    table = list(rows(trials))
    names = dict.fromkeys(name for row in table for name in row if name not in NOT_SHOWN)
    columns = {name: [row.get(name) for row in table] for name in names}
    filled = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return {"number": [t.number for t in trials]} | filled


def _incumbents(trials: list[Trial]) -> list[list[float]]:
    """Returns [trainings, accuracy] wherever the incumbent changes, and at the end."""
    best_so_far = incumbents(trials)
    changes = [i for i, (before, best) in enumerate(pairwise([None, *best_so_far])) if best is not before]
    ends = [*changes, len(best_so_far) - 1] if changes else []
    return [[i + 1, best.accuracy or 0.0] for i in ends if (best := best_so_far[i])]


def _frontier(trials: list[Trial]) -> dict[str, Any] | None:
    """Returns the numbers of the trials on the frontier, and hypervolume by trainings; None without latencies."""
    timed = timed_trials(trials)
    if not timed:
        return None
    front = [t.number for t in pareto_trials(trials)]
    return {"numbers": front, "trial": [t.number for t in timed], "volume": hypervolume_curve_of(timed)}


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
