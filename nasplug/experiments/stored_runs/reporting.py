"""The subject of a report: a stored run with pictures from its space and predictions from its strategy."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import attrs

from nasplug.analysis.figures import Prediction
from nasplug.analysis.report.content import Subject
from nasplug.engine.predictions import can_predict
from nasplug.engine.run import ActiveRun
from nasplug.errors import NasplugError, Unsupported, error_text
from nasplug.experiments.stored_runs.load import LoadedRun, remake_run
from nasplug.experiments.stored_runs.prediction import predict_later_trials
from nasplug.types import Architecture

T = TypeVar("T")
MAX_PREDICTED_RUN = 2000  # trials of a run whose report has predictions: it is to be made in seconds


def report_subject(loaded: LoadedRun, warn: Callable[[str], None], safe: bool = False) -> Subject:
    """Returns what a report shows of a run.

    Whatever the plugins of the run raise, there is a report. Pictures, descriptions or predictions may be missing from
    it: `warn` is called once with each reason. With `safe`, plugins that are not trusted are such a reason.
    """
    caller = TolerantCaller(warn)
    missing = "No pictures, descriptions and predictions: the run's plugins cannot be made again"
    run: ActiveRun | None = caller.call(missing, partial(remake_run, loaded, safe), None)
    stored = {name: getattr(loaded.run, name) for name in ("settings", "versions", "created", "state")}
    stored |= {"trials": loaded.trials, "goal": loaded.goal}
    subject = Subject(run=loaded.run.name, picture=lambda _: None, describe=str, **stored)
    if run is None:
        return subject
    return attrs.evolve(
        subject,
        picture=lambda a: caller.call("No picture of some architectures", partial(_draw, run.hook, a), None),
        describe=lambda a: caller.call("No description of some architectures", partial(_describe, run.hook, a), str(a)),
        prediction=caller.call("No predictions", partial(_prediction, run, loaded), None),
    )


@attrs.define(eq=False)
class TolerantCaller:
    """Calls plugins for what can be done without, and calls `warn` where they raise: once for each missing thing."""

    warn: Callable[[str], None]
    _warned: set[str] = attrs.field(factory=set, init=False)

    def call(self, missing: str, function: Callable[[], T], default: T) -> T:
        """Returns the value of `function`; where that raises, warns of what is `missing` and returns `default`."""
        try:
            return function()
        except Exception as error:  # a plugin may raise anything, an architecture may be one that it no longer accepts
            if missing not in self._warned:
                self._warned.add(missing)
                cause = str(error) if isinstance(error, NasplugError) else error_text(error)
                self.warn(f"{missing}: {cause}")
            return default


def _prediction(run: ActiveRun, loaded: LoadedRun) -> Prediction | None:
    if len(loaded.trials) > MAX_PREDICTED_RUN and can_predict(run):
        raise Unsupported(
            f"for {len(loaded.trials):,} trials they take longer than the page. "
            f"'nasplug plot {loaded.run.name} --kind prediction' draws them."
        )
    return predict_later_trials(run, loaded.trials)


def _describe(hook: Any, architecture: Architecture) -> str:
    return str(hook.describe(architecture=architecture))


def _draw(hook: Any, architecture: Architecture) -> str | None:
    try:
        return str(hook.draw(architecture=architecture))
    except Unsupported:
        return None
