"""How the strategy of a stored run predicts its later trials from its earlier ones."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.errors import PluginError
from nasplug.types import Architecture, Trial

if TYPE_CHECKING:
    from nasplug.analysis.report.subject import Prediction
    from nasplug.engine.run import ActiveRun

LEAST = 4  # trials that a prediction learns from
LEARNT = 172  # at most: the paper's N, which a fit takes seconds for
ASKED = 1000  # at most: enough for a figure, and for τ to ± 0.02


def predicts(run: "ActiveRun") -> bool:
    """Returns whether a plugin of the run brings `predict`, without asking it."""
    return bool(run.hook.predict.get_hookimpls())


def predictions(run: "ActiveRun", architectures: Sequence[Architecture]) -> list[float] | None:
    """Returns what the run's strategy, taught by the run's trials, predicts of architectures; None: it never does.

    In percent. Raises `PluginError` for anything but one finite number each; what a plugin raises passes.
    """
    answer = run.hook.predict(run=run, architectures=architectures)
    if answer is None:
        return None
    found = [float(value) for value in answer]
    if len(found) != len(architectures) or not np.isfinite(found).all():
        wrong = [value for value in found if not np.isfinite(value)]
        raise PluginError(
            f"The strategy {run.settings.strategy!r} must predict {len(architectures)} finite accuracies in percent, "
            f"it returned {len(found)}" + (f", {wrong[0]} among them." if wrong else ".")
        )
    return found


def predicted(run: "ActiveRun", trials: Sequence[Trial]) -> "Prediction | None":
    """Returns how the first half of the complete search trials predicts the others, some of them where they are many.

    None where the strategy predicts nothing, or fewer than eight trials are complete. What a plugin raises passes.
    """
    from nasplug.analysis.kendall import kendall_tau
    from nasplug.analysis.report.subject import Prediction

    complete = [t for t in trials if t.purpose == "search" and t.state == "complete"]
    half = min(len(complete) // 2, LEARNT)
    if half < LEAST:
        return None
    later = _spread(complete[half:])
    said = predictions(attrs.evolve(run, trials=complete[:half]), [t.architecture for t in later])
    if said is None:
        return None
    measured = [t.accuracy or 0.0 for t in later]
    return Prediction(complete[half].number, [t.number for t in later], said, measured, kendall_tau(said, measured))


def _spread(trials: Sequence[Trial]) -> list[Trial]:
    """Returns at most `ASKED` of the trials, evenly spread."""
    places = np.linspace(0, len(trials) - 1, min(len(trials), ASKED)).round().astype(int)
    return [trials[place] for place in places]
