"""Samples and mutants inside a latency window."""

import itertools
import logging
import re

import numpy as np
import pytest
import toy

import nasplug
from nasplug import PluginError, SpaceExhausted, hookimpl
from nasplug.engine import latency_window
from nasplug.engine.latency_window import LatencyWindow
from nasplug.loading import manager
from nasplug.testing import Toy


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


def test_an_empty_window_is_told_after_many_draws_with_what_was_met_and_advice(monkeypatch):
    monkeypatch.setattr(latency_window, "DRAWS", 500)
    with pytest.raises(SpaceExhausted) as error:
        hooks(90.0, 95.0).sample(rng=np.random.default_rng(0))
    assert re.fullmatch(
        r"No further architecture was found with 90:95 ms on toyphone: 500 drawn in \d\.\d s, 0 different inside, "
        r"latencies from 10\.00 to 19\.00 ms, the nearest outside 19\.00 ms \(toy:3,3,3\)\. "
        r"Widen the window, to 19:95 for instance\.",
        str(error.value),
    )


def test_a_parent_whose_neighbours_all_lie_outside_has_no_mutant(monkeypatch):
    complaint = (
        r"No neighbour of toy:0,0,0 was found with 10:10.5 ms on toyphone: 9 drawn in .*, 0 different inside, "
        r"latencies from 11.00 to 13.00 ms, the nearest outside 11.00 ms \(toy:.*\)\. Widen the window, to 10:11 for"
    )
    with pytest.raises(SpaceExhausted, match=complaint):
        hooks(10.0, 10.5).mutate(architecture=toy.architecture(0, 0, 0), rng=np.random.default_rng(0))


class Slow(toy.ToySpace):
    """Each latency takes ten seconds of the clock."""

    seconds_passed = 0.0

    @hookimpl
    def measure_latency(self, architecture):
        Slow.seconds_passed += 10.0
        return 10.0 + sum(architecture.code)


