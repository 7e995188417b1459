"""The cache pays for equal networks once a run, also across a resume, and never mixes purposes."""

import attrs
import toy

import nasplug
from nasplug import hookimpl


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
    try:
        nasplug.search(space, "toy:Grid", observers=[Stop()], **settings)
    except KeyboardInterrupt:
        result = nasplug.search(space, "toy:Grid", resume=True, **settings)
    assert sources(result).count("cache") == 44
    assert len((tmp_path / "calls").read_text().split()) == 21
