"""What a run asks of its strategy, and what it makes of the answers."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from nasplug.engine.evaluation import entropy
from nasplug.engine.latency_window import sample_anywhere
from nasplug.engine.measurements import confirmed
from nasplug.engine.predictions import can_predict, predict
from nasplug.engine.run import ActiveRun
from nasplug.engine.space_facts import SpaceFacts, answerers, wrong_answer
from nasplug.errors import NasplugError, PluginError, SpaceExhausted, UsageError, error_text
from nasplug.types import Architecture, Suggestion, Trial


@attrs.frozen(eq=False, slots=False)
class Suggestions:
    """Asks the strategy of a run, or the caller's first architectures, for what is evaluated next."""

    run: ActiveRun

    @cached_property
    def _facts(self) -> SpaceFacts:
        """What the space says of itself, asked once and only where something is suggested."""
        run = self.run
        return SpaceFacts.of(run.hook, run.settings.space, sample_anywhere(run.manager))

    @cached_property
    def _first(self) -> list[Architecture]:
        """The caller's first architectures, each network once."""
        texts = self.run.settings.first
        return distinct(self._facts, texts) if texts else []

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
        if first := self._first[run.suggested : run.suggested + room]:
            return [Suggestion(architecture) for architecture in first]
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
            if isinstance(chosen, str) or not isinstance(chosen, Sequence):
                raise PluginError(wrong_answer(run.hook.finalists, chosen, "a sequence of architectures"))
            who = answerers(run.hook.finalists)
            return list(dict.fromkeys([*best[:1], *(self._checked(each, who).architecture for each in chosen)]))
        if len(run.goal.objectives) > 1:
            front = [trial.architecture for trial in run.goal.front(run.trials)]
            return list(dict.fromkeys([*best[:1], *front]))
        incumbent = run.goal.incumbent(run.trials)
        return best[:1] or [trial.architecture for trial in [incumbent] if trial]

    @property
    def _all_trials(self) -> list[Trial]:
        return [*self.run.trials, *self.run.confirming] if self.run.confirming else []

    def _sequence(self, answer: Any, count: int) -> list[Any]:
        is_sequence = isinstance(answer, Sequence) and not isinstance(answer, str)
        if is_sequence and len(answer) <= count:
            return list(answer)
        raise PluginError(
            f"The strategy {self.run.settings.strategy!r} was asked for a list of at most {count} architectures "
            f"and returned {f'{len(answer)} architectures' if is_sequence else repr(answer)}."
        )

    def _checked(self, suggestion: Any, who: str = "") -> Suggestion:
        """Returns a suggestion that the space can train. Raises `PluginError`, which names `who` suggested it."""
        if isinstance(suggestion, Architecture):
            suggestion = Suggestion(suggestion)
        who = who or f"The strategy {self.run.settings.strategy!r}"
        if not (isinstance(suggestion, Suggestion) and isinstance(suggestion.architecture, Architecture)):
            raise PluginError(f"{who} suggested {suggestion!r}, which is no Architecture.")
        try:
            self._facts.check(suggestion.architecture)
            self._facts.check_epochs(suggestion.epochs)
            if suggestion.continues is not None:
                self._check_continues(suggestion, suggestion.continues)
        except ValueError as error:
            raise PluginError(f"{who} suggested what cannot be evaluated: {error}.") from None
        return suggestion

    def _check_continues(self, suggestion: Suggestion, number: int) -> None:
        """Raises `ValueError` where the training of the trial `number` cannot go on as suggested."""
        what = f"{suggestion.architecture} is to go on from trial {number}"
        if not self._facts.continues:
            raise ValueError(f"{what}, but the space {self._facts.space!r} says in fidelities that no training can")
        trial = next((trial for trial in reversed(self.run.trials) if trial.number == number), None)
        if trial is None:
            raise ValueError(f"{what}, which is none of the {len(self.run.trials)} in run.trials")
        if trial.state != "complete":
            raise ValueError(f"{what}, which is {trial.state}")
        if trial.architecture != suggestion.architecture:
            raise ValueError(f"{what}, which is one of {trial.architecture}")
        if suggestion.epochs and trial.epochs and suggestion.epochs <= trial.epochs:
            raise ValueError(f"{what} to {suggestion.epochs} epochs, which had {trial.epochs} already")


def distinct(facts: SpaceFacts, texts: Iterable[str]) -> list[Architecture]:
    """Returns the architectures of texts, each network once. Raises `UsageError` for what is none of the space."""
    networks: dict[str, Architecture] = {}
    for text in texts:
        try:
            architecture = facts.parsed(text)
            networks.setdefault(facts.canonical(architecture), architecture)
        except ValueError as error:
            raise UsageError(f"--first {text} cannot be evaluated: {error}.") from error
    return list(networks.values())
