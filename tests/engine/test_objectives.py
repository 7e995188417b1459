"""What a run searches for and what it must keep, read from texts; and which trials are best by them."""

import math

import attrs
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from nasplug.engine.objectives import DEFAULT_GOAL, Goal, Limit, parse_objective, undominated
from nasplug.errors import UsageError
from nasplug.types import ACCURACY, Evaluation, Objective, Trial

PERPLEXITY = Objective("perplexity", direction="min", low=1.0)


def trial(number, accuracy=50.0, purpose="search", state="complete", epochs=None, latency=None, code=None, **metrics):
    """Returns a trial; one that is not complete and has no accuracy was not paid for."""
    answer = None if accuracy is None else Evaluation(accuracy, 2.0, metrics)
    architecture = toy.architecture(*(code or (number, 0, 0)))
    values = {"canonical": str(architecture), "latency": latency, "epochs": epochs}
    return Trial(number, architecture, state if answer else "failed", answer, None, purpose, 1.0, 2.0, **values)


def numbers(trials):
    return [trial.number for trial in trials]


# ---------------------------------------------------------------------- objectives and limits as texts


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("accuracy", ACCURACY),
        ("latency", Objective("latency", "ms", "min")),
        ("cost", Objective("cost", "s", "min")),
        ("parameters", Objective("parameters", "", "min")),
        ("multiply_adds", Objective("multiply_adds", "", "min")),
        ("loss", Objective("loss", "", "min")),
        ("f1", Objective("f1", "", "max")),
        ("f1:min", Objective("f1", "", "min")),
        ("parameters:max", Objective("parameters", "", "max")),
        ("accuracy:min", Objective("accuracy", "%", "min", 0.0, 100.0)),
    ],
)
def test_an_objective_is_a_name_with_the_usual_direction_or_its_own(text, objective):
    assert parse_objective(text) == objective


def test_accuracy_stands_for_the_main_figure_of_the_space():
    assert parse_objective("accuracy", PERPLEXITY) == parse_objective("perplexity", PERPLEXITY) == PERPLEXITY


