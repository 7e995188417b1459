"""The data of a page, as JSON values: trials by column, the curves, the frontier, the pictures."""

from itertools import pairwise
from typing import Any

from nasplug.analysis.pareto import frontier, hypervolume_over, measured, worst
from nasplug.analysis.report.pictures import packed
from nasplug.analysis.report.subject import Subject
from nasplug.analysis.reported import reported_name
from nasplug.engine.result import best_of, incumbents, rows
from nasplug.errors import StorageError
from nasplug.types import Architecture, Trial

HIDDEN = ("canonical", "started", "finished", "number", "architecture")


def content(subject: Subject) -> dict[str, Any]:
    """Returns everything that the page's script shows. Raises `StorageError` for a run without trials."""
    if not subject.trials:
        raise StorageError(f"The run {subject.run!r} is empty: there is nothing to show.")
    seen: dict[Architecture, int] = {}
    for trial in subject.trials:
        seen.setdefault(trial.architecture, len(seen))
    return {
        "columns": _columns(subject.trials),
        "architecture": [str(a) for a in seen],
        "which": [seen[t.architecture] for t in subject.trials],
        "incumbents": _incumbents(subject.trials),
        "frontier": _frontier(subject.trials),
        "prediction": _prediction(subject),
        "pictures": packed(list(seen), subject.picture, subject.describe),
    }


def facts(subject: Subject) -> dict[str, list[tuple[str, str]]]:
    """Returns the tables above the trials: what the run found, its options and the versions that took part."""
    settings = dict(subject.settings)
    plain = {k: v for k, v in settings.items() if not isinstance(v, dict) and v not in (None, [], False)}
    options = {
        f"{kind} {name}": value
        for kind in ("space", "strategy")
        for name, value in settings.get(f"{kind}_options", {}).items()
        if value is not None
    }
    return {
        "Found": _found(subject),
        "Settings": [(str(k).replace("_", " "), _words(v)) for k, v in plain.items()],
        "Options": [(k, _words(v)) for k, v in options.items()],
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
    lines += [(reported_name([best.source]), reported)]
    return lines + ([("latency", f"{best.latency:.2f} ms")] if best.latency is not None else [])


def _columns(trials: list[Trial]) -> dict[str, list[Any]]:
    table = list(rows(trials))
    names = dict.fromkeys(name for row in table for name in row if name not in HIDDEN)
    columns = {name: [row.get(name) for row in table] for name in names}
    told = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return {"number": [t.number for t in trials]} | told


def _incumbents(trials: list[Trial]) -> list[list[float]]:
    """Returns [trainings, accuracy] wherever the incumbent changes, and at the end."""
    found = incumbents(trials)
    changes = [i for i, (before, best) in enumerate(pairwise([None, *found])) if best is not before]
    ends = [*changes, len(found) - 1] if changes else []
    return [[i + 1, best.accuracy or 0.0] for i in ends if (best := found[i])]


def _frontier(trials: list[Trial]) -> dict[str, Any] | None:
    """Returns the numbers of the trials on the frontier, and hypervolume by trainings; None without latencies."""
    points = measured(trials)
    if not points:
        return None
    volume = hypervolume_over([t.latency or 0.0 for t in points], [t.accuracy or 0.0 for t in points], worst(points))
    return {"numbers": [t.number for t in frontier(trials)], "trial": [t.number for t in points], "volume": volume}


def _prediction(subject: Subject) -> dict[str, Any] | None:
    found = subject.prediction
    if found is None:
        return None
    return {name: getattr(found, name) for name in ("first", "numbers", "predicted", "measured", "tau")}


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
