"""A batch that was cut off: what is stored of it answers the jobs that the strategy suggests again."""

import pytest
import toy
from sessions import numbers

from nasplug.engine.replay import Replay
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
