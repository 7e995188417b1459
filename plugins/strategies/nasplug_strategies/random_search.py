"""Random search: the baseline of every comparison."""

from typing import TYPE_CHECKING, ClassVar

import attrs

from nasplug import Architecture, Trial, hookimpl, option
from nasplug_strategies.distinct import Distinct

if TYPE_CHECKING:
    from nasplug import Run


@attrs.define(eq=False)
class RandomSearch:
    """Evaluates architectures drawn at random.

    `distinct=false` draws independently, as the paper's curves do, and may pay for a network twice.
    """

    conformance_exempt: ClassVar = {"test_beats_random_search": "it is random search"}

    distinct: bool = option(True, help="never pay twice for equal networks (equal by `canonical`)")
    _seen: Distinct = attrs.field(factory=Distinct, init=False)

    @hookimpl
    def on_start(self) -> None:
        """Forgets an earlier run."""
        self._seen = Distinct()

    @hookimpl
    def suggest(self, run: "Run", count: int) -> list[Architecture]:
        """Returns `count` random architectures; fewer, or none, where the space has no new ones left."""
        if not self.distinct:
            return [run.hook.sample(rng=run.rng) for _ in range(count)]
        return self._seen.sample(run.hook, run.rng, count)

    @hookimpl
    def on_trial(self, run: "Run", trial: Trial) -> None:
        """Remembers what was paid for; a resumed run may tell of trials that this object did not suggest."""
        self._seen.tell(run.hook, trial)
