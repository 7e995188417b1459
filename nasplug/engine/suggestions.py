"""What a run asks of its strategy, and what it makes of the answers."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from nasplug.engine.evaluation import entropy
from nasplug.engine.measurements import confirmed
from nasplug.engine.predictions import can_predict, predict
from nasplug.engine.run import ActiveRun
from nasplug.errors import NasplugError, PluginError, SpaceExhausted, error_text
from nasplug.types import Architecture, Suggestion, Trial


@attrs.frozen(eq=False)
class Suggestions:
    """Asks the strategy of a run, or the caller's first architectures, for what is evaluated next."""

    run: ActiveRun

    def ask(self, count: int) -> list[Suggestion]:
        """Returns at most `count` suggestions; none where the budget is used.

        The strategy is asked for `count` also where the budget has no room for as many, and so suggests the same in a
        run that grows. Raises `PluginError` where it answers with anything but architectures.
        """
        run = self.run
        room = count if run.remaining is None else min(count, run.remaining)
        if room <= 0:
            run.exhausted = f"the budget of {run.settings.budget} trials is used"
            return []
        if first := run.settings.first[run.suggested : run.suggested + room]:
            return [Suggestion(self._parsed(text)) for text in first]
        run.rng = np.random.default_rng(entropy(run.seed, run.suggested))  # so that no generator is stored
        try:
            answer = run.hook.suggest(run=run, count=count)
        except SpaceExhausted as error:
            if not run.trials:
                raise
            run.exhausted = str(error)
            return []
        except NasplugError:
            raise
        except Exception as error:
            raise PluginError(
                f"The strategy {run.settings.strategy!r} raised {error_text(error)}. It was asked for "
                f"{count} after {len(run.trials)} trials."
            ) from error
        return [self._checked(suggestion) for suggestion in self._sequence(answer, count)[:room]]

    def predicted_best(self, count: int) -> list[Trial]:
        """Returns the best trials, each network once: by what the strategy predicts of them, else by what was measured.

        One noisy measurement is the best of many by luck; a prediction has learnt from all of them.
        """
        run = self.run
        measured = run.goal.ranking(run.trials)
        predicted = predict(run, [trial.architecture for trial in measured]) if can_predict(run) and measured else None
        if predicted is None:
            return measured[:count]
        scores = [run.goal.objective.score(value) for value in predicted]
        order = sorted(range(len(measured)), key=lambda index: -scores[index])
        return [measured[index] for index in order[:count]]

    def finalists(self) -> list[Architecture]:
        """Returns the architectures that get a final evaluation, the recommended one first."""
        run = self.run
        best = [each.trial.architecture for each in confirmed(self._all_trials, run.goal)]
        if run.settings.finals is not None:
            ranked = [*best, *(trial.architecture for trial in run.goal.ranking(run.trials))]
            return list(dict.fromkeys(ranked))[: run.settings.finals]
        if (chosen := run.hook.finalists(run=run)) is not None:
            return list(dict.fromkeys([*best[:1], *(self._checked(each).architecture for each in chosen)]))
        if len(run.goal.objectives) > 1:
            front = [trial.architecture for trial in run.goal.front(run.trials)]
            return list(dict.fromkeys([*best[:1], *front]))
        incumbent = run.goal.incumbent(run.trials)
        return best[:1] or [trial.architecture for trial in [incumbent] if trial]

    @property
    def _all_trials(self) -> list[Trial]:
        return [*self.run.trials, *self.run.confirming] if self.run.confirming else []

    def _parsed(self, text: str) -> Architecture:
        """Returns the architecture of a text, which may leave out the name of the space."""
        name = self.run.hook.sample(rng=np.random.default_rng(0)).space
        return Architecture.parse(text if ":" in text else f"{name}:{text}")

    def _sequence(self, answer: Any, count: int) -> list[Any]:
        is_sequence = isinstance(answer, Sequence) and not isinstance(answer, str)
        if is_sequence and len(answer) <= count:
            return list(answer)
        raise PluginError(
            f"The strategy {self.run.settings.strategy!r} was asked for a list of at most {count} architectures "
            f"and returned {f'{len(answer)} architectures' if is_sequence else repr(answer)}."
        )

    def _checked(self, suggestion: Any) -> Suggestion:
        if isinstance(suggestion, Architecture):
            return Suggestion(suggestion)
        if isinstance(suggestion, Suggestion) and isinstance(suggestion.architecture, Architecture):
            return suggestion
        raise PluginError(
            f"The strategy {self.run.settings.strategy!r} suggested {suggestion!r}, which is no Architecture."
        )
