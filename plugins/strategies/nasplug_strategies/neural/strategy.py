"""The search strategy of the Neural Predictor: train a few, predict many, train the best predicted."""

import logging
import math
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from nasplug import Architecture, Run, SpaceExhausted, UsageError, hookimpl, option
from nasplug.plugin import Strategy
from nasplug_strategies.distinct import Distinct
from nasplug_strategies.neural.pool import Candidates, Ranking
from nasplug_strategies.predictor import settings
from nasplug_strategies.predictor.networks import kinds

if TYPE_CHECKING:
    import click

log = logging.getLogger("nasplug")
FIRST = {"paper": 172, "best": 40}  # random architectures; the paper's N, and ours after a handful of searches
REFIT = {"paper": 0, "best": 10}
EXPLORE = {"paper": 0.0, "best": 0.5}
MUTANTS = {"paper": 0.0, "best": 0.9}


def _only_settings(_: object, field: "attrs.Attribute[Any]", value: dict[str, Any]) -> None:
    if unknown := sorted(value.keys() - set(settings.KEYWORDS)):
        raise ValueError(
            f"{field.name!r} holds {', '.join(unknown)}; wanted are predictor settings: {', '.join(settings.KEYWORDS)}"
        )


def setting(name: str, meaning: str) -> Any:
    """Returns an option for a setting of the predictor, by default the preset's; its help shows the values."""
    best, paper = (str(getattr(settings.PRESETS[preset], name)).strip("(),") for preset in ("best", "paper"))
    return option(None, help=f"{meaning} [{best if best == paper else f'{best}, paper {paper}'}]")


def whole_number(default: int | None, meaning: str, least: int = 1) -> Any:
    """Returns an option for a number of `least` or more; None is allowed where it is the default."""
    at_least: Any = attrs.validators.ge(least)
    return option(default, help=meaning, validator=attrs.validators.optional(at_least) if default is None else at_least)


