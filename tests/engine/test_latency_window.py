"""Samples and mutants inside a latency window."""

import numpy as np
import pytest
import toy

from nasplug import PluginError, Unsupported, hookimpl
from nasplug.engine import latency_window
from nasplug.engine.latency_window import LatencyWindow
from nasplug.loading import manager


def hooks(low, high, space=None):
    built = manager.build(space or toy.ToySpace())
    built.register(LatencyWindow(built, low, high, "toyphone", "direct"))
    return built.hook


def test_every_latency_inside_is_drawn_both_bounds_included_and_none_outside():
    hook, rng = hooks(12.0, 14.0), np.random.default_rng(0)
    samples = [hook.sample(rng=rng) for _ in range(100)]
    mutants = [hook.mutate(architecture=toy.architecture(1, 1, 1), rng=rng) for _ in range(100)]
    assert {10.0 + sum(sample.code) for sample in samples} == {12.0, 13.0, 14.0}
    assert {10.0 + sum(mutant.code) for mutant in mutants} == {12.0, 14.0}


def test_a_mutant_is_one_of_the_parent():
    hook, rng = hooks(12.0, 14.0), np.random.default_rng(0)
    for _ in range(20):
        mutant = hook.mutate(architecture=toy.architecture(1, 1, 1), rng=rng)
        assert sum(a != 1 for a in mutant.code) == 1


def test_the_spaces_own_way_into_the_window_is_taken():
    requests = []

    class Direct(toy.ToySpace):
        @hookimpl
        def sample_within(self, device, low, high, count, rng):
            requests.append((device, low, high, count))
            return [toy.architecture(1, 1, 0)]

    assert hooks(12.0, 12.5, Direct()).sample(rng=np.random.default_rng(0)).code == (1, 1, 0)
    assert requests == [("toyphone", 12.0, 12.5, 1)]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ([], r"\[\]"),
        ([toy.architecture(1, 1, 1)], r"\['toy:1,1,1'\]"),
        ([toy.architecture(1, 0, 0)], r"\['toy:1,0,0'\]"),
        ([toy.architecture(1, 1, 0)] * 2, r"\['toy:1,1,0', 'toy:1,1,0'\]"),
    ],
)
def test_a_wrong_answer_of_sample_within_is_an_error_that_names_the_space(answer, shown):
    class Mistaken(toy.ToySpace):
        @hookimpl
        def sample_within(self):
            return answer

    complaint = (
        f"'direct' was asked by sample_within for one architecture of 12:12.5 ms on toyphone, and answered {shown}"
    )
    with pytest.raises(PluginError, match=complaint):
        hooks(12.0, 12.5, Mistaken()).sample(rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", ["sample", "mutate"])
def test_an_empty_window_is_told_after_many_draws(monkeypatch, name):
    monkeypatch.setattr(latency_window, "DRAWS", 50)
    parent = {"architecture": toy.architecture(0, 0, 0)} if name == "mutate" else {}
    complaint = f"None of 50 architectures drawn by {name} has a latency of 90:95 ms on toyphone"
    with pytest.raises(Unsupported, match=complaint):
        getattr(hooks(90.0, 95.0), name)(rng=np.random.default_rng(0), **parent)
