"""Samples and their figures: the space's own distribution, and what is known without an evaluation."""

import numpy as np
import pytest

from nasplug import hookimpl
from nasplug.errors import ConfigurationError, PluginError
from nasplug.experiments.profile import samples as module
from nasplug.experiments.profile.samples import Meter, Samples
from nasplug.loading import manager
from nasplug.testing import Toy


def meter(space=None, device=None):
    return Meter(manager.build(space or Toy(layers=3)).hook, device)


def test_samples_are_those_of_the_hook_with_everything_that_is_measured():
    toy, rng = Toy(layers=3), np.random.default_rng(0)
    samples = Samples.draw(meter(device="toyphone"), 20, np.random.default_rng(0))
    assert samples.architectures == [toy.sample(rng=rng) for _ in range(20)]
    assert samples.forms == [toy.canonical(architecture) for architecture in samples.architectures]
    for architecture, figures in zip(samples.architectures, samples.figures, strict=True):
        assert figures == toy.measure(architecture) | {"latency": toy.measure_latency(architecture, "toyphone")}
    assert (len(samples), samples.names) == (20, ["parameters", "latency"])
    assert samples.values("latency").tolist() == [figures["latency"] for figures in samples.figures]


def test_without_a_number_of_samples_there_are_as_many_as_time_allows(monkeypatch):
    monkeypatch.setattr(module, "MOST", 50)
    assert len(Samples.draw(meter(), None, np.random.default_rng(0))) == 50
    monkeypatch.setattr(module, "SECONDS", -1.0)
    assert len(Samples.draw(meter(), None, np.random.default_rng(0))) == 1
    assert len(Samples.draw(meter(), 70, np.random.default_rng(0))) == 70


def test_fewer_samples_are_the_first_of_more():
    few, many = (Samples.draw(meter(), count, np.random.default_rng(1)) for count in (10, 30))
    assert few.architectures == many.architectures[:10]


class FailsOnSome(Toy):
    @hookimpl
    def measure_latency(self, architecture, device):
        if architecture.code[0] == 0:
            raise RuntimeError("the battery is empty")
        return Toy.measure_latency(self, architecture, device)


def test_a_latency_that_raises_is_missing_and_told():
    measuring = meter(FailsOnSome(layers=3), "toyphone")
    samples = Samples.draw(measuring, 40, np.random.default_rng(0))
    failed = [architecture for architecture in samples.architectures if architecture.code[0] == 0]
    assert measuring.failures == [f"{architecture}: RuntimeError: the battery is empty" for architecture in failed]
    assert len(samples.values("latency")) == 40 - len(failed) < 40
    assert len(samples.values("parameters")) == 40


@pytest.mark.parametrize("error", [ConfigurationError("no device is attached"), PluginError("a wrong answer")])
def test_what_no_measurement_could_survive_is_raised(error):
    class Breaks(Toy):
        @hookimpl
        def measure_latency(self, architecture, device):
            raise error

    with pytest.raises(type(error), match=str(error)):
        Samples.draw(meter(Breaks(), "toyphone"), 1, np.random.default_rng(0))


def test_a_space_that_measures_nothing_has_samples_without_figures():
    class Silent(Toy):
        @hookimpl
        def measure(self, architecture):
            return None

    samples = Samples.draw(meter(Silent()), 5, np.random.default_rng(0))
    assert (samples.names, len(samples.values("parameters"))) == ([], 0)
