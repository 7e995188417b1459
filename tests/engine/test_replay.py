"""A batch that was cut off: what is stored of it answers the jobs that the strategy suggests again."""

import pytest
import toy
from sessions import numbers

from nasplug.engine.replay import Replay
from nasplug.engine.settings import Settings
from nasplug.errors import StorageError
from nasplug.types import Evaluation, Suggestion, Trial


def trial(number, *code):
    answer = Evaluation(50.0 + number, 2.0)
    return Trial(number, toy.architecture(*code), "complete", answer, None, "search", 1.0, 2.0, str(code))


def job(number, *code):
    return toy.job(*code, number=number, canonical=str(code))


A, B, C = (0, 0, 1), (0, 0, 2), (0, 0, 3)


def test_what_is_stored_answers_and_the_rest_is_evaluated():
    stored = {0: trial(0, *A), 2: trial(2, *C)}
    jobs, answers, new = Replay("run", dict(stored)).answer([job(0, *A), job(1, *B), job(2, *C)])
    assert (numbers(jobs), answers, new) == ([1], [stored[0], stored[2]], [])


def test_each_stored_trial_answers_once():
    replay = Replay("run", {0: trial(0, *A), 3: trial(3, *C)})
    replay.answer([job(0, *A)])
    assert list(replay.trials) == [3]


def test_a_job_of_an_equal_network_gets_the_stored_answer():
    jobs, answers, new = Replay("run", {1: trial(1, *A)}).answer([job(0, *A), job(1, *A), job(2, *B)])
    assert (numbers(jobs), numbers(answers)) == ([2], [1])
    assert [(t.number, t.accuracy, t.evaluation.source) for t in new] == [(0, 51.0, "duplicate")]


def test_another_architecture_than_the_stored_one_is_an_error():
    wrong = "The run 'run' cannot be resumed: its stored trial 0 is toy:0,0,1, but the strategy now suggests toy:0,0,2"
    with pytest.raises(StorageError, match=wrong):
        Replay("run", {0: trial(0, *A)}).answer([job(0, *B)])


@pytest.mark.parametrize(
    ("suggested", "agrees"), [([A, B, C], True), ([A, B], True), ([A, C], False), ([A], False), ([B, A], False)]
)
def test_a_strategy_agrees_where_it_suggests_what_is_stored_and_perhaps_more(suggested, agrees):
    suggestions = [Suggestion(toy.architecture(*code)) for code in suggested]
    trials = {0: trial(0, *A), 1: trial(1, *B)}
    assert Replay("run", trials, must_agree=False).agrees(suggestions) is agrees
    assert Replay("run", trials).agrees(suggestions)  # it has to, and `answer` says so otherwise


def cut_off(stored, known=(), **settings):
    """Returns the numbers that are held back of these stored ones, and whether the strategy must agree."""
    searched = {number: trial(number, *A) for number in stored}
    made = Settings(space="toy", strategy="toy", **settings)
    replay = Replay.of_cut_off("run", searched, {*stored, *known}, made)
    return list(replay.trials), replay.must_agree


@pytest.mark.parametrize(
    ("stored", "held_back"),
    [(range(8), []), (range(9), [8]), (range(3), [0, 1, 2]), ([0, 1, 2, 3, 5, 6], [5, 6]), ([], [])],
)
def test_the_trials_of_a_last_batch_that_is_not_whole_are_held_back(stored, held_back):
    assert cut_off(stored, known={4}, batch=4)[0] == held_back


@pytest.mark.parametrize(("stored", "held_back"), [(2, [0, 1]), (3, []), (4, [3]), (7, []), (8, [7])])
def test_the_callers_first_architectures_are_batches_of_their_own(stored, held_back):
    first = ["toy:0,0,0", "toy:0,0,1", "toy:0,0,2"]
    assert cut_off(range(stored), batch=4, first=first) == (held_back, False)


def test_where_trials_are_missing_that_are_not_open_everything_is_asked_for_again():
    assert cut_off([0, 1, 2, 3, 5], batch=3) == ([0, 1, 2, 3, 5], True)
    assert cut_off([0, 1, 2, 3, 5], known={4}, batch=3) == ([3, 5], False)  # 4 is open
