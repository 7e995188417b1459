"""The search strategy of the Neural Predictor: train a few, predict many, train the best predicted."""

import logging
import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from nasplug import Architecture, Run, Trial, UsageError, hookimpl, option
from nasplug.plugin import Strategy
from nasplug_strategies.distinct import Distinct
from nasplug_strategies.neural.pool import Candidates, Pool
from nasplug_strategies.predictor.networks import kinds
from nasplug_strategies.predictor.settings import Loss, Normalisation, Preset, Settings, not_negative, settings

if TYPE_CHECKING:
    import click

log = logging.getLogger("nasplug")
positive = attrs.validators.ge(1)
maybe_positive = attrs.validators.optional(positive)
FIRST = {"paper": 172, "best": 40}  # random architectures; the paper's N, and ours after a handful of searches
REFIT = {"paper": 0, "best": 10}
EXPLORE = {"paper": 0.0, "best": 0.5}


def _settings_alone(_: object, field: "attrs.Attribute[Any]", value: dict[str, Any]) -> None:
    if unknown := sorted(value.keys() - attrs.fields_dict(Settings).keys()):
        names = ", ".join(attrs.fields_dict(Settings))
        raise ValueError(f"{field.name!r} holds {', '.join(unknown)}; wanted are predictor settings: {names}")


