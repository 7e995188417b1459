"""A stored run as the subject of a report: with pictures from its space and predictions from its strategy."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nasplug.choice import Choice
from nasplug.errors import NasplugError, Unsupported
from nasplug.experiments.stored import Kept, choice_of, revived
from nasplug.settings import Settings
from nasplug.types import Architecture, Trial

if TYPE_CHECKING:
    from nasplug.analysis.report.subject import Prediction, Subject

LEARNT, LEAST = 400, 4  # trials that a prediction learns from at most (seconds of a fit), and at least


def subject(kept: Kept, tell: Callable[[str], None], safe: bool = False) -> "Subject":
    """Returns what a report shows of a run; `tell` hears why pictures or predictions are missing from it.

    With `safe`, plugins that are not trusted are such a reason.
    """
    from nasplug.analysis.report.subject import Subject

    choice: Choice | None = None
    hook: Any = None
    try:
        choice = choice_of(kept.run, safe)
        hook = revived(choice, kept.trials, _settings(kept), kept.run.name).hook
    except NasplugError as error:
        tell(f"No pictures: the run's plugins cannot be made again. {error}")
    return Subject(
        run=kept.run.name,
        settings=kept.run.settings,
        versions=kept.run.versions,
        created=kept.run.created,
        ended=kept.run.ended,
        trials=kept.trials,
        picture=(lambda a: _drawn(hook, a)) if hook else lambda a: None,
        describe=(lambda a: str(hook.describe(architecture=a))) if hook else str,
        prediction=_prediction(kept, choice, tell) if choice else None,
    )


def _drawn(hook: Any, architecture: Architecture) -> str | None:
    try:
        return str(hook.draw(architecture=architecture))
    except Unsupported:
        return None


def _prediction(kept: Kept, choice: Choice, tell: Callable[[str], None]) -> "Prediction | None":
    """Returns how the first half of the complete trials predicts the others; None without a prediction."""
    from nasplug.analysis.kendall import kendall_tau
    from nasplug.analysis.report.subject import Prediction

    found = [t for t in kept.trials if t.purpose == "search" and t.state == "complete"]
    half = min(len(found) // 2, LEARNT)
    if half < LEAST:
        return None
    later: Sequence[Trial] = found[half:]
    run = revived(choice, found[:half], _settings(kept), kept.run.name)
    try:
        answer = run.hook.predict(run=run, architectures=[t.architecture for t in later])
    except NasplugError as error:
        tell(f"No predictions: {error}")
        return None
    if answer is None:
        return None
    predicted, measured = [float(value) for value in answer], [t.accuracy or 0.0 for t in later]
    return Prediction(later[0].number, [t.number for t in later], predicted, measured, kendall_tau(predicted, measured))


def _settings(kept: Kept) -> Settings:
    s = kept.run.settings
    return Settings(space=s["space"], strategy=s["strategy"], seed=s["seed"], budget=s.get("budget"))
