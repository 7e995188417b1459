"""What a run asks of its strategy: how many, with which generator, and which answers it takes."""

from collections import deque

import attrs
import pytest
import toy
from sessions import run_of

from nasplug import PluginError, hookimpl
from nasplug.engine.suggestions import Suggestions
from nasplug.errors import SpaceExhausted, Unsupported
from nasplug.types import Architecture, Evaluation, Suggestion, Trial


def ask(run, count):
    """Returns the suggestions, and counts them as a session does."""
    suggestions = Suggestions(run).ask(count)
    run.suggested += len(suggestions)
    run.next_number += len(suggestions)
    return suggestions


def strategy(answer=None, **hooks):
    """Returns a strategy that answers with a value, or what a function of `run` and `count` makes."""

    class Answering:
        @hookimpl
        def suggest(self, run, count):
            return answer(run, count) if callable(answer) else answer

    for name, hook in hooks.items():
        setattr(Answering, name, hookimpl(hook))
    return Answering()


def trial(number, accuracy, **metrics):
    evaluation = Evaluation(accuracy, 1.0, metrics)
    return Trial(number, toy.architecture(number, 0, 0), "complete", evaluation, None, "search", 0.0, 0.0, str(number))


# ---------------------------------------------------------------------- how many, and with what


def test_no_more_is_asked_than_the_budget_leaves():
    run = run_of(budget=3)
    assert [len(ask(run, 2)), len(ask(run, 2)), run.exhausted] == [2, 1, None]
    assert ask(run, 2) == []
    assert run.exhausted == run.end_reason == "the budget of 3 trials is used"


def test_the_strategy_is_asked_for_a_whole_batch_of_which_the_budget_may_take_a_part():
    counts = []
    run = run_of(strategy(lambda run, count: counts.append(count) or [toy.architecture(3, 3, 3)] * count), budget=3)
    assert [len(ask(run, 2)), len(ask(run, 2)), counts] == [2, 1, [2, 2]]


def test_without_a_budget_the_strategy_is_asked_for_all_there_is_room_for():
    assert len(ask(run_of(max_cost=1.0), 5)) == 5


def test_the_generator_depends_on_the_seed_and_the_count_of_suggestions_before_it_alone():
    def drawn(seed, *counts):
        run = run_of(strategy(lambda run, count: [run.hook.sample(rng=run.rng) for _ in range(count)]), seed=seed)
        return [[suggestion.architecture.code for suggestion in ask(run, count)] for count in counts]

    assert drawn(0, 1, 1, 4)[2] == drawn(0, 2, 4)[1]  # the third begins the same batch, whatever was asked before
    assert drawn(0, 4) != drawn(1, 4)
    assert drawn(0, 4, 4)[0] != drawn(0, 4, 4)[1]


def test_the_callers_first_architectures_come_before_the_strategy_is_asked():
    run = run_of(strategy(lambda run, count: [toy.architecture(3, 3, 3)] * count), first=["toy:0,1,2", "toy:1,1,1"])
    asked = [suggestion.architecture.code for count in (1, 3, 1) for suggestion in ask(run, count)]
    assert asked == [(0, 1, 2), (1, 1, 1), (3, 3, 3)]


# ---------------------------------------------------------------------- which answers


@pytest.mark.parametrize("kind", [list, tuple, deque])
def test_any_sequence_of_architectures_and_suggestions_is_an_answer(kind):
    answer = kind([toy.architecture(0, 0, 1), Suggestion(toy.architecture(2, 0, 0), 9, 2)])
    run = run_of(strategy(answer), space=Long())
    run.trials.append(trial(2, 50.0))
    assert ask(run, 2) == [
        Suggestion(toy.architecture(0, 0, 1)),
        Suggestion(toy.architecture(2, 0, 0), 9, 2),
    ]


@pytest.mark.parametrize("answer", [None, "toy:0,0,1", toy.architecture(0, 0, 1), 3, {toy.architecture(0, 0, 1)}])
def test_what_is_no_sequence_is_an_error_that_names_the_strategy(answer):
    with pytest.raises(PluginError) as wrong:
        ask(run_of(strategy(answer)), 2)
    expected = f"'Answering' was asked for a list of at most 2 architectures and returned {answer!r}."
    assert expected in str(wrong.value)


@pytest.mark.parametrize("count", [1, 3])
def test_more_suggestions_than_asked_for_are_refused(count):
    with pytest.raises(PluginError, match=f"at most {count} architectures and returned {count + 1} architectures"):
        ask(run_of(strategy([toy.architecture(0, 0, 0)] * (count + 1))), count)


@pytest.mark.parametrize("wrong", [(0, 0, 0), "toy:0,0,0", None, Suggestion((0, 0, 0))])
def test_what_is_no_architecture_is_refused(wrong):
    with pytest.raises(PluginError, match="'Answering' suggested .*, which is no Architecture"):
        ask(run_of(strategy([wrong])), 1)


