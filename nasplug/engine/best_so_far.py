"""The best of a run that goes on, with its error bar."""

import attrs

from nasplug.engine.measurements import Measurement, measurement, network_of, recommended
from nasplug.engine.objectives import Goal
from nasplug.types import Trial


@attrs.define(eq=False)
class BestSoFar:
    """Is told every trial, and knows the incumbent, or the recommended one as soon as some are confirmed."""

    _incumbent: Trial | None = attrs.field(default=None, init=False)
    _networks: dict[str, list[Trial]] = attrs.field(factory=dict, init=False)  # complete search and confirm trials
    _confirmed: dict[str, None] = attrs.field(factory=dict, init=False)  # networks that are trained again

    def add(self, goal: Goal, trial: Trial) -> None:
        """Notes a trial; a final evaluation does not count."""
        if trial.purpose not in ("search", "confirm") or trial.state != "complete":
            return
        network = network_of(trial)
        self._networks.setdefault(network, []).append(trial)
        if trial.purpose == "confirm":
            self._confirmed[network] = None
        else:
            self._incumbent = goal.incumbent(filter(None, (self._incumbent, trial)))

    def text(self, goal: Goal) -> str:
        """Returns the best value in words, with its standard error where that is known."""
        best = self._best(goal)
        if best is None:
            return "none complete yet"
        if best.confirmations:
            return f"best confirmed {goal.objective.text(best.mean, best.standard_error)}"
        return f"best {goal.objective.text(best.value, best.error_of_value)}"

    def _best(self, goal: Goal) -> Measurement | None:
        if self._confirmed:
            return recommended([trial for network in self._confirmed for trial in self._networks[network]], goal)
        if self._incumbent is None:
            return None
        same = self._networks[network_of(self._incumbent)]
        return measurement([trial for trial in same if trial.epochs == self._incumbent.epochs], goal)
