"""`nasplug ask` and `nasplug tell`: a run whose architectures somebody else evaluates."""

from typing import Any

import click

from nasplug.cli import shared_options as shared
from nasplug.cli.output import emit, print_json, print_table, stdout_to_stderr
from nasplug.cli.run_options import run_options
from nasplug.engine.open_run import open_run
from nasplug.engine.progress import show_logging
from nasplug.types import Job

COLUMNS = ("number", "architecture", "purpose", "epochs", "continues", "seed", "folder")


@click.command()
@click.argument("run")
@click.option("-n", "count", type=click.IntRange(min=1), default=1, show_default=True, help="Jobs to ask for, at most.")
@click.option(
    "--within", type=click.FloatRange(min=0), metavar="SECONDS", help="Give a job to others if it takes longer."
)
@run_options
@shared.storage
@shared.as_json
def ask_command(run: str, count: int, within: float | None, storage: str, as_json: bool, **request: Any) -> None:
    """Ask RUN for architectures to evaluate; tell their results with `nasplug tell`.

    A run that is not there yet begins where --space and --strategy are given. When the search has ended, the jobs are
    its final evaluations; after them there are none.
    """
    begins = request["space"] is not None
    show_logging()
    with (
        stdout_to_stderr(),
        open_run(storage=storage, name=run, resume=not begins, start_or_resume=begins, **request) as r,
    ):
        jobs = r.ask(count, within)
        reason, because, waiting = r.reason, r.ends_because, len(r.session.run.open)
    if as_json:
        return print_json({"run": run, "jobs": [_document(job) for job in jobs], "ended": reason or None})
    if jobs:
        rows = [_document(job) for job in jobs]
        columns = [name for name in COLUMNS if any(row[name] is not None for row in rows)]
        return print_table(f"Jobs of {run}", columns, [[str(row[name]) for name in columns] for row in rows])
    if reason:
        return emit(f"The run has ended: {reason}.")
    why = f" Nothing more is suggested: {because}." if because else ""
    return emit(f"No job now: {waiting} {'waits for its result' if waiting == 1 else 'wait for their results'}.{why}")


@click.command()
@click.argument("run")
@click.argument("number", type=int)
@click.option("--accuracy", type=float, help="The space's main figure: accuracy in percent unless the space says so.")
@click.option("--cost", type=float, default=0.0, show_default=True, help="Seconds of training.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME=VALUE", help="Another figure, f1=0.88 for instance.")
@click.option("--failed", metavar="TEXT", help="Why there is no result.")
@shared.storage
def tell_command(
    run: str,
    number: int,
    accuracy: float | None,
    cost: float,
    metrics: tuple[str, ...],
    failed: str | None,
    storage: str,
) -> None:
    """Tell RUN the result of the job NUMBER: an accuracy, or why it failed."""
    if (accuracy is None) == (failed is None):
        raise click.UsageError("Tell either --accuracy or --failed.")
    if failed is not None and not failed.strip():
        raise click.UsageError('--failed wants to know why: --failed "out of memory".')
    values = _numbers(metrics)
    show_logging()
    with stdout_to_stderr(), open_run(storage=storage, name=run, resume=True) as r:
        told = r.fail(number, str(failed)) if accuracy is None else r.tell(number, accuracy, cost, values)
    emit(f"Trial {number} of {run} is {told.state}{f': {told.error}' if told.error else ''}.")


def _document(job: Job) -> dict[str, Any]:
    names = ("number", "key", "purpose", "seed", "epochs", "continues")
    return {name: getattr(job, name) for name in names} | {
        "architecture": str(job.architecture),
        "folder": str(job.folder),
    }


def _numbers(texts: tuple[str, ...]) -> dict[str, float]:
    """Returns `{"f1": 0.88}` for `f1=0.88`. Raises `UsageError` of click for any other form."""
    values = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            values[name] = float(value)
        except ValueError:
            raise click.UsageError(f"--metric wants NAME=NUMBER, got {text!r}.") from None
    return values
