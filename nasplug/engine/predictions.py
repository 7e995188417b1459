"""What the strategy of a run predicts of architectures."""

from collections.abc import Sequence

import numpy as np

from nasplug.engine.run import ActiveRun
from nasplug.errors import PluginError
from nasplug.types import Architecture


def can_predict(run: ActiveRun) -> bool:
    """Returns whether a plugin of the run implements `predict`; the plugin is not called."""
    return bool(run.hook.predict.get_hookimpls())


def predict(run: ActiveRun, architectures: Sequence[Architecture]) -> list[float] | None:
    """Returns the values of the main objective that the run's strategy predicts from its trials; None if it cannot.

    Raises `PluginError` unless it returns one finite number for each architecture. Errors of plugins are passed on.
    """
    answer = run.hook.predict(run=run, architectures=architectures)
    if answer is None:
        return None
    values = [float(value) for value in answer]
    if len(values) != len(architectures) or not np.isfinite(values).all():
        wrong = [value for value in values if not np.isfinite(value)]
        among = f", {wrong[0]} among them" if wrong else ""
        raise PluginError(
            f"The strategy {run.settings.strategy!r} must predict {len(architectures)} finite values of "
            f"{run.goal.objective.plain_name}, it returned {len(values)}{among}."
        )
    return values
