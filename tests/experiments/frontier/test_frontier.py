"""The Pareto set of what a strategy predicts in a latency window, and the trainings of some of it."""

from types import SimpleNamespace

import attrs
import pytest
import toy

from nasplug.engine.evaluation import derived_seed
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.run import ActiveRun
from nasplug.engine.settings import Settings
from nasplug.errors import NasplugError, UsageError
from nasplug.experiments.frontier.frontier import Candidate, Frontier, predict_frontier, train_candidates
from nasplug.experiments.frontier.window import Window
from nasplug.types import Evaluation, Objective, Published

PUBLISHED = [Published(toy.architecture(*code), 75.0, 0.5, 20.0, "phone") for code in ((3, 3, 3), (0, 0, 0))]


class Hook:
    """The hooks of a space with 1 ms for each operation, whose strategy predicts by the first operation alone."""

    def __init__(self):
        self.trainings = []

    def sample_within(self, device, low, high, count, rng):
        self.window = (device, low, high, count, int(rng.integers(1000)))
        return [toy.architecture(*code) for code in ((2, 1, 0), (0, 0, 1), (1, 3, 3), (1, 0, 1))]

    def canonical(self, architecture):
        return f"network {architecture}"

    def measure_latency(self, architecture, device):
        return sum(architecture.code) if device == "phone" else None

    def predict(self, run, architectures):
        return [50.0 + architecture.code[0] for architecture in architectures]

    def published(self):
        return {"table": PUBLISHED}

    def measure(self, architecture):
        return None

    def evaluate(self, architecture, purpose, epochs, seed, job):
        self.trainings.append((architecture.code, purpose, epochs, seed))
        if architecture.code[0] == 1 or (architecture.code[0] == 2 and len(self.trainings) % 2):
            raise RuntimeError("loss is NaN")
        return Evaluation(80.0 + len(self.trainings), 1.0)


@pytest.fixture
def run():
    return run_of(DEFAULT_GOAL)


def run_of(goal):
    settings = Settings(space="toy", strategy="foreseer", seed=7, epochs=5)
    return ActiveRun("r", SimpleNamespace(hook=Hook()), settings, None, goal)


def candidate(*code, reported=(), failures=()):
    return Candidate(toy.architecture(*code), float(sum(code)), 50.0 + code[0], reported, failures)


def test_the_frontier_is_the_pareto_set_of_latency_and_prediction(run):
    frontier = predict_frontier(run, Window("phone", 0, 9), 4, None)
    assert frontier.candidates == [candidate(0, 0, 1), candidate(1, 0, 1), candidate(2, 1, 0)]
    assert [c.architecture.code for c in frontier.sampled] == [(2, 1, 0), (0, 0, 1), (1, 3, 3), (1, 0, 1)]
    assert frontier.published == []


def test_a_frontier_of_what_is_to_be_low_falls_with_latency_and_trains_by_its_own_bounds():
    goal = Goal.of([], ["latency<=1"], Objective("perplexity", direction="min", low=1.0, high=82.0))
    frontier = predict_frontier(run_of(goal), Window("phone", 0, 9), 4, None)
    assert frontier.candidates == [candidate(0, 0, 1)]  # the fastest has the lowest prediction, and it is the best
    assert frontier.objective == goal.objective
    trained = [reported for _, reported in train_candidates(run_of(goal), FRONT[:2], 2, 2)]
    assert [one.reported for one in trained] == [(81.0, 82.0), ()]
    assert "perplexity must be between 1 and 82, got 83" in trained[1].failures[0]


def test_architectures_are_sampled_inside_the_window_from_the_seed_of_the_run(run):
    windows = []
    for seed in (7, 7, 8):
        seeded = attrs.evolve(run, settings=attrs.evolve(run.settings, seed=seed))
        predict_frontier(seeded, Window("phone", 1, 9), 4, None)
        windows.append(run.hook.window)
    assert windows[0][:4] == ("phone", 1, 9, 4)
    assert windows[0] == windows[1] != windows[2]


