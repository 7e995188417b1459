"""The cache pays for equal networks once a run, also across a resume, and never mixes purposes."""

import attrs
import pytest
import toy

import nasplug
from nasplug import Evaluation, Trial, hookimpl
from nasplug.middleware.cache import Cache


class Symmetric(toy.ToySpace):
    """Takes codes for equal when they have the same operations in any order, as isomorphic cells are."""

    @hookimpl
    def canonical(self, architecture):
        return str(sorted(architecture.code))


def sources(result):
    return [trial.evaluation.source for trial in result.trials if trial.evaluation]


def test_equal_networks_are_paid_for_once(tmp_path):
    space = Symmetric(calls=tmp_path / "calls")
    result = nasplug.search(space, "toy:Grid", budget=64, middleware=["cache"])
    assert (sources(result).count("toy"), sources(result).count("cache")) == (20 + 1, 44)
    assert len((tmp_path / "calls").read_text().split()) == 21
    assert result.summary()["cost"] == 40.0


def test_the_final_evaluation_is_not_answered_with_the_search_signal():
    result = nasplug.search(toy.ToySpace(), "toy:Repeater", budget=3, middleware=["cache"])
    assert sources(result) == ["toy", "cache", "cache", "toy"]


def test_a_failure_is_not_remembered(tmp_path):
    space = toy.ToySpace(fails="3,3,3", calls=tmp_path / "calls")
    result = nasplug.search(space, "toy:Repeater", budget=3, middleware=["cache"])
    assert [trial.state for trial in result.trials] == ["failed"] * 3
    assert len((tmp_path / "calls").read_text().split()) == 3


def test_a_second_run_begins_with_an_empty_cache(tmp_path):
    cache, space = Cache(), toy.ToySpace(calls=tmp_path / "calls")
    first, second = (nasplug.search(space, "toy:Repeater", budget=2, middleware=[cache]) for _ in range(2))
    assert sources(first) == sources(second) == ["toy", "cache", "toy"]
    assert len((tmp_path / "calls").read_text().split()) == 4


def test_the_first_of_equal_networks_stays():
    cache, network = Cache(), toy.architecture(0, 0, 0)
    cache.on_start()
    for number, accuracy in enumerate((60.0, 70.0)):
        evaluation = Evaluation(accuracy, cost=1.0)
        cache.on_trial(trial=Trial(number, network, "complete", evaluation, None, "search", 0.0, 0.0, str(network)))
    answer = cache.evaluate(purpose="search", job=toy.job(0, 0, 0, canonical=str(network)))
    assert answer == Evaluation(60.0, cost=0.0, source="cache")


@pytest.mark.parametrize("other", [{"epochs": 9}, {"continues": 4}, {"canonical": "other"}])
def test_another_fidelity_is_paid_for(other):
    cache, network = Cache(), toy.architecture(0, 0, 0)
    trial = Trial(0, network, "complete", Evaluation(60.0, 1.0), None, "search", 0.0, 0.0, str(network), epochs=3)
    cache.on_trial(trial=trial)
    assert cache.evaluate(purpose="search", job=toy.job(0, 0, 0, epochs=3)).source == "cache"
    assert cache.evaluate(purpose="final", job=toy.job(0, 0, 0, epochs=3)) is None
    assert cache.evaluate(purpose="search", job=toy.job(0, 0, 0, **{"epochs": 3} | other)) is None


def test_the_cache_gives_the_same_trials_on_any_number_of_workers():
    one, two = (
        nasplug.search(toy.ToySpace(), "toy:Climber", budget=12, batch=4, workers=workers, middleware=["cache"])
        for workers in (1, 2)
    )
    same = [[attrs.evolve(t, started=0, finished=0) for t in result.trials] for result in (one, two)]
    assert same[0] == same[1]


def test_a_resumed_run_fills_its_cache_from_the_stored_trials(tmp_path):
    class Stop:
        @hookimpl
        def on_trial(self, run):
            if len(run.trials) == 30:
                raise KeyboardInterrupt

    settings = {"budget": 64, "middleware": ["cache"], "storage": tmp_path / "runs.db", "name": "run"}
    space = Symmetric(calls=tmp_path / "calls")
    with pytest.raises(KeyboardInterrupt):
        nasplug.search(space, "toy:Grid", observers=[Stop()], **settings)
    result = nasplug.search(space, "toy:Grid", resume=True, **settings)
    assert sources(result).count("cache") == 44
    assert len((tmp_path / "calls").read_text().split()) == 21