@pytest.mark.parametrize("text", ["", ":max", "f1:", "f1:up", "f1:max:min"])
def test_any_other_objective_is_refused(text):
    with pytest.raises(UsageError, match=r"An objective is NAME, NAME:max or NAME:min, got "):
        parse_objective(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("parameters<=4e6", Limit("parameters", "<=", 4e6)),
        (" f1 >= 0.5 ", Limit("f1", ">=", 0.5)),
        ("top-5/err.rate<=-1", Limit("top-5/err.rate", "<=", -1.0)),
    ],
)
def test_a_limit_is_a_name_a_relation_and_a_number(text, limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize("text", ["", "parameters", "parameters<4e6", "parameters<=many", "4<=parameters", "a<=1<=2"])
def test_any_other_limit_is_refused(text):
    with pytest.raises(UsageError, match=r"A limit is NAME<=NUMBER or NAME>=NUMBER"):
        Limit.parse(text)


@given(st.floats(allow_nan=False), st.floats())
def test_a_limit_holds_for_what_is_on_its_side_and_never_for_nan(bound, value):
    assert Limit("x", "<=", bound).holds(value) == (value <= bound)
    assert Limit("x", ">=", bound).holds(value) == (value >= bound)
    assert not Limit("x", "<=", bound).holds(math.nan)


def test_a_limit_is_shown_as_it_is_given():
    assert str(Limit.parse("parameters <= 4000000")) == "parameters<=4e+06"


def test_a_goal_is_accuracy_alone_unless_something_else_is_asked_for():
    assert Goal.of([], []) == DEFAULT_GOAL
    assert DEFAULT_GOAL.is_default
    assert not Goal.of(["latency"], []).is_default
    assert not Goal.of([], ["loss<=1"]).is_default
    assert not Goal.of([], [], PERPLEXITY).is_default
    assert Goal.of([], [], PERPLEXITY).objectives == (PERPLEXITY,)


def test_an_objective_that_is_given_twice_is_refused():
    with pytest.raises(UsageError, match="An objective is given twice: latency, latency"):
        Goal.of(["latency", "latency:max"], [])
    with pytest.raises(UsageError, match="given twice: perplexity, perplexity"):
        Goal.of(["accuracy", "perplexity"], [], PERPLEXITY)


def test_a_goal_names_every_figure_that_it_looks_at():
    assert Goal.of(["accuracy", "latency"], ["parameters<=4e6", "latency<=9"]).names == {
        "accuracy", "latency", "parameters",
    }  # fmt: skip


# ---------------------------------------------------------------------- figures of a trial


def test_a_figure_is_the_accuracy_the_latency_the_cost_or_a_metric():
    goal, measured = Goal.of([], [], PERPLEXITY), trial(0, 20.0, latency=7.0, f1=0.5)
    figures = {name: goal.value(measured, name) for name in ("accuracy", "perplexity", "latency", "cost", "f1", "x")}
    assert figures == {"accuracy": 20.0, "perplexity": 20.0, "latency": 7.0, "cost": 2.0, "f1": 0.5, "x": None}


def test_a_metric_named_cost_is_meant_where_there_is_one():
    assert DEFAULT_GOAL.value(trial(0, cost=9.0), "cost") == 9.0


def test_a_trial_that_was_not_paid_for_has_its_latency_alone():
    failed = trial(0, None, latency=7.0)
    assert (DEFAULT_GOAL.value(failed, "accuracy"), DEFAULT_GOAL.value(failed, "latency")) == (None, 7.0)


def test_values_are_in_the_order_of_the_objectives_and_each_must_be_there():
    goal = Goal.of(["latency", "accuracy"], [])
    assert goal.values(trial(0, 60.0, latency=7.0)) == (7.0, 60.0)
    with pytest.raises(ValueError, match="trial 3 has no latency"):
        goal.values(trial(3, 60.0))


def test_a_score_is_higher_for_better_trials():
    assert Goal.of(["loss"], []).score(trial(0, loss=0.2)) == -0.2
    assert DEFAULT_GOAL.score(trial(0, 60.0)) == 60.0
    assert DEFAULT_GOAL.score(trial(0, 60.0, state="infeasible")) == DEFAULT_GOAL.score(trial(0, None)) == -math.inf


# ---------------------------------------------------------------------- the incumbent


def test_of_equal_trials_the_earliest_is_the_incumbent():
    assert DEFAULT_GOAL.incumbent([trial(2, 90.0), trial(0, 80.0), trial(1, 90.0)]).number == 1


@pytest.mark.parametrize(
    "other", [trial(0, None), trial(0, 99.0, "final"), trial(0, 99.0, "known"), trial(0, 99.0, state="infeasible")]
)
def test_only_complete_search_trials_can_be_the_incumbent(other):
    assert DEFAULT_GOAL.incumbent([other, trial(1, 70.0)]).number == 1
    assert DEFAULT_GOAL.incumbent([other]) is None


def test_an_accuracy_of_zero_is_better_than_none():
    assert DEFAULT_GOAL.incumbent([trial(0, 0.0)]).number == 0
    assert DEFAULT_GOAL.incumbent([trial(0, 0.0), trial(1, 0.5)]).number == 1


def test_the_incumbent_is_one_of_the_highest_fidelity_that_was_completed():
    trials = [trial(0, 90.0, epochs=3), trial(1, 70.0, epochs=9), trial(2, 80.0, epochs=9), trial(3, None, epochs=27)]
    assert DEFAULT_GOAL.incumbent(trials).number == 2
    assert DEFAULT_GOAL.incumbent(trials[:1]).number == 0


def test_the_space_own_number_of_epochs_is_the_highest_fidelity():
    assert DEFAULT_GOAL.incumbent([trial(0, 90.0, epochs=900), trial(1, 70.0)]).number == 1


def test_a_ranking_has_each_network_once_and_the_best_first():
    trials = [trial(0, 70.0), trial(1, 90.0), trial(2, 80.0, code=(0, 0, 0)), trial(3, 75.0)]
    assert numbers(DEFAULT_GOAL.ranking(trials)) == [1, 2, 3]


# ---------------------------------------------------------------------- the frontier

SCORES = st.integers(1, 3).flatmap(
    lambda objectives: st.lists(st.lists(st.integers(0, 4), min_size=objectives, max_size=objectives), max_size=12)
)


def dominates(one, other):
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


@given(SCORES)
def test_what_nothing_dominates_is_found_and_of_equals_the_first(scores):
    expected = [
        index
        for index, score in enumerate(scores)
        if not any(dominates(other, score) for other in scores) and score not in scores[:index]
    ]
    assert undominated(scores) == expected


figures = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5), st.sampled_from([None, 3, 9]))
states = st.sampled_from(["complete", "complete", "infeasible"])