@attrs.define(eq=False)
class NeuralPredictorSearch(Strategy):
    """Trains N distinct random architectures, fits a predictor, predicts the pool, trains the top K (Wen et al., 2020).

    The pool is the whole space where it enumerates, else distinct random architectures and, at every fit, mutants of
    the best predicted and of the best trained.
    None as an option's value means the preset's own.
    """

    n: int | None = whole_number(
        None, f"random architectures to train first, at most 2/3 of --budget [{FIRST['best']}, paper {FIRST['paper']}]"
    )
    k: int | None = whole_number(None, "best predicted architectures to train then [the rest of the budget]")
    pool: int = whole_number(
        10_000,
        "how many architectures a fit predicts at most, if the space cannot be enumerated or there is a latency window",
    )
    mutants: float | None = option(
        None,
        help="which share of such a pool is mutants of the best predicted, 0 = random architectures alone "
        f"[{MUTANTS['best']:g}, paper {MUTANTS['paper']:g}]",
        validator=attrs.validators.optional([attrs.validators.ge(0), attrs.validators.lt(1)]),
    )
    refit: int | None = whole_number(
        None,
        f"trainings until the next fit of the predictor, 0 = fit once [{REFIT['best']}, paper {REFIT['paper']}]",
        least=0,
    )
    shortlist: int = whole_number(
        20_000, "how many architectures of the pool a fit after the first predicts: the best by a quick regression"
    )
    explore: float | None = option(
        None,
        help="how far random draws shift the predictions that choose every second architecture, in standard deviations "
        f"of each prediction; 0 = no draws [{EXPLORE['best']:g}, paper {EXPLORE['paper']:g}]",
        validator=attrs.validators.optional(settings.not_negative),
    )
    preset: settings.Preset = option("best", help="best = our most accurate predictor, paper = that of Wen et al.")
    kind: str | None = setting("kind", f"kind of network: {', '.join(kinds())}")
    stages: int | None = setting("stages", "2 = a classifier first rejects bad architectures")
    threshold: float | None = setting("threshold", "with stages=2, percent up to which an architecture is bad")
    percentile: float | None = option(
        None, help="with stages=2, percentile of the trained accuracies that replaces the threshold, 0 to 100"
    )
    normalisation: settings.Normalisation | None = setting(  # noqa: RUF009 - as `option`
        "normalisation", "neighbours' states: row = mean, none = sum, symmetric = sum / √(degrees of both)"
    )
    layers: int | None = setting("layers", "graph convolutions; kind=mlp: layers of width size")
    size: int | None = option(
        None, help="numbers that represent a node (D) [64, paper by number of samples, as in its Table 1]"
    )
    hidden: tuple[int, ...] | None = setting("hidden", "widths of the last hidden layers, as in 512,128")
    members: int | None = setting("members", "networks in the ensemble; their scores are averaged")
    loss: settings.Loss | None = setting("loss", "mse = squared error, pairwise = order of pairs")  # noqa: RUF009
    epochs: int | None = setting("epochs", "passes over the trained architectures in a fit")
    minibatch: int | None = setting("minibatch", "architectures in a gradient step of a fit")
    lr: float | None = setting("lr", "initial learning rate of the networks")
    classifier_lr: float | None = setting("classifier_lr", "with stages=2, initial learning rate of the classifier")
    weight_decay: float | None = setting("weight_decay", "factor of the L2 penalty on all weights")
    dropout: float | None = setting("dropout", "share of the outputs of hidden layers that a fit sets to zero")
    device: str = option("cpu", help="torch device that computes the networks: cpu, cuda, cuda:1, …", identity=False)
    paper: dict[str, Any] | None = option(
        None,
        help="predictor settings that a space recommends for preset=paper alone, a dict; the options above override it",
        validator=attrs.validators.optional([attrs.validators.instance_of(dict), _only_settings]),
    )

    _distinct: Distinct = attrs.field(factory=Distinct, init=False)
    _candidates: Candidates | None = attrs.field(default=None, init=False)
    _ranking: Ranking | None = attrs.field(default=None, init=False)  # by the newest fit

    def __attrs_post_init__(self) -> None:
        """Refuses what no predictor can be made with, before anything is paid."""
        changes = self.predictor_options()
        del changes["device"]  # torch knows the devices, and is not imported yet
        predictor = settings.settings_of_preset(changes.pop("preset"), changes)
        if self.explore and predictor.members == 1 and not predictor.gaussian_process_weight:
            raise ValueError(
                "'explore' needs to know how sure a prediction is: wanted members=2 or more or preset=best"
            )

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Forgets an earlier run, and says where the budget lowers N.

        Refuses an `n` that leaves nothing of the budget for what the predictor chooses.
        """
        self._distinct, self._candidates, self._ranking = Distinct(), None, None
        if self.n and run.budget and self.n >= run.budget:
            raise UsageError(
                f"neural_predictor: n={self.n} leaves nothing of the budget of {run.budget} trials for predicted "
                "architectures. Raise --budget or lower n."
            )
        if (n := self.predicts_from(run.budget, run.batch)) < (self.n or FIRST[self.preset]):
            message = "neural_predictor: %d random architectures first instead of %d, for a budget of %d trials"
            log.info(message, n, FIRST[self.preset], run.budget)

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns new random architectures, then the best predicted; `[]` while a fit waits for pending trials."""
        self._distinct.update(run)
        suggested, n = len(run.trials) + len(run.pending), self.predicts_from(run.budget, run.batch)
        with suppress(SpaceExhausted):  # the pool may know what samples do not find
            if suggested < n and (drawn := self._random(run, min(count, n - suggested))):
                return drawn
        complete = list(islice((place for place, t in enumerate(run.trials, 1) if t.state == "complete"), 2))
        if len(complete) < 2:
            return [] if run.pending else self._random(run, count)
        first = max(min(n, suggested), complete[1])
        learned, until_fit = self._newest_fit(first, suggested)
        if learned > len(run.trials):
            return []
        unpredicted = max(n, complete[1], len(run.known))
        left = math.inf if self.k is None else unpredicted + self.k - suggested
        most = int(min(count, left, until_fit))
        return self._best(run, first, learned, most) if most > 0 else []

    @hookimpl
    def predict(self, run: Run, architectures: Sequence[Architecture]) -> Any:
        """Returns the values of the main objective that one fit to the run's trials predicts, `[n]`."""
        from nasplug_strategies.neural.ranking import predict

        return predict(run, architectures, self.predictor_options())

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

    def predictor_options(self) -> dict[str, Any]:
        """Returns the keyword arguments of `NeuralPredictor` that these options mean, without the seed."""
        names = {"preset", "device", *settings.KEYWORDS} & attrs.fields_dict(type(self)).keys()
        own = {name: value for name in sorted(names) if (value := getattr(self, name)) is not None}
        recommended = self.paper or {} if self.preset == "paper" else {}
        return {**recommended, **own}

    def _newest_fit(self, first: int, suggested: int) -> tuple[int, float]:
        """Returns to how many trials the newest fit is made, and how many more to suggest until the next one.

        The `first` fit is followed by one after every `refit` trials; without refits the next one is infinitely far.
        """
        every = REFIT[self.preset] if self.refit is None else self.refit
        if not every:
            return first, math.inf
        learned = first + (suggested - first) // every * every
        return learned, learned + every - suggested

    def _random(self, run: Run, count: int) -> list[Architecture]:
        """Returns new random architectures; the first time it tries what a fit needs, before anything is paid."""
        drawn = self._distinct.sample(run.hook, run.rng, count)
        if drawn and not run.trials:
            from nasplug_strategies.predictor.torch_settings import torch_device

            run.hook.encode_graph(architectures=drawn)
            torch_device(self.device)
        return drawn

    def _best(self, run: Run, first: int, learned: int, count: int) -> list[Architecture]:
        """Returns the next `count` new networks of the ranking by a fit to the first `learned` trials."""
        if self._candidates is None or self._candidates.first != first:
            mutants = MUTANTS[self.preset] if self.mutants is None else self.mutants
            self._candidates = Candidates.of_run(run, first, self.pool, mutants)
        if self._candidates.pool is None:
            return []
        if self._ranking is None or self._ranking.learned != learned:
            self._ranking = self._rank(run, self._candidates, learned)
        best = list(islice(self._ranking.new(run.hook, self._distinct), count))
        if len(best) < count and len(self._candidates.pool.architectures) <= self.pool:
            log.info("all architectures of the pool are trained: a larger pool than %d would go on", self.pool)
        return best

    def _rank(self, run: Run, candidates: Candidates, learned: int) -> Ranking:
        from nasplug_strategies.neural.ranking import best_first

        explore = EXPLORE[self.preset] if self.explore is None else self.explore
        settings = self.predictor_options()
        return Ranking(learned, best_first(run, candidates, learned, self.shortlist, settings, explore))
