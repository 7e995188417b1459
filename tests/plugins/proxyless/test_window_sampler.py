"""Drawing from a latency window: exactly uniform, as brute force over small spaces shows."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nasplug_proxyless.additive_latency import AdditiveLatency
from nasplug_proxyless.latency import pixel1_model
from nasplug_proxyless.operations import CHOICES
from nasplug_proxyless.space import SIZE, Proxyless
from nasplug_proxyless.window_sampler import WindowSampler

import nasplug
from nasplug.errors import Unsupported


def small(seed, choices=(3, 6, 7, 2)):
    rng = np.random.default_rng(seed)
    table = np.full((len(choices), max(choices)), np.nan)
    for layer, count in enumerate(choices):
        table[layer, :count] = rng.gamma(2.0, size=count)
    return AdditiveLatency(1.5, table), list(product(*map(range, choices)))


@settings(max_examples=50)
@given(seed=st.integers(0, 2**32), middle=st.floats(0, 1), half=st.floats(0.001, 0.6))
def test_every_code_inside_has_exactly_one_rank(seed, middle, half):
    model, codes = small(seed)
    low, high = (np.interp(middle + side * half, [0, 1], model.bounds) for side in (-1, 1))
    inside = {code for code, time in zip(codes, model.latencies(codes), strict=True) if low <= time <= high}
    try:
        window = WindowSampler.of(model, low, high)
    except Unsupported:
        assert not inside
        return
    counted = window._unrank(np.arange(window.completions[0][0]))
    assert counted.tolist() == sorted(counted.tolist())
    assert len({tuple(code) for code in counted.tolist()}) == len(counted)
    assert inside <= {tuple(code) for code in counted.tolist()}


def test_draws_are_uniform_over_the_codes_inside():
    model, codes = small(0)
    low, high = np.quantile(model.latencies(codes), [0.3, 0.5])
    inside = [code for code in codes if low <= model.latencies([code])[0] <= high]
    drawn = [
        tuple(code) for code in WindowSampler.of(model, low, high).sample(20_000, np.random.default_rng(0)).tolist()
    ]
    counts = np.array([drawn.count(code) for code in inside])
    assert counts.sum() == 20_000
    expected = 20_000 / len(inside)
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < len(inside) - 1 + 4 * np.sqrt(2 * (len(inside) - 1))


def test_the_window_of_everything_counts_the_whole_space():
    assert WindowSampler.of(pixel1_model(), 0.0, 1000.0).completions[0][0] == SIZE


def test_a_pixel1_window_has_the_share_that_random_sampling_finds():
    count = WindowSampler.of(pixel1_model(), 75.0, 85.0).completions[0][0]
    assert count / SIZE == pytest.approx(0.00552, rel=0.02)
    codes = np.random.default_rng(0).integers(CHOICES, size=(400_000, 22))
    times = pixel1_model().latencies(codes)
    assert count / SIZE == pytest.approx(((times >= 75) & (times <= 85)).mean(), rel=0.1)


def test_the_space_draws_inside_and_follows_the_generator():
    space = nasplug.space("proxyless")
    first, second = (
        space.sample_within(device="pixel1", low=75.0, high=76.0, count=50, rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert first == second
    times = [space.measure_latency(architecture=architecture, device="pixel1") for architecture in first]
    assert 75.0 <= min(times) <= max(times) <= 76.0
    assert space.sample_within(device="host", low=1.0, high=2.0, count=1, rng=np.random.default_rng(0)) is None


@pytest.mark.parametrize("window", [(1.0, 2.0), (300.0, 400.0)])
def test_an_empty_window_says_what_the_space_reaches(window):
    with pytest.raises(Unsupported, match=r"from 30\.94 to 219\.09 ms"):
        Proxyless().sample_within(device="pixel1", low=window[0], high=window[1], count=1, rng=np.random.default_rng(0))


def test_a_window_narrower_than_a_grid_step_is_drawn_from():
    codes = np.random.default_rng(0).integers(CHOICES, size=(1, 22))
    middle = float(pixel1_model().latencies(codes)[0])
    window = WindowSampler.of(pixel1_model(), middle - 5e-5, middle + 5e-5)
    for seed in range(5):
        times = pixel1_model().latencies(window.sample(3, np.random.default_rng(seed)))
        assert np.abs(times - middle).max() <= 5e-5
        assert len(times) == 3


def test_a_run_with_a_window_never_leaves_it():
    result = nasplug.search(
        Sampler(), "random", budget=20, device="pixel1", latency=(75.0, 76.0)
    )  # evaluations of a sampler cost nothing
    assert all(75.0 <= trial.latency <= 76.0 for trial in result.trials)


class Sampler(Proxyless):
    """The space with evaluations that cost nothing."""

    name = "proxyless"

    @nasplug.hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        """Returns the same accuracy for all."""
        return nasplug.Evaluation(50.0, 1.0)