@attrs.define(eq=False)
class NeuralPredictorSearch(Strategy):
    """Trains N distinct random architectures, fits a predictor, predicts the pool, trains the top K (Wen et al., 2020).

    The pool is the whole space where it enumerates, else `pool` distinct random architectures.
    None as an option's value means the preset's own.
    """

    n: int | None = option(
        None,
        help=f"random architectures to learn from [{FIRST['best']}, paper {FIRST['paper']}; at most 2/3 of the budget]",
        validator=maybe_positive,
    )
    k: int | None = option(
        None, help="predicted architectures to evaluate [the rest of the budget]", validator=maybe_positive
    )
    pool: int = option(
        10_000,
        help="architectures to predict where the space is too large to enumerate, or to measure for a latency window",
        validator=positive,
    )
    refit: int | None = option(
        None,
        help=f"fit again after every so many of the K; 0 = never [{REFIT['best']}, paper {REFIT['paper']}]",
        validator=attrs.validators.optional(attrs.validators.ge(0)),
    )
    shortlist: int = option(
        20_000, help="of the pool, how many of the best predicted the following fits rank", validator=positive
    )
    explore: float | None = option(
        None,
        help=f"every second is drawn so many deviations wide [{EXPLORE['best']:g}, paper {EXPLORE['paper']:g}]",
        validator=attrs.validators.optional(not_negative),
    )
    preset: Preset = option("best", help="the best measured predictor, or the paper's")
    kind: str | None = option(None, help=f"network of the predictor: {', '.join(kinds())}")
    stages: int | None = option(None, help="2 = a classifier first drops what is below the threshold")
    threshold: float | None = option(None, help="percent that separates the two stages")
    percentile: float | None = option(None, help="percentile of the accuracies, in place of the threshold")
    normalisation: Normalisation | None = option(None, help="of the adjacency matrices")
    layers: int | None = option(None, help="convolutions; of kind=mlp, fully-connected layers of width size")
    size: int | None = option(None, help="node representation size D [Table 1 of the paper, by samples]")
    hidden: tuple[int, ...] | None = option(None, help="widths of the fully-connected layers, as in 512,128")
    members: int | None = option(None, help="networks in the ensemble")
    loss: Loss | None = option(None, help="squared error or ranking")
    epochs: int | None = option(None, help="epochs of a fit")
    minibatch: int | None = option(None, help="samples a step of a fit")
    lr: float | None = option(None, help="learning rate of the regressor")
    classifier_lr: float | None = option(None, help="learning rate of the classifier")
    weight_decay: float | None = option(None, help="L2 on all weights")
    dropout: float | None = option(None, help="on fully-connected layers")
    device: str = option("cpu", help="torch device of the networks: cpu, cuda, cuda:1, …")
    paper: dict[str, Any] | None = option(
        None,
        help="predictor settings that a space recommends for preset=paper alone, a dict; the options above override it",
        validator=attrs.validators.optional([attrs.validators.instance_of(dict), _settings_alone]),
    )

    _distinct: Distinct = attrs.field(factory=Distinct, init=False)
    _candidates: Candidates | None = attrs.field(default=None, init=False)
    _ranking: Iterator[Architecture] = attrs.field(factory=lambda: iter(()), init=False)
    _suggested_at_fit: int | None = attrs.field(default=None, init=False)  # networks suggested at the last fit

    def __attrs_post_init__(self) -> None:
        """Refuses what no predictor can be made with, before anything is paid."""
        changes = self.settings()
        del changes["device"]  # torch knows the devices, and is not imported yet
        predictor = settings(changes.pop("preset"), changes)
        if self.explore and predictor.members == 1 and not predictor.process:
            raise ValueError(
                "'explore' needs to know how sure a prediction is: wanted members=2 or more, or preset=best"
            )

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Forgets an earlier run; refuses an `n` that leaves nothing of the budget for what the predictor chooses."""
        self._distinct, self._candidates, self._ranking, self._suggested_at_fit = Distinct(), None, iter(()), None
        if self.n and run.budget and self.n >= run.budget:
            raise UsageError(
                f"neural_predictor: n={self.n} leaves nothing of the budget of {run.budget} trials for predicted "
                "architectures. Raise --budget or lower n."
            )

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns new random architectures, then the best predicted; `[]` while a fit waits for pending trials."""
        missing = self.predicts_from(run.budget, run.batch) - self._suggested
        if missing > 0 and self._suggested_at_fit is None and (drawn := self._random(run, min(count, missing))):
            return drawn
        if self._until_fit() <= 0:
            if self._distinct.pending:
                return []
            if sum(trial.state == "complete" for trial in run.trials) < 2:
                return self._random(run, count)
            self._fit(run)
        return self._best(run, count)

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Remembers the trial's network. A resumed run tells of trials that this object did not suggest."""
        self._distinct.tell(run.hook, trial)

    @hookimpl
    def predict(self, run: Run, architectures: Sequence[Architecture]) -> Any:
        """Returns the accuracies that one fit to the run's trials predicts, in percent `[n]`."""
        from nasplug_strategies.neural.ranking import predict

        return predict(run, architectures, self.settings())

    @hookimpl
    def predicts_from(self, budget: int | None, batch: int) -> int:
        """Returns N: the option, else the preset's, at most as many whole batches as fit into 2/3 of the budget."""
        first = FIRST[self.preset]
        if self.n or not budget:
            return self.n or first
        most = max(1, round(2 * budget / 3))
        return min(first, most - most % batch or most)  # a part of a batch would leave workers idle

    @hookimpl
    def register_commands(self, group: "click.Group") -> None:
        """Adds `nasplug predictor`."""
        from nasplug_strategies.neural.commands import predictor

        group.add_command(predictor)

    def settings(self) -> dict[str, Any]:
        """Returns the keyword arguments of `NeuralPredictor` that these options mean, without the seed."""
        names = {"preset", "device", *attrs.fields_dict(Settings)} & attrs.fields_dict(type(self)).keys()
        own = {name: value for name in sorted(names) if (value := getattr(self, name)) is not None}
        recommended = self.paper or {} if self.preset == "paper" else {}
        return {**recommended, **own}

    @property
    def _suggested(self) -> int:
        return len(self._distinct.seen)

    def _until_fit(self) -> float:
        """Returns how many more of the K may be suggested before the next fit; infinite if there is none."""
        every = REFIT[self.preset] if self.refit is None else self.refit
        if self._suggested_at_fit is None:
            return 0
        return self._suggested_at_fit + every - self._suggested if every else math.inf

    def _random(self, run: Run, count: int) -> list[Architecture]:
        """Returns new random architectures; the first time it tries what a fit needs, before anything is paid."""
        drawn = self._distinct.sample(run.hook, run.rng, count)
        if drawn and not run.trials:
            from nasplug_strategies.predictor.torch_settings import torch_device

            run.hook.encode_graph(architectures=drawn)
            torch_device(self.device)
        return drawn

    def _fit(self, run: Run) -> None:
        from nasplug_strategies.neural.ranking import rank

        if self._candidates is None and (pool := Pool.of(run, self.pool, self._distinct)):
            self._candidates = Candidates(pool, self.shortlist)
        if self._candidates:  # else nothing new is left to rank
            explore = EXPLORE[self.preset] if self.explore is None else self.explore
            self._ranking = self._candidates.best_first(
                self._suggested, lambda part: rank(run, part, self.settings(), explore)
            )
        self._suggested_at_fit = self._suggested

    def _best(self, run: Run, count: int) -> list[Architecture]:
        """Returns the next `count` new networks of the ranking, at most up to K and the next fit."""
        left = math.inf if self.k is None else self._random_trials(run) + self.k - self._suggested
        new = (architecture for architecture in self._ranking if self._distinct.add(run.hook, architecture))
        most = max(0, int(min(count, left, self._until_fit())))
        best = list(islice(new, most))
        if len(best) < most and self._candidates and len(self._candidates.pool.architectures) <= self.pool:
            log.info("all architectures of the pool are trained: a larger pool than %d would go on", self.pool)
        return best

    def _random_trials(self, run: Run) -> int:
        """Returns how many trials were drawn at random: N, or more where it took more until two were complete.

        They are counted in the trials: a resumed run may tell of all of them before it asks for the first suggestion.
        """
        complete = [place for place, trial in enumerate(run.trials, 1) if trial.state == "complete"]
        return max(self.predicts_from(run.budget, run.batch), *complete[1:2])
