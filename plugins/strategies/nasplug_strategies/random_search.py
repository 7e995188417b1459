"""Random search: the baseline of every comparison."""

from typing import ClassVar

import attrs

from nasplug import Architecture, Run, hookimpl, option
from nasplug.plugin import Strategy
from nasplug_strategies.distinct import Distinct


@attrs.define(eq=False)
class RandomSearch(Strategy):
    """Evaluates architectures drawn at random.

    `distinct=false` draws independently, as for the paper's curves, and may pay for a network twice.
    """

    conformance_exempt: ClassVar = {
        "test_beats_random_search": "it is random search",
        "test_results_matter": "it is random search",
    }

    distinct: bool = option(True, help="never pay twice for equal networks (equal by `canonical`)")
    _distinct_networks: Distinct = attrs.field(factory=Distinct, init=False)

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Forgets an earlier run."""
        self._distinct_networks = Distinct()

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns `count` random architectures; fewer, or none, where the space has no new ones left."""
        if not self.distinct:
            return [run.hook.sample(rng=run.rng) for _ in range(count)]
        self._distinct_networks.update(run)
        return self._distinct_networks.sample(run.hook, run.rng, count)
