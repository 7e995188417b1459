"""A stored run as the subject of a report: with pictures from its space and predictions from its strategy."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from nasplug.engine.run import ActiveRun
from nasplug.errors import Unsupported
from nasplug.experiments.stored_runs.load import Kept, run_of
from nasplug.experiments.stored_runs.prediction import predicted, predicts
from nasplug.experiments.stored_runs.tolerant import Asking
from nasplug.types import Architecture

if TYPE_CHECKING:
    from nasplug.analysis.report.subject import Prediction, Subject

LARGEST = 2000  # trials of a report with predictions: a page is made in seconds
UNMADE = "No pictures, descriptions and predictions: the run's plugins cannot be made again"
UNDRAWN, UNDESCRIBED = "No picture of some architectures", "No description of some architectures"


def subject(kept: Kept, tell: Callable[[str], None], safe: bool = False) -> "Subject":
    """Returns what a report shows of a run; `tell` hears why pictures or predictions are missing from it.

    With `safe`, plugins that are not trusted are such a reason.
    """
    from nasplug.analysis.report.subject import Subject

    asking = Asking(tell)
    run: ActiveRun | None = asking.ask(UNMADE, partial(run_of, kept, safe), None)
    picture, describe = _views(asking, run.hook) if run else (_nothing, str)
    return Subject(
        run=kept.run.name,
        settings=kept.run.settings,
        versions=kept.run.versions,
        created=kept.run.created,
        ended=kept.run.ended,
        trials=kept.trials,
        picture=picture,
        describe=describe,
        prediction=asking.ask("No predictions", partial(_prediction, run, kept), None) if run else None,
    )


def _prediction(run: ActiveRun, kept: Kept) -> "Prediction | None":
    if len(kept.trials) > LARGEST and predicts(run):
        raise Unsupported(
            f"for {len(kept.trials):,} trials they take longer than the page. "
            f"'nasplug plot {kept.run.name} --kind prediction' draws them."
        )
    return predicted(run, kept.trials)


def _nothing(architecture: Architecture) -> None:
    """Returns no picture."""


def _views(asking: Asking, hook: Any) -> tuple[Callable[[Architecture], str | None], Callable[[Architecture], str]]:
    """Returns what asks the space for a picture, and for a description."""

    def picture(architecture: Architecture) -> str | None:
        """Returns the picture as an SVG document; None where the space draws none."""
        return asking.ask(UNDRAWN, partial(_drawn, hook, architecture), None)

    def describe(architecture: Architecture) -> str:
        """Returns the space's description, else the code."""
        return str(asking.ask(UNDESCRIBED, partial(hook.describe, architecture=architecture), architecture))

    return picture, describe


def _drawn(hook: Any, architecture: Architecture) -> str | None:
    try:
        return str(hook.draw(architecture=architecture))
    except Unsupported:
        return None
