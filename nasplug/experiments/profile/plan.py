"""What is asked of a space before a search: how large it is, what its networks cost, which bounds they keep."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from nasplug.engine.measures import measured
from nasplug.engine.opening import check_device
from nasplug.engine.settings import Settings
from nasplug.experiments.profile.bounds import bounds_of, check_names
from nasplug.experiments.profile.feasibility import Question
from nasplug.experiments.profile.profile import Profile
from nasplug.experiments.profile.samples import Meter, Samples
from nasplug.experiments.profile.size import count_codes, count_networks
from nasplug.loading import manager


@attrs.frozen(kw_only=True)
class Plan:
    """All that decides a profile, but for the speed of the machine where `samples` is None.

    Raises `UsageError` for what would be wrong in a run, too.
    """

    space: str
    space_options: dict[str, Any] = attrs.field(factory=dict)
    device: str | None = None  # where latencies are measured
    latency_window: tuple[float, float] | None = attrs.field(default=None, alias="latency")  # in milliseconds
    limits: Sequence[str] = ()  # as in `parameters<=4e6`
    samples: int | None = None  # how many architectures are measured; None for 10,000, or five seconds of them
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        Settings(space=self.space, strategy="", device=self.device, latency_window=self.latency_window, seed=self.seed)

    def execute(self) -> Profile:
        """Draws and measures the samples, and looks for an architecture inside the bounds."""
        hook = manager.space(self.space, **self.space_options)
        check_device(hook, self.device)
        meter = Meter(hook, self.device)
        bounds = bounds_of(self.limits, self.device, self.latency_window)
        if bounds:
            first = measured(hook, hook.sample(rng=np.random.default_rng(self.seed)))
            check_names(bounds, [*first, *(["latency"] if self.device else [])], self.space)
        samples = Samples.draw(meter, self.samples, np.random.default_rng(self.seed))
        rng = np.random.default_rng((self.seed, 1))
        question = Question(meter, bounds, samples, self.latency_window, rng)
        answer = question.answer() if bounds else None
        codes, networks = count_codes(hook), count_networks(hook, samples)
        return Profile(self.space, codes, networks, samples, bounds, answer, meter.failures)
