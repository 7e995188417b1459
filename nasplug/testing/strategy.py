"""`StrategyConformance`: all laws of a strategy."""

from collections import Counter
from statistics import mean

from nasplug.engine.result import Result
from nasplug.errors import NasplugError, PluginError
from nasplug.testing.knowledge_laws import KnowledgeLaws
from nasplug.testing.laws import Fault, NotApplicable, law
from nasplug.testing.searches import (
    Monitor,
    OtherResults,
    difference,
    outcomes,
    recorded_warnings,
    run_search,
    search_trials,
)
from nasplug.testing.toy import MinimalSpace, RandomSearch, Toy

BUDGET = 100  # of a first comparison, as in the README; the default options of a strategy must suit it


class StrategyConformance(KnowledgeLaws):
    """The laws of a strategy: `class TestMine(StrategyConformance): strategy = "mine"`.

    `strategy` is a name, a class or an instance; `options` are the strategy's options. Most laws search on
    `nasplug.testing.Toy`, which recommends options as any space may; `budget` is the number of trials. A strategy that
    need not keep a law says so in its class: `conformance_exempt: ClassVar = {"test_…": "the reason"}`.
    """

    @law("search")
    def test_searches(self) -> None:
        """A search on the toy space makes trials and raises nothing.

        suggest returns a sequence of architectures; an empty one waits for pending trials, or ends the search.
        """
        self.expect(self.reference, "the search ended without a trial")
        self.search(batch=4)

    @law()
    def test_suggests_no_more_than_asked(self) -> None:
        """suggest returns at most `count` architectures.

        The run has no room for more. You may always return fewer.
        """
        for batch in (1, 3, 8):
            _, monitor = self.monitored(Toy(), batch=batch)
            self.expect(not monitor.excess, "; ".join(monitor.excess[:1]))

    @law()
    def test_suggests_valid_architectures(self) -> None:
        """Every suggestion is an architecture of the space.

        Only the space knows which codes are valid. Get architectures from sample, mutate or enumerate_space.
        """
        _, monitor = self.monitored(Toy())
        self.expect(not monitor.invalid, "; ".join(monitor.invalid[:1]))

    @law()
    def test_never_pays_twice(self) -> None:
        """No network is suggested twice while there are new ones.

        A second training teaches nothing. Networks are equal where the hook canonical says so, whatever their codes.
        """
        result, monitor = self.monitored(Toy(layers=4), batch=4, budget=60)
        if monitor.invalid:
            raise NotApplicable("there are invalid suggestions (another law reports this)")
        counts = Counter(trial.canonical for trial in search_trials(result))
        repeated = [form for form, count in counts.items() if count > 1]
        self.expect(not repeated, f"of {counts.total()} suggestions, {len(repeated)} came again: {repeated[:3]}")

    @law("a search with failed trials")
    def test_survives_failed_trials(self) -> None:
        """A search goes on when some evaluations fail, or all of them.

        A failed trial has no result: its evaluation and accuracy are None.
        """
        for share in (0.5, 1.0) if self.reference else ():
            count = len(outcomes(self.search(Toy(fails=share), subject="a search with failed trials")))
            self.expect(count > 1, f"where {share:.0%} of the evaluations fail, it ends after {count} trials")

    @law()
    def test_is_repeatable(self) -> None:
        """The same seed gives the same search.

        Draw from run.rng alone, which is derived from the seed and the number of the trial.
        """
        again = outcomes(self.search())
        self.expect(self.reference == again, difference(self.reference, again))

    @law()
    def test_seeds_matter(self) -> None:
        """Different seeds give different searches.

        Otherwise all repetitions of an experiment are the same. Draw from run.rng, not from a generator of your own.
        """
        searches = [search_trials(self.search(seed=seed)) for seed in range(5)]
        beginnings = {tuple(trial.architecture for trial in trials[:5]) for trials in searches}
        self.expect(len(beginnings) > 1, "five seeds gave the same five trials")

    @law("a search of a small space")
    def test_ends_where_nothing_is_new(self) -> None:
        """On a space of four networks the search ends, by its budget or because suggest returns [].

        A loop that samples until something is new never returns.
        """
        self.expect(self.reference, "the search ended without a trial")
        self.search(Toy(layers=1), budget=30, subject="a search of a small space")

    @law("an asynchronous search")
    def test_works_asynchronously(self) -> None:
        """With --async the search makes as many trials as without.

        suggest is called while trials are pending, which run.trials does not contain yet.
        """
        expected, settings = len(self.reference), {"workers": 3, "asynchronous": True}
        count = len(outcomes(self.search(Toy(seconds=0.003), subject="an asynchronous search", **settings)))
        self.expect(count == expected, f"{count} trials instead of {expected}")

    @law()
    def test_works_on_a_bare_space(self) -> None:
        """A space with the required hooks alone is searched, or refused with one message that says what is missing.

        Other hooks raise Unsupported, which names the space and the hook, or return None.
        """
        self.expect(self.reference, "the search ended without a trial")
        try:
            self.search(MinimalSpace(), budget=12)
        except Fault as fault:
            is_refusal = isinstance(fault.__cause__, NasplugError) and not isinstance(fault.__cause__, PluginError)
            self.expect(is_refusal, str(fault))

    @law()
    def test_results_matter(self) -> None:
        """With its default options and a budget of 100 trials, a search depends on the accuracies that it finds.

        Otherwise it is random search under another name. Plan within run.budget, or warn with
        logging.getLogger("nasplug") that the budget is too small to learn anything.
        """
        self.repeatable_reference()
        with recorded_warnings() as warnings:
            usual = outcomes(run_search(Toy(), self.default_plugin(), Monitor(), budget=BUDGET))
        other = OtherResults(usual)
        run_search(Toy(), self.default_plugin(), Monitor(), other, budget=BUDGET)
        self.expect(other.differs or warnings, f"{len(usual)} trials are the same whatever the accuracies are")

    @law()
    def test_beats_random_search(self) -> None:
        """Over 20 seeds, the best result is better on average than that of random search.

        The toy space rewards every good layer, so that whoever learns from trials wins.
        """
        own = mean(_best(self.search(seed=seed)) for seed in range(self.seeds))
        draws = (run_search(Toy(), RandomSearch(), seed=seed, budget=self.budget) for seed in range(self.seeds))
        random = mean(map(_best, draws))
        self.expect(own > random, f"it finds {own:.2f} % on average, random search {random:.2f} %")

    @law()
    def test_leaves_the_program_alone(self) -> None:
        """The strategy neither uses nor seeds a global random generator, and prints nothing on standard output.

        Searches in one process must not affect each other, and `nasplug run --json` must print one document.
        """
        with self.no_generator_changes(), self.no_output():
            self.search()

    @law()
    def test_leaves_the_trials_alone(self) -> None:
        """suggest does not change run.trials.

        The list belongs to the run. Sort a copy.
        """
        _, monitor = self.monitored(Toy())
        self.expect(not monitor.changed_trials, "; ".join(monitor.changed_trials[:1]))


def _best(result: Result) -> float:
    return max((trial.accuracy or 0.0 for trial in search_trials(result)), default=0.0)
