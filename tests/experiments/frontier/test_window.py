"""Architectures inside a latency window."""

from types import SimpleNamespace

import numpy as np
import pytest
import toy

import nasplug as package
from nasplug.errors import Unsupported, UsageError
from nasplug.experiments.frontier import window
from nasplug.experiments.frontier.window import Window


def latencies(architectures):
    return [10 + sum(a.code) for a in architectures]


def test_both_bounds_are_inside_and_equal_networks_are_there_once():
    hook = package.space("toy:ToySpace")
    sampled = Window("toyphone", 10, 11).sample(hook, 500, np.random.default_rng(0))
    assert sorted(latencies(sampled)) == [10, 11, 11, 11]
    assert len(set(sampled)) == 4


def test_sampling_ends_with_the_count_and_draws_no_more():
    hook, rng, again = package.space("toy:ToySpace"), np.random.default_rng(0), np.random.default_rng(0)
    sampled = Window("toyphone", 0, 100).sample(hook, 3, rng)
    assert sampled == [hook.sample(rng=again) for _ in range(3)]
    assert rng.integers(1000) == again.integers(1000)


def test_a_space_that_samples_within_is_asked_for_it():
    arguments_received = {}
    inside = [toy.architecture(0, 0, 1), toy.architecture(1, 0, 0), toy.architecture(0, 1, 0)]
    hook = SimpleNamespace(
        sample_within=lambda **arguments: arguments_received.update(arguments) or inside,
        canonical=lambda architecture: architecture.code[1],
    )
    assert Window("phone", 1, 2).sample(hook, 3, rng := np.random.default_rng(0)) == [inside[0], inside[2]]
    assert arguments_received == {"device": "phone", "low": 1, "high": 2, "count": 3, "rng": rng}


def test_a_window_without_architectures_is_one_message(monkeypatch):
    monkeypatch.setattr(window, "DRAWS", 1000)
    with pytest.raises(Unsupported, match="No architecture was found with 1:2 ms on toyphone: 1,000 drawn"):
        Window("toyphone", 1, 2).sample(package.space("toy:ToySpace"), 1, np.random.default_rng(0))


@pytest.mark.parametrize(("low", "high"), [(2, 2), (3, 2), (-1, 2)])
def test_bounds_that_are_no_window_are_refused(low, high):
    with pytest.raises(UsageError, match="0 ≤ LOW < HIGH"):
        Window("toyphone", low, high)