def test_a_device_that_takes_long_is_given_up_after_a_time_and_the_user_hears_of_it_before(monkeypatch, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    monkeypatch.setattr(latency_window.time, "monotonic", lambda: Slow.seconds_passed)
    hook = hooks(90.0, 95.0, Slow())
    with pytest.raises(SpaceExhausted, match=r"12 drawn in 120\.0 s"):
        hook.sample(rng=np.random.default_rng(0))
    assert [message[:75] for message in caplog.messages] == [
        "looking for architectures inside the latency window: 2 drawn in 20.0 s, 0 d"
    ]


class Few(toy.ToySpace):
    """Samples one of three architectures; counts the draws."""

    draws = 0

    @hookimpl
    def sample(self, rng):
        self.draws += 1
        return toy.architecture(0, 0, int(rng.integers(3)))


@pytest.fixture
def few(monkeypatch):
    """Samples of a window on `Few` with 11 ms and more, and its space."""
    monkeypatch.setattr(latency_window, "DRAWS", 500)
    space = Few()
    return space, hooks(11.0, 20.0, space)


def test_a_strategy_that_wants_new_ones_for_ever_is_stopped_where_there_are_none(few):
    space, hook = few
    rng, drawn = np.random.default_rng(0), []
    with pytest.raises(SpaceExhausted, match="2 different inside"):
        drawn.extend(iter(lambda: hook.sample(rng=rng), None))
    assert {architecture.code for architecture in drawn} == {(0, 0, 1), (0, 0, 2)}
    assert 500 < space.draws < 600


def test_each_suggestion_draws_anew(few):
    class Asks:
        @hookimpl
        def suggest(self, count):
            return [hook.sample(rng=np.random.default_rng(0)) for _ in range(count)]

    _, hook = few
    built = manager.build(few[0], Asks())
    built.register(LatencyWindow(built, 11.0, 20.0, "toyphone", "direct"))
    hook = built.hook
    for _ in range(5):
        assert len(hook.suggest(run=None, count=200)) == 200
    with pytest.raises(SpaceExhausted):
        hook.suggest(run=None, count=1000)


def test_the_time_between_draws_does_not_count(few, monkeypatch):
    clock = itertools.count(0.0, 0.01)
    monkeypatch.setattr(latency_window.time, "monotonic", lambda: next(clock))
    _, hook = few
    first = hook.sample(rng=np.random.default_rng(0))
    for _ in range(100_000):  # a strategy that thinks for 1,000 seconds
        next(clock)
    assert hook.sample(rng=np.random.default_rng(0)) == first


@pytest.mark.parametrize(
    "strategy",
    ["random", "regularized_evolution", "toy:Climber", pytest.param("neural_predictor", marks=pytest.mark.slow)],
)
def test_a_window_that_holds_few_networks_ends_a_search_with_its_reason(strategy, monkeypatch):
    monkeypatch.setattr(latency_window, "DRAWS", 5000)
    result = nasplug.search(Toy(layers=4), strategy, budget=130, device="toyphone", latency=(10.0, 10.5))
    assert [trial.purpose for trial in result.trials][-1] == "final"
    assert {trial.latency for trial in result.trials} == {10.0}
    assert "Widen the window" in result.reason or "nothing more to suggest" in result.reason


def test_a_window_that_holds_nothing_is_an_error_before_anything_is_paid(monkeypatch):
    monkeypatch.setattr(latency_window, "DRAWS", 5000)
    with pytest.raises(SpaceExhausted, match="the nearest outside 22.00 ms .* Widen the window, to 22:95 for instance"):
        nasplug.search(Toy(layers=4), "random", budget=10, device="toyphone", latency=(90.0, 95.0))


# ---------------------------------------------------------------------- measurements that raise


def raising(error):
    """Returns a space whose latency is unknown where the first operation is not 0."""

    class Picky(toy.ToySpace):
        @hookimpl
        def devices(self):
            return ["toyphone"]

        @hookimpl
        def measure_latency(self, architecture, device):
            if device != "toyphone":
                return None
            if architecture.code[0]:
                raise error
            return 10.0 + sum(architecture.code)

    return Picky()


@pytest.mark.parametrize("error", [RuntimeError("no such operation"), nasplug.Unsupported("no such operation")])
def test_a_measurement_that_raises_is_a_draw_in_vain(error):
    hook, rng = hooks(12.0, 14.0, raising(error)), np.random.default_rng(0)
    assert {hook.sample(rng=rng).code[0] for _ in range(20)} == {0}
    assert {hook.mutate(architecture=toy.architecture(0, 1, 1), rng=rng).code[0] for _ in range(20)} == {0}


def test_where_nothing_else_is_found_the_first_of_them_is_told(monkeypatch):
    monkeypatch.setattr(latency_window, "DRAWS", 50)
    complaint = r"50 drawn .*, \d+ not measured, the first for RuntimeError: no such operation\. Widen"
    with pytest.raises(SpaceExhausted, match=complaint):
        hooks(90.0, 95.0, raising(RuntimeError("no such operation"))).sample(rng=np.random.default_rng(0))


def test_the_spaces_own_way_into_the_window_may_lead_to_such_ones():
    class Direct(type(raising(RuntimeError("no such operation")))):
        @hookimpl
        def sample_within(self, count, rng):
            return [toy.architecture(int(rng.integers(2)), 1, 1)]

    hook, rng = hooks(12.0, 13.0, Direct()), np.random.default_rng(0)
    assert {hook.sample(rng=rng).code for _ in range(20)} == {(0, 1, 1)}


@pytest.mark.parametrize("strategy", ["random", "regularized_evolution"])
def test_a_run_goes_on_where_the_device_does_not_know_some_architectures(strategy):
    space = raising(nasplug.Unsupported("no such operation"))
    result = nasplug.search(space, strategy, budget=8, device="toyphone", latency=(10.0, 15.0))
    assert {(t.state, t.architecture.code[0]) for t in result.trials} == {("complete", 0)}
