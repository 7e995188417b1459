"""Trials and open jobs as rows of a database."""

import math
from typing import Any

import attrs

from nasplug.types import Architecture, Evaluation, Job, Trial

_OF_EVALUATION = tuple(attrs.fields_dict(Evaluation))  # each is a column
_SAME_IN_JOB = ("number", "canonical", "seed", "purpose", "epochs", "continues")  # in a job and its row
_SAME = (  # in a trial and its row
    "number", "canonical", "state", "purpose", "error", "latency", "started", "finished", "epochs", "continues",
)  # fmt: skip


def row_of_trial(run: int, trial: Trial) -> dict[str, Any]:
    """Returns the row of a trial of a run."""
    row = {"run": run, "architecture": str(trial.architecture)} | {name: getattr(trial, name) for name in _SAME}
    figures = trial.evaluation.metrics if trial.evaluation else trial.measured
    metrics = {name: x if math.isfinite(x) else str(x) for name, x in figures.items()} or None  # as in JSON
    if trial.evaluation is None:
        return row | dict.fromkeys(_OF_EVALUATION) | {"metrics": metrics}
    return row | attrs.asdict(trial.evaluation) | {"metrics": metrics or {}}


def trial_of(row: Any) -> Trial:
    """Returns the trial of a row, by position: a resumed run reads thousands."""
    (_, number, architecture, canonical, state, purpose, accuracy, cost, source, metrics, error, latency, started,
     finished, epochs, continues) = row  # fmt: skip
    evaluation = None if accuracy is None else Evaluation(accuracy, cost, metrics, source)
    measured = {} if evaluation else metrics or {}
    return Trial(
        number, Architecture.parse(architecture), state, evaluation, error, purpose, started, finished, canonical,
        latency, epochs, continues, measured,
    )  # fmt: skip


def row_of_job(run: int, job: Job, expires: float | None) -> dict[str, Any]:
    """Returns the row of an open job of a run, which others may take after `expires`."""
    row = {name: getattr(job, name) for name in _SAME_IN_JOB}
    return row | {"run": run, "architecture": str(job.architecture), "expires": expires}


def job_of(row: Any) -> Job:
    """Returns the job of a row, which also names its run; the job has no folder yet."""
    values = {name: getattr(row, name) for name in _SAME_IN_JOB}
    return Job(key=f"{row.name}/{row.number}", architecture=Architecture.parse(row.architecture), **values)