def test_a_space_that_is_exhausted_ends_the_search_with_its_reason():
    def exhausted(run, count):
        raise SpaceExhausted("there are no more networks of 10 to 11 ms")

    run = run_of(strategy(exhausted))
    run.trials.append(trial(0, 50.0))
    assert (ask(run, 2), run.exhausted) == ([], "there are no more networks of 10 to 11 ms")


def test_a_space_that_has_nothing_at_all_is_an_error():
    def exhausted(run, count):
        raise SpaceExhausted("there are no networks of 10 to 11 ms")

    with pytest.raises(Unsupported, match="there are no networks"):
        ask(run_of(strategy(exhausted)), 2)


# ---------------------------------------------------------------------- final evaluations


def finalists(run, *trials):
    run.trials.extend(trials)
    return [architecture.code[0] for architecture in Suggestions(run).finalists()]


TRIALS = trial(0, 70.0, loss=0.3), trial(1, 90.0, loss=0.5), trial(2, 80.0, loss=0.4), trial(3, 60.0, loss=0.9)


def test_the_incumbent_is_evaluated_finally():
    assert finalists(run_of(), *TRIALS) == [1]
    assert finalists(run_of()) == []


def test_with_several_objectives_the_frontier_is():
    assert finalists(run_of(objectives=["accuracy", "loss"]), *TRIALS) == [1, 2, 0]


@pytest.mark.parametrize(("count", "best"), [(0, []), (1, [1]), (3, [1, 2, 0]), (9, [1, 2, 0, 3])])
def test_the_caller_may_say_how_many_are(count, best):
    assert finalists(run_of(finals=count), *TRIALS) == best


def test_a_strategy_may_say_which_are():
    chosen = strategy(finalists=lambda self, run: (run.trials[3].architecture, Suggestion(run.trials[0].architecture)))
    assert finalists(run_of(chosen), *TRIALS) == [3, 0]
    assert finalists(run_of(strategy(finalists=lambda self: [])), *TRIALS) == []


def test_a_finalist_that_is_no_architecture_is_refused():
    with pytest.raises(PluginError, match=r"finalists of 'Answering' suggested \(1, 2, 3\), which is no Architecture"):
        finalists(run_of(strategy(finalists=lambda self: [(1, 2, 3)])), *TRIALS)


@pytest.mark.parametrize("answer", ["abc", toy.architecture(0, 0, 0), 3])
def test_finalists_that_are_no_sequence_are_the_fault_of_whoever_names_them(answer):
    with pytest.raises(PluginError, match="finalists of 'Answering' must return a sequence of architectures; it retu"):
        finalists(run_of(strategy(finalists=lambda self, run: answer)), *TRIALS)


# ---------------------------------------------------------------------- what a space can train


class Long(toy.ToySpace):
    """Trains for 1, 3 or 9 epochs, and can go on. Its codes are a product."""

    @hookimpl
    def fidelities(self):
        return (1, 3, 9), True

    @hookimpl
    def choices(self):
        return (4, 4, 4)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (lambda: Suggestion(toy.architecture(0, 0, 0), epochs=4), "cannot train for 4 epochs, but for 1, 3, 9"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), epochs=-4), "'epochs' must be >= 1: -4"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), epochs=0), "'epochs' must be >= 1: 0"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), epochs=1.5), "must be whole numbers, got 1.5"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), 9, 77), "from trial 77, which is none of the 2 in run.trials"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), 9, 1), "from trial 1, which is failed"),
        (lambda: Suggestion(toy.architecture(0, 0, 1), 9, 0), "from trial 0, which is one of toy:0,0,0"),
        (lambda: Suggestion(toy.architecture(0, 0, 0), 3, 0), "to 3 epochs, which had 3 already"),
        (lambda: Architecture("zzz", (0, 0, 0)), "zzz:0,0,0 is an architecture of 'zzz', not of 'toy'"),
        (lambda: toy.architecture(9, 9), "toy:9,9 has 2 numbers, the space 'Long' wants 3"),
        (lambda: toy.architecture(0, 9, 0), "has 9 at place 2, the space 'Long' has 0 to 3 there"),
        (lambda: toy.architecture(0, 0, -1), "has -1 at place 3"),
    ],
)
def test_what_the_space_cannot_train_is_refused_before_it_is_paid_for(wrong, complaint):
    run = run_of(strategy(lambda run, count: [wrong()]), space=Long())
    run.trials.append(attrs.evolve(trial(0, 50.0), epochs=3))
    run.trials.append(Trial(1, toy.architecture(0, 0, 0), "failed", None, "lost", "search", 0.0, 0.0))
    with pytest.raises(PluginError, match="The strategy 'Answering' .*" + complaint):
        ask(run, 1)


def test_a_space_whose_trainings_cannot_go_on_is_not_asked_to():
    run = run_of(strategy([Suggestion(toy.architecture(0, 0, 0), 9, 0)]))
    run.trials.append(attrs.evolve(trial(0, 50.0), epochs=3))
    with pytest.raises(PluginError, match="says in fidelities that no training can"):
        ask(run, 1)
