"""What the laws of a strategy share: searches with new instances of it, on the toy space."""

from functools import cached_property
from typing import Any, ClassVar

from nasplug.engine.result import Result
from nasplug.loading import manager
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Fault, NotApplicable
from nasplug.testing.searches import Monitor, Outcomes, outcomes, run_search
from nasplug.testing.toy import Toy


class StrategyLaws(PluginConformance):
    """Searches with the strategy. `StrategyConformance` explains the class attributes."""

    kind: ClassVar = "strategy"
    strategy: ClassVar[Any]
    budget: ClassVar[int] = 40
    seeds: ClassVar[int] = 20

    def make_plugin(self) -> Any:
        """Returns a new instance, made with the toy space's recommendations, overridden by `options`."""
        if isinstance(self.strategy, str):
            recommended = Toy().recommend(self.strategy) or {}
            return manager.make("strategy", self.strategy, {**recommended, **self.options})
        return super().make_plugin()

    def default_plugin(self) -> Any:
        """Returns a new instance without the toy space's recommendations."""
        return super().make_plugin()

    def search(self, space: Any = None, *observers: object, **settings: Any) -> Result:
        """Returns the result of a search with a new instance; on `Toy()` unless a space is given."""
        self.build(Toy(), self.new_plugin())
        settings = {"budget": self.budget} | settings
        return run_search(space or Toy(), self.new_plugin(), Monitor(), *observers, **settings)

    def monitored(self, space: Toy, **settings: Any) -> tuple[Result, Monitor]:
        """Returns a search and what was wrong with its suggestions, before another monitor mends them."""
        monitor = Monitor()
        return self.search(space, monitor, **settings), monitor

    @cached_property
    def reference(self) -> Outcomes:
        """The outcomes of an ordinary search. A search without trials is a fault of the subject `search`."""
        reference = outcomes(self.search())
        if not reference:
            raise Fault("search", "the search ended without a trial")
        return reference

    def repeatable_reference(self) -> Outcomes:
        """Returns `reference`. The law is not applicable where a second search differs from it."""
        if self.reference != outcomes(self.search()):
            raise NotApplicable("the search is not repeatable (another law reports this)")
        return self.reference