def test_a_published_set_is_predicted_beside_the_frontier(run):
    frontier = predict_frontier(run, Window("phone", 0, 9), 4, "table")
    assert frontier.published == list(zip(PUBLISHED, [candidate(3, 3, 3), candidate(0, 0, 0)], strict=True))
    assert [c.architecture.code for c in frontier.candidates] == [(0, 0, 1), (1, 0, 1), (2, 1, 0)]


@pytest.mark.parametrize(("sets", "names"), [({"a": [], "b": []}, "a, b"), (None, "none")])
def test_an_unknown_published_set_is_refused_before_anything_is_sampled(run, sets, names):
    run.hook.published = lambda: sets
    with pytest.raises(UsageError, match=f"The space 'toy' has no published set 'table'; it has: {names}"):
        predict_frontier(run, Window("phone", 0, 9), 4, "table")
    assert not hasattr(run.hook, "window")


def test_a_strategy_that_predicts_nothing_is_refused(run):
    run.hook.predict = lambda run, architectures: None
    with pytest.raises(UsageError, match="The strategy 'foreseer' predicts nothing"):
        predict_frontier(run, Window("phone", 0, 9), 4, None)


FRONT = [candidate(0, 0, 1), candidate(0, 1, 1), candidate(1, 1, 1), candidate(2, 1, 1), candidate(3, 1, 1)]


@pytest.mark.parametrize(("count", "indices"), [(0, []), (1, [0]), (2, [0, 4]), (3, [0, 2, 4]), (9, [0, 1, 2, 3, 4])])
def test_the_trained_architectures_are_evenly_spaced_with_both_ends(run, count, indices):
    assert [index for index, _ in train_candidates(run, FRONT, count, 1)] == indices


def test_each_architecture_is_trained_finally_with_seeds_that_depend_on_the_repeat_alone(run):
    trained = dict(train_candidates(run, FRONT, 2, 2))
    seeds = [derived_seed(7, repeat, 3) for repeat in (0, 1)]
    assert run.hook.trainings == [(code, "final", 5, seed) for code in ((0, 0, 1), (3, 1, 1)) for seed in seeds]
    assert seeds[0] != seeds[1]
    assert trained == {
        0: attrs.evolve(FRONT[0], reported=(81.0, 82.0)),
        4: attrs.evolve(FRONT[4], reported=(83.0, 84.0)),
    }


def test_an_architecture_is_trained_when_it_is_asked_for(run):
    trainings = train_candidates(run, FRONT, 2, 3)
    next(trainings)
    assert len(run.hook.trainings) == 3


def test_a_training_that_fails_is_noted_and_not_tried_again(run):
    (_, trained), (_, mixed) = train_candidates(run, FRONT[2:4], 2, 2)
    message = "RuntimeError: loss is NaN"
    assert trained == attrs.evolve(FRONT[2], failures=(f"toy:1,1,1: {message}",) * 2)
    assert mixed == attrs.evolve(FRONT[3], reported=(84.0,), failures=(f"toy:2,1,1: {message}",))
    assert len(run.hook.trainings) == 4


def test_the_mean_and_the_deviation_of_a_sample_are_reported():
    row = candidate(1, 2, 3, reported=(80.0, 82.0)).row()
    assert row == {
        "latency": 6.0, "accuracy": 81.0, "std": pytest.approx(2**0.5), "architecture": "toy:1,2,3", "predicted": 51.0,
    }  # fmt: skip
    once, never = candidate(1, reported=(80.0,)), candidate(1)
    assert (once.accuracy, once.std, never.accuracy, never.std) == (80.0, None, None, None)


def test_trainings_that_all_failed_are_an_error_and_one_that_succeeded_is_enough():
    failed, second = candidate(0, failures=("a: lost", "a: lost again")), candidate(1, failures=("b: lost",))
    with pytest.raises(NasplugError, match=r"All 3 final evaluations failed\. The first: a: lost$"):
        Frontier([failed, second], [], []).require_a_final()
    Frontier([failed, attrs.evolve(second, reported=(80.0,))], [], []).require_a_final()
    Frontier([candidate(0)], [], []).require_a_final()
