"""Whether bounds can be met: by a sample, inside a window, or nowhere in the whole space."""

import numpy as np
import pytest

from nasplug import Architecture, Unsupported, hookimpl
from nasplug.experiments.profile import feasibility
from nasplug.experiments.profile.bounds import bounds_of
from nasplug.experiments.profile.feasibility import Feasibility, Question
from nasplug.experiments.profile.samples import Meter, Samples
from nasplug.loading import manager
from nasplug.testing import Toy


class Huge(Toy):
    """A space that nobody goes through, and whose samples are far from its ends."""

    enumerate_space, choices = None, None


class Windowed(Huge):
    """A space that has an architecture of every latency, and knows that there are no others."""

    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        if high < 10 or low > 10 + 3 * self.layers:
            raise Unsupported("The space reaches from 10 to 70 ms. Widen the window.")
        left, code = round(low) - 10, []
        for _ in range(self.layers):
            code.append(min(3, left))
            left -= code[-1]
        return [Architecture("toy", code)] * count


def answer(space, limits, window=None, samples=50):
    meter = Meter(manager.build(space).hook, "toyphone")
    drawn = Samples.draw(meter, samples, np.random.default_rng(0))
    return Question(meter, bounds_of(limits, "toyphone", window), drawn, window, np.random.default_rng(1)).answer()


def test_a_sample_inside_is_an_example():
    met = answer(Huge(), ["parameters<=12000"])
    assert met.can_be_met is True
    assert sum(met.example.code) <= 11
    inside, rest = met.reason.split(" of ")
    assert (0 < int(inside) < 50, rest) == (True, "50 samples")


def test_a_window_that_no_sample_meets_is_asked_of_the_space():
    met = answer(Windowed(layers=20), [], (69.0, 70.0))
    assert met == Feasibility(
        True, "1,000 of 1,000 drawn from the latency window", Architecture("toy", (3,) * 19 + (2,))
    )


def test_a_window_that_the_space_knows_to_be_empty_cannot_be_met():
    refused = answer(Windowed(layers=20), [], (80.0, 90.0))
    assert refused == Feasibility(False, "The space reaches from 10 to 70 ms. Widen the window")


def test_what_is_drawn_from_a_window_must_keep_the_other_bounds_too():
    unknown = answer(Windowed(layers=20), ["parameters<=59000"], (69.0, 70.0))
    assert unknown == Feasibility(None, "none of 50 samples and none of 1,000 drawn from the latency window")


def test_a_small_space_is_gone_through():
    refused = answer(Toy(layers=3), ["parameters<=2000", "latency>=12"])
    assert refused == Feasibility(False, "none of all 40 networks")
    met = answer(Toy(layers=6), ["parameters<=1000"])
    assert met == Feasibility(True, "number 1 of all networks", Architecture("toy", (0,) * 6))


def test_going_through_a_space_ends_after_some_seconds(monkeypatch):
    monkeypatch.setattr(feasibility, "SECONDS", -1.0)
    unknown = answer(Toy(), ["parameters<=0"])
    assert unknown == Feasibility(None, "none of 50 samples and none of the first 1 of all networks")


def test_it_is_not_known_of_a_large_space():
    assert answer(Huge(), ["parameters<=0"]) == Feasibility(None, "none of 50 samples")


@pytest.mark.parametrize("fails", [0, 3])
def test_it_is_not_known_where_a_latency_could_not_be_measured(fails):
    class FailsOnSome(Toy):
        @hookimpl
        def measure_latency(self, architecture, device):
            if architecture.code == (fails,) * 3:
                raise RuntimeError("the battery is empty")
            return 12.0

    unknown = answer(FailsOnSome(layers=3), [], (1.0, 2.0), samples=1)
    assert unknown.can_be_met is None
