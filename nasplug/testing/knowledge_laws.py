"""Laws of what a strategy knows: what it is told, and nothing else."""

from typing import Any

from nasplug.testing.laws import NotApplicable, law
from nasplug.testing.retelling import Retelling
from nasplug.testing.searches import Monitor, difference, outcomes, run_interrupted, run_search
from nasplug.testing.strategy_laws import StrategyLaws
from nasplug.testing.toy import Toy


class KnowledgeLaws(StrategyLaws):
    """Laws of what a strategy knows: a resumed run depends on them."""

    @law()
    def test_a_second_run_starts_anew(self) -> None:
        """An instance that has served one search makes the next one as a new instance would.

        on_start begins a run. Reset there whatever you have learnt.
        """
        reference, strategy = self.repeatable_reference(), self.new_plugin()
        for seed in (1, 0):
            second = outcomes(run_search(Toy(), strategy, Monitor(), budget=self.budget, seed=seed))
        self.expect(second == reference, difference(reference, second))

    @law()
    def test_told_trials_give_the_same_suggestions(self) -> None:
        """A new instance that is told the trials of a run suggests the same as the instance that made them.

        A resumed run tells its trials and asks for what is missing. Know what run.trials and run.pending say, draw from
        run.rng, and learn nothing from final trials. What you keep between calls must follow from these.
        """
        self.repeatable_reference()
        small = Toy(layers=3, seconds=0.003)  # of 40 networks, so that what is pending soon matters
        ways: dict[str, dict[str, Any]] = {
            "trial by trial": {},
            "in batches": {"batch": 4},
        }
        for seed in range(3):  # what is pending when depends on the clock
            asynchronous = {"space": small, "workers": 4, "asynchronous": True, "budget": 36, "seed": seed}
            ways[f"with --async and seed {seed}"] = asynchronous
        for way, settings in ways.items():
            differences = self.retold(**settings)
            self.expect(not differences, f"{way}: {'; '.join(differences[:1])}")

    def retold(self, space: Toy | None = None, **settings: Any) -> list[str]:
        """Returns where a new instance, told the trials of a search, suggests something else, at every third call."""
        retelling = Retelling(self.new_plugin, every=3)
        self.search(space or Toy(), retelling, subject="an asynchronous search", **settings)
        return retelling.differences

    @law("resume")
    def test_a_resumed_search_is_the_same(self) -> None:
        """A search that is interrupted and resumed makes the trials that it would have made uninterrupted.

        Keep nothing outside of the instance: the storage has the trials, and a resumed run tells them again.
        """
        self.repeatable_reference()
        for batch in (1, 3):
            if self.retold(batch=batch):
                raise NotApplicable("told trials give other suggestions (another law reports this)")
            settings = {"budget": self.budget, "batch": batch}
            whole = outcomes(self.search(**settings))
            resumed = outcomes(run_interrupted((Toy, self.new_plugin, list), len(whole) // 2, **settings))
            self.expect(resumed == whole, difference(whole, resumed))
