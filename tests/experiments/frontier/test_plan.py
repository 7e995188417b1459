"""What a frontier is made from, and that the plan passes all of it on."""

import attrs
import pytest

import nasplug as package
from nasplug.errors import StorageError, UsageError
from nasplug.experiments.frontier.plan import Plan


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "data.csv").write_text('architecture,accuracy\n"0,0,1",50\n')
    return Plan(
        space="toy:ToySpace", device="toyphone", latency=(10.0, 19.0), samples=1000, run=None,
        data=tmp_path / "data.csv", final=None, final_repeats=1, reference=None, strategy="toy:Foreseer",
        space_options={}, strategy_options={}, seed=0, storage=str(tmp_path / "runs.db"),
    )  # fmt: skip


def execute(plan):
    """Returns the frontier, and what was trained with the number of trained architectures in the frontier by then."""
    trained = []

    def on_training(candidate, frontier):
        trained.append((candidate, sum(bool(c.reported) for c in frontier.candidates)))
        assert candidate in frontier.candidates

    return plan.execute(on_training), trained


def test_nothing_is_trained_without_a_number_of_finals(plan):
    frontier, trained = execute(plan)
    assert trained == []
    assert [c.latency for c in frontier.candidates] == [10.0 + i for i in range(10)]
    assert len(frontier.sampled) == 64


def test_every_training_is_told_with_the_frontier_so_far(plan):
    frontier, trained = execute(attrs.evolve(plan, final=3, final_repeats=2))
    ends = [frontier.candidates[index] for index in (0, 4, 9)]
    assert trained == [(candidate, count) for count, candidate in enumerate(ends, 1)]
    assert [len(candidate.reported) for candidate in ends] == [2, 2, 2]
    assert sum(bool(candidate.reported) for candidate in frontier.candidates) == 3


def test_space_and_strategy_get_their_options(plan):
    frontier, _ = execute(attrs.evolve(plan, final=1, space_options={"value": "33"}))
    assert frontier.candidates[0].accuracy == 33.0
    with pytest.raises(UsageError, match="no option 'mute'"):
        execute(attrs.evolve(plan, strategy_options={"mute": "yes"}))


def test_the_seed_decides_what_is_sampled(plan):
    few = attrs.evolve(plan, samples=5)
    first, same, other = (execute(attrs.evolve(few, seed=seed))[0].sampled for seed in (1, 1, 2))
    assert first == same != other


def test_the_window_bounds_what_is_sampled(plan):
    frontier, _ = execute(attrs.evolve(plan, latency=(12.0, 14.0)))
    assert {c.latency for c in frontier.sampled} == {12.0, 13.0, 14.0}
    with pytest.raises(UsageError, match="0 ≤ LOW < HIGH"):
        attrs.evolve(plan, latency=(14.0, 12.0))


def test_a_stored_run_is_learnt_from_if_it_is_of_the_same_space(plan):
    package.search("toy:ToySpace", "random", budget=3, storage=plan.storage, name="r")
    learning = attrs.evolve(plan, data=None, run="r")
    assert len(execute(learning)[0].candidates) == 10
    with pytest.raises(StorageError, match="The run 'r' searched toy, not proxyless"):
        execute(attrs.evolve(learning, space="proxyless"))


def test_a_run_of_failures_teaches_nothing(plan):
    package.search("toy:ToySpace", "random", budget=2, storage=plan.storage, name="r", space_options={"value": 250})
    with pytest.raises(StorageError, match="The run 'r' has no complete trial: 2 failed"):
        execute(attrs.evolve(plan, data=None, run="r"))


def test_exactly_one_thing_is_learnt_from(plan):
    for sources in ({"run": "r"}, {"data": None}):
        with pytest.raises(UsageError, match="Name either --run or --data"):
            attrs.evolve(plan, **sources)


def test_repeats_of_no_training_are_refused(plan):
    with pytest.raises(UsageError, match="add --final"):
        attrs.evolve(plan, final_repeats=2)
    assert attrs.evolve(plan, final=1, final_repeats=2).final_repeats == 2
