"""`StrategyConformance`: all laws of a strategy."""

from collections import Counter
from functools import cached_property
from statistics import mean
from typing import Any, ClassVar

from nasplug.engine.result import Result
from nasplug.errors import NasplugError
from nasplug.loading import manager
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Fault, NotApplicable, law
from nasplug.testing.reference_plugins import Draw, Witness
from nasplug.testing.searches import interrupted, search_trials, searched, told
from nasplug.testing.toy import Bare, Toy


class StrategyConformance(PluginConformance):
    """The laws of a strategy: `class TestMine(StrategyConformance): strategy = "mine"`.

    `strategy` is a name, a class or an instance; `options` are the strategy's. Searches of `budget` trials are made on
    `nasplug.testing.Toy`, which recommends options as every space may. A strategy that a law does not bind says so in
    a class attribute, `conformance_exempt: ClassVar = {"test_…": "the reason"}`.
    """

    kind: ClassVar = "strategy"
    strategy: ClassVar[Any]
    budget: ClassVar[int] = 40
    seeds: ClassVar[int] = 20

    def made(self) -> Any:
        """Returns a new instance, with the options that the toy space recommends and `options` over them."""
        if isinstance(self.strategy, str):
            advice = Toy().recommend(self.strategy) or {}
            return manager.make("strategy", self.strategy, {**advice, **self.options})
        return super().made()

    def search(self, space: Any = None, *observers: object, **settings: Any) -> Result:
        """Returns the result of a search with a fresh instance."""
        self.build(Toy(), self.fresh())
        return searched(space or Toy(), self.fresh(), [Witness(), *observers], **{"budget": self.budget} | settings)

    @cached_property
    def plain(self) -> list[tuple[str, float | None]]:
        """The trials of an ordinary search."""
        return told(self.search())

    @law("search")
    def test_searches(self) -> None:
        """A search on the toy space makes trials and raises nothing.

        suggest returns a list of architectures; [] means to wait for what is pending, or the end.
        """
        self.expect(self.plain, "the search ended without a trial")
        self.search(batch=4)

    @law()
    def test_suggests_no_more_than_asked(self) -> None:
        """suggest returns at most `count` architectures.

        The run has no room for more; fewer are always welcome.
        """
        witness = Witness()
        for batch in (1, 3, 8):
            self.search(None, witness, batch=batch)
        self.expect(not witness.excess, "asked for {} it returned {}".format(*(witness.excess or [(0, 0)])[0]))

    @law()
    def test_suggests_valid_architectures(self) -> None:
        """Every suggestion is an architecture of the space: sampled, mutated or enumerated by its hooks.

        Only the space knows which codes are valid.
        """
        witness = Witness()
        searched(Toy(), self.fresh(), [Witness(), witness], budget=self.budget)
        self.expect(not witness.invalid, "; ".join(witness.invalid[:1]))

    @law()
    def test_never_pays_twice(self) -> None:
        """No network is suggested twice while there are new ones; equal networks have the same canonical form.

        A second training of the same network says nothing new. Codes may differ where networks are equal.
        """
        witness = Witness()
        found = searched(Toy(layers=4), self.fresh(), [Witness(), witness], batch=4, budget=60)
        if witness.invalid:
            raise NotApplicable("there are invalid suggestions (another law answers for that)")
        counts = Counter(trial.canonical for trial in search_trials(found))
        twice = [form for form, count in counts.items() if count > 1]
        self.expect(not twice, f"of {counts.total()} suggestions, {len(twice)} networks came again: {twice[:3]}")

    @law()
    def test_survives_failed_trials(self) -> None:
        """A search goes on when evaluations fail, some or all of them.

        A failed trial has no evaluation: trial.evaluation and trial.accuracy are None.
        """
        self.expect(self.plain, "the search ended without a trial")
        for share in (0.5, 1.0):
            try:
                made = len(told(self.search(Toy(fails=share))))
            except Fault as fault:
                self.expect(False, f"where {share:.0%} of the evaluations fail, {fault}")
            self.expect(made > 1, f"where {share:.0%} of the evaluations fail, it ends after {made} trials")

    @law()
    def test_is_repeatable(self) -> None:
        """The same seed gives the same search.

        Use run.rng alone, which is derived from the seed and the number of the trial.
        """
        self.expect(self.plain == told(self.search()), _difference(self.plain, told(self.search())))

    @law()
    def test_seeds_matter(self) -> None:
        """Other seeds give other searches.

        A generator of the strategy's own makes every repetition of an experiment the same.
        """
        searches = [search_trials(self.search(seed=seed)) for seed in range(5)]
        firsts = {tuple(trial.architecture for trial in trials[:5]) for trials in searches}
        self.expect(len(firsts) > 1, "five seeds gave the same five trials")

    @law()
    def test_a_second_run_starts_anew(self) -> None:
        """An instance that was used for one search serves another as if it were new.

        on_start begins a run: forget there what belongs to the last one.
        """
        if self.plain != told(self.search()):
            raise NotApplicable("the search is not repeatable (another law answers for that)")
        made = self.fresh()
        for seed in (1, 0):
            second = told(searched(Toy(), made, [Witness()], budget=self.budget, seed=seed))
        self.expect(second == self.plain, _difference(self.plain, second))

    @law("resume")
    def test_a_resumed_search_is_the_same(self) -> None:
        """A search that was interrupted and resumed makes the trials that it would have made.

        A strategy learns from run.trials and on_trial alone, also while run.replaying is True.
        """
        if self.plain != told(self.search()):
            raise NotApplicable("the search is not repeatable (another law answers for that)")
        for batch in (1, 3):
            whole = told(self.search(batch=batch))
            parts = told(interrupted(Toy, self.fresh, list, len(whole) // 2, budget=self.budget, batch=batch))
            self.expect(parts == whole, _difference(whole, parts))

    @law()
    def test_ends_where_nothing_is_new(self) -> None:
        """On a space of four networks a search ends, by its budget or with [].

        A loop that samples until something is new never returns.
        """
        self.expect(self.plain, "the search ended without a trial")
        try:
            self.search(Toy(layers=1), budget=30)
        except Fault as fault:
            self.expect(False, str(fault))

    @law()
    def test_works_asynchronously(self) -> None:
        """With --async it makes as many trials as in batches.

        suggest is called while trials are pending, which run.trials do not contain yet.
        """
        self.expect(self.plain, "the search ended without a trial")
        try:
            made = len(told(self.search(Toy(seconds=0.003), workers=3, asynchronous=True)))
        except Fault as fault:
            self.expect(False, str(fault))
        self.expect(made == len(self.plain), f"{made} trials instead of {len(self.plain)}")

    @law()
    def test_works_on_a_bare_space(self) -> None:
        """On a space with the required hooks alone it searches, or says in one message what it needs.

        What a space cannot do raises Unsupported, which names it; there is no enumeration and no graph.
        """
        self.expect(self.plain, "the search ended without a trial")
        try:
            self.search(Bare(), budget=12)
        except Fault as fault:
            self.expect(isinstance(fault.__cause__, NasplugError), str(fault))

    @law()
    def test_beats_random_search(self) -> None:
        """Over 20 seeds, the best that it finds is better on average than what random search finds.

        The toy space rewards every good layer: whoever learns from trials wins.
        """
        own = mean(_best(self.search(seed=seed)) for seed in range(self.seeds))
        draws = (searched(Toy(), Draw(), seed=seed, budget=self.budget) for seed in range(self.seeds))
        other = mean(map(_best, draws))
        self.expect(own > other, f"it finds {own:.2f} % on average, random search {other:.2f} %")

    @law()
    def test_leaves_the_program_alone(self) -> None:
        """It uses and seeds no global generator, and prints nothing on standard output.

        `nasplug run --json` prints one document, and searches in one process must not influence each other.
        """
        with self.untouched(), self.silent():
            self.search()

    @law()
    def test_leaves_the_trials_alone(self) -> None:
        """suggest leaves run.trials as it was.

        The list belongs to the run. Take a copy to sort it.
        """
        witness = Witness()
        searched(Toy(), self.fresh(), [Witness(), witness], budget=self.budget)
        self.expect(not witness.tampered, f"it changed after {witness.tampered[:1]} trials")


def _best(result: Result) -> float:
    return max((trial.accuracy or 0.0 for trial in search_trials(result)), default=0.0)


def _difference(one: list[Any], other: list[Any]) -> str:
    """Returns in words where two searches part."""
    at = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return f"{len(one)} trials, then {len(other)}"
    return f"trial {at} was {one[at][0]} with {one[at][1]} %, then {other[at][0]} with {other[at][1]} %"
