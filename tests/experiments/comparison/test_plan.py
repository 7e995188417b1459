"""A plan is stored in the folder of its comparison, and recognised there."""

import json

import pytest

from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.errors import StorageError, UsageError
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.plan import SEED_LIMIT, Plan, load_goal, load_marks
from nasplug.storage.atomic_files import write_atomically
from nasplug.types import Objective


def plan(**changes):
    values = {"space": "toy:ToySpace", "strategies": ("random", "toy:Climber"), "repeats": 1, "budget": 10}
    return Plan(**values | changes)


def test_a_strategy_of_another_package_goes_on_in_the_same_folder(tmp_path):
    plan().store(tmp_path, {"nasplug": "1"}, {"random": 3})
    write_atomically(tmp_path / "repeats" / "random-12345678" / "00000.json", "[]")
    more = plan(strategies=("random", "theirs"))
    more.store(tmp_path, {"nasplug": "1", "theirs": "5"}, {"theirs": 7})
    assert load_marks(tmp_path) == {"random": 3, "theirs": 7}
    plan().store(tmp_path, {"nasplug": "1"}, {})
    with pytest.raises(StorageError, match='theirs was "5", now "6"'):
        more.store(tmp_path, {"nasplug": "1", "theirs": "6"}, {})


def test_a_stored_plan_is_loaded_as_it_was(tmp_path):
    stored_plan = plan(device="toyphone", latency=(1.0, 2.0), seed=3, epochs=4, space_options={"value": "5"})
    stored_plan.store(tmp_path, {}, {})
    assert Plan.load(tmp_path) == stored_plan
    plan().store(tmp_path, {}, {})
    assert Plan.load(tmp_path) == plan()


def test_a_comparison_with_repeats_is_that_of_its_plan(tmp_path):
    plan().store(tmp_path, {"nasplug": "1"}, {})
    plan(seed=1).store(tmp_path, {"nasplug": "2"}, {})  # there is no repeat yet
    write_atomically(tmp_path / "repeats" / "random-12345678" / "00000.json", "[]")
    plan(seed=1, repeats=9).store(tmp_path, {"nasplug": "2"}, {})
    with pytest.raises(StorageError, match='holds another comparison: budget was 10, now 11; nasplug was "2", now'):
        plan(seed=1, budget=11).store(tmp_path, {"nasplug": "3"}, {})
    assert Plan.load(tmp_path).repeats == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repeats": 0}, "repeats must be at least 1, got 0"),
        ({"budget": 0}, "budget must be at least 1, got 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"seed": SEED_LIMIT - 1, "repeats": 2}, f"The last seed must be below {SEED_LIMIT}, got {SEED_LIMIT}"),
        ({"strategies": ()}, "Name at least one --strategy"),
    ],
)
def test_values_out_of_bounds_are_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        plan(**changes)


def test_values_at_their_bounds_are_taken():
    plan(seed=0, repeats=1, budget=1).check_marks([1])
    plan(seed=SEED_LIMIT - 2, repeats=2).check_marks([1, 10])


@pytest.mark.parametrize("mark", [0, 11])
def test_marks_beyond_the_axis_are_refused(mark):
    with pytest.raises(UsageError, match=f"from 1 to the budget 10, got {mark}"):
        plan().check_marks([5, mark])


def test_a_repeat_has_its_own_seed_and_every_setting_of_the_plan():
    stored_plan = plan(seed=5, device="toyphone", latency=(1.0, 2.0), epochs=4, space_options={"value": "5"})
    request = stored_plan.request(Contender("random:x=1", "random", {"x": "1"}), 3)
    assert (request.space, request.space_options, request.strategy) == ("toy:ToySpace", {"value": "5"}, "random")
    assert (request.strategy_options, request.seed, request.workers, request.budget) == ({"x": "1"}, 8, 1, 10)
    assert (request.device, request.latency_window, request.epochs, request.name) == (
        "toyphone",
        (1.0, 2.0),
        4,
        "random:x=1",
    )
    instance = object()
    request = stored_plan.request(stored_plan.contenders[0], space=instance)
    assert (request.space, request.space_options, request.seed) == (instance, None, 5)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"plan": {}, "versions": {}, "marks": {}}'])
def test_a_file_that_is_no_plan_is_one_message(tmp_path, text):
    (tmp_path / "comparison.json").write_text(text)
    with pytest.raises(StorageError, match="comparison.json is no plan of a comparison"):
        Plan.load(tmp_path)


PERPLEXITY = Objective("perplexity", direction="min", low=1.0)


def test_the_objectives_of_a_comparison_are_stored_with_what_the_space_calls_its_accuracy(tmp_path):
    goals = {"objectives": ("accuracy", "size:min"), "limits": ("size<=9",)}
    plan(**goals).store(tmp_path, {}, {}, PERPLEXITY)
    assert Plan.load(tmp_path) == plan(**goals)
    assert load_goal(tmp_path) == Goal.of(*goals.values(), PERPLEXITY)
    request = plan(**goals).request(Contender("random", "random", {}))
    assert (request.objectives, request.limits) == tuple(goals.values())


def test_repeats_of_another_goal_are_those_of_another_comparison(tmp_path):
    plan(limits=("size<=9",)).store(tmp_path, {}, {})
    write_atomically(tmp_path / "repeats" / "random-12345678" / "00000.json", "[]")
    with pytest.raises(
        StorageError, match=r'limits was \["size<=9"\], now \[\]; objective was null, now {"name": "perp'
    ):
        plan().store(tmp_path, {}, {}, PERPLEXITY)


def test_a_folder_of_version_0_1_has_accuracy_without_limits_and_goes_on(tmp_path):
    plan().store(tmp_path, {}, {})
    path = tmp_path / "comparison.json"
    document = json.loads(path.read_text())
    for name in ("objectives", "limits"):
        del document["plan"][name]
    del document["objective"]
    path.write_text(json.dumps(document))
    write_atomically(tmp_path / "repeats" / "random-12345678" / "00000.json", "[]")
    assert (Plan.load(tmp_path), load_goal(tmp_path)) == (plan(), DEFAULT_GOAL)
    plan().store(tmp_path, {}, {})
