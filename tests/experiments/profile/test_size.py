"""How many codes and networks a space has, and how sure that is."""

import math

import numpy as np
import pytest

import nasplug
from nasplug import Architecture, hookimpl
from nasplug.experiments.profile import size
from nasplug.experiments.profile.samples import Meter, Samples
from nasplug.experiments.profile.size import Count, all_networks, count_codes, count_networks
from nasplug.loading import manager
from nasplug.testing import Toy


class Unlisted(Toy):
    """A space whose networks nobody enumerates."""

    enumerate_space = None


class Hidden(Unlisted):
    """A space that says nothing of its codes either."""

    choices = None


def sampled(space, count):
    hook = manager.build(space).hook
    return hook, Samples.draw(Meter(hook, None), count, np.random.default_rng(0))


def test_codes_are_counted_by_their_choices():
    assert count_codes(nasplug.space("proxyless")) == Count(3 * 6**6 * 7**15, "exact", "the product of the choices")
    assert count_codes(nasplug.space("nasbench101")).kind == "unknown"


def test_networks_that_are_enumerated_are_counted():
    assert count_networks(*sampled(Toy(layers=3), 1)) == Count(40, "exact", "counted one by one")


def test_a_small_product_of_choices_is_gone_through():
    hook, samples = sampled(Unlisted(layers=3), 1)
    assert count_networks(hook, samples) == Count(40, "exact", "counted one by one")
    forms = [hook.canonical(architecture=architecture) for architecture in all_networks(hook, "toy")]
    assert len(set(forms)) == len(forms)


def test_counting_ends_after_some_seconds(monkeypatch):
    monkeypatch.setattr(size, "SECONDS", -1.0)
    assert count_networks(*sampled(Toy(layers=7), 1)) == Count(10_000, "at_least", "counted for -1 s")


def test_the_number_of_networks_is_estimated_from_samples_that_are_equal():
    """Of 32 layers with 2 operations, the last two in any order: 2³⁰ · 3 networks; of 12 layers, 2¹⁰ · 3."""
    hook, samples = sampled(Hidden(layers=12, operations=2), 2000)
    count = count_networks(hook, samples)
    assert count.kind == "estimate"
    likely = 2**10 / (0.25**2 + 0.5**2 + 0.25**2)  # as many would be equally likely
    assert count.value == pytest.approx(likely, rel=0.15)
    pairs = math.comb(2000, 2)
    assert count.reason == f"{round(pairs / count.value):,} of {pairs:,} pairs of samples are equal networks"


def test_where_no_samples_are_equal_there_are_more_networks_than_is_likely_otherwise():
    count = count_networks(*sampled(Hidden(layers=32), 1000))
    assert (count.kind, count.reason) == ("at_least", "no two of 1,000 samples are equal networks")
    assert math.exp(-math.comb(1000, 2) / count.value) == pytest.approx(0.05, rel=1e-3)


def test_one_sample_says_that_there_is_one_network():
    assert count_networks(*sampled(Hidden(), 1)).value == 1


def test_a_large_product_is_not_gone_through():
    hook, _ = sampled(Unlisted(layers=9), 1)
    assert math.prod(hook.choices()) > size.SMALL
    assert all_networks(hook, "toy") is None


def test_an_enumeration_counts_before_a_product_of_choices():
    class Listed(Toy):
        @hookimpl
        def enumerate_space(self):
            return iter([Architecture("toy", (0,) * self.layers)])

    assert count_networks(*sampled(Listed(), 1)).value == 1