@given(st.lists(st.tuples(figures, states), max_size=12))
def test_the_front_is_what_a_look_at_every_pair_finds(drawn):
    goal = Goal.of(["accuracy", "loss"], [])
    trials = [
        trial(number, float(accuracy), state=state, epochs=epochs, code=(network, 0, 0), loss=float(loss))
        for number, ((accuracy, loss, network, epochs), state) in enumerate(drawn)
    ]
    complete = [t for t in trials if t.state == "complete"]
    longest = max((t.epochs or math.inf for t in complete), default=0)
    comparable = [t for t in complete if (t.epochs or math.inf) == longest]
    best_first = sorted(comparable, key=lambda t: (-t.accuracy, t.number))
    each_once = [t for i, t in enumerate(best_first) if t.canonical not in {o.canonical for o in best_first[:i]}]
    points = {t.number: [t.accuracy, -t.evaluation.metrics["loss"]] for t in each_once}
    expected = []
    for candidate in each_once:
        point = points[candidate.number]
        equal_before = [o for o in expected if points[o] == point]
        if not equal_before and not any(dominates(other, point) for other in points.values()):
            expected.append(candidate.number)
    assert numbers(goal.front(trials)) == expected


def test_with_one_objective_the_front_is_the_incumbent():
    trials = [trial(0, 70.0), trial(1, 90.0), trial(2, 90.0)]
    assert numbers(DEFAULT_GOAL.front(trials)) == [DEFAULT_GOAL.incumbent(trials).number] == [1]
    assert DEFAULT_GOAL.front([]) == DEFAULT_GOAL.front([trial(0, None)]) == []


# ---------------------------------------------------------------------- what is nearest where nothing is feasible


def infeasible(number, measured=None, purpose="search", **metrics):
    """Returns a trial that breaks a limit: paid for where it has metrics, else with what was measured."""
    paid = trial(number, purpose=purpose, **metrics)
    if metrics:
        return attrs.evolve(paid, state="infeasible")
    return attrs.evolve(paid, state="infeasible", evaluation=None, measured=measured or {})


def test_what_was_measured_of_a_trial_that_was_not_paid_for_is_its_figure():
    assert DEFAULT_GOAL.value(infeasible(0, {"parameters": 5e6}), "parameters") == 5e6
    assert DEFAULT_GOAL.value(infeasible(0), "parameters") is None


def test_the_figure_of_a_trial_is_its_value_of_the_main_objective():
    goal = Goal.of(["loss", "accuracy"], [])
    assert (goal.objective.name, goal.figure(trial(0, loss=0.5))) == ("loss", 0.5)
    assert goal.figure(trial(0)) is None


@pytest.mark.parametrize(
    ("text", "value", "excess"),
    [
        ("size<=50", 60.0, 0.2),
        ("size<=50", 50.0, 0.0),
        ("size>=50", 60.0, 0.0),
        ("size>=50", 40.0, 0.2),
        ("size<=0", 3.0, 3.0),
        ("size<=-10", -9.0, 0.1),
        ("size<=50", math.nan, math.inf),
    ],
)
def test_an_excess_is_relative_to_the_bound(text, value, excess):
    assert Limit.parse(text).excess(value) == pytest.approx(excess)


def test_the_nearest_breaks_the_limits_least_in_all():
    goal = Goal.of([], ["parameters<=100", "f1>=0.5"])
    one_a_little = infeasible(0, parameters=130.0, f1=0.6)
    both_less = infeasible(1, parameters=110.0, f1=0.45)
    unpaid, much = infeasible(2, {"parameters": 140.0}), infeasible(3, parameters=10.0, f1=0.1)
    assert goal.nearest([much, unpaid, one_a_little, both_less]).number == 1


def test_neither_final_failed_nor_complete_trials_are_the_nearest():
    goal = Goal.of([], ["parameters<=100"])
    others = [trial(0, parameters=101.0), trial(1, None), infeasible(2, purpose="final", parameters=101.0)]
    assert goal.nearest([*others, infeasible(3, parameters=500.0)]).number == 3
    assert goal.nearest(others) is None


def test_nothing_is_known_to_be_near_a_latency_window():
    assert DEFAULT_GOAL.nearest([infeasible(0)]) is None
