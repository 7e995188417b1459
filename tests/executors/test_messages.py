"""What comes back from a worker is a text, whatever an evaluation does, and it is checked."""

import json

import attrs
import plain_space
import pytest
import toy

from nasplug import Evaluation
from nasplug.errors import ConfigurationError
from nasplug.executors import messages
from nasplug.executors.recipe import SpaceRecipe


def answer(recipe=None, **options):
    request = messages.encode_request(
        architecture=toy.architecture(0, 0, 1), purpose="final", epochs=3, seed=7, job=None
    )
    return messages.answer(recipe or SpaceRecipe("toy:ToySpace", options), request)


def test_a_stream_says_that_it_has_begun_before_the_answer():
    request = messages.encode_request(
        architecture=toy.architecture(0, 0, 1), purpose="final", epochs=3, seed=7, job=None
    )
    begun, text = messages.answer_in_stream(SpaceRecipe("toy:ToySpace", {}), request)
    assert (begun, text) == ("begun", answer())


def test_an_answer_is_the_evaluation_that_the_space_gives():
    assert messages.decode_answer(answer()) == Evaluation(toy.accuracy((0, 0, 1)), 3.0, {"parameters": 100.0}, "toy")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"fails": "0,0,1"}, RuntimeError, "loss is NaN at step 12"),
        ({"broken": True}, ConfigurationError, "no batteries"),
        ({"value": float("nan")}, ValueError, "must be a finite number"),
    ],
)
def test_an_error_comes_back_as_it_was_raised(options, kind, message):
    with pytest.raises(kind, match=message):
        messages.decode_answer(answer(**options))


@pytest.mark.parametrize("error", plain_space.SAID)
def test_whatever_is_raised_is_an_answer(error):
    text = answer(SpaceRecipe.of_instance(plain_space.Plain(error=error)))
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class and its text follow
        messages.decode_answer(text)
    assert f"{type(raised.value).__name__}: {raised.value}" == plain_space.SAID[error]


def test_an_evaluation_that_is_no_text_is_an_error_of_its_own():
    with pytest.raises(TypeError, match="lock is not JSON serializable"):
        messages.decode_answer(answer(SpaceRecipe.of_instance(plain_space.Plain(error="answer"))))


def test_a_request_that_cannot_be_read_is_an_answer_too():
    with pytest.raises(EOFError, match="Ran out of input"):
        messages.decode_answer(messages.answer(SpaceRecipe("toy:ToySpace", {}), b""))


def test_an_evaluation_of_a_class_of_the_space_arrives_as_an_evaluation():
    @attrs.frozen
    class Richer(Evaluation):
        weights: object = None

    class Rich(toy.ToySpace):
        @toy.hookimpl
        def evaluate(self):
            return Richer(50.0, 1.0, weights=object())

    assert messages.decode_answer(answer(SpaceRecipe.of_instance(Rich()))) == Evaluation(50.0, 1.0)


@pytest.mark.parametrize("wrong", [{"accuracy": float("inf")}, {"cost": -1.0}, {"metrics": {"a": "b"}}])
def test_an_answer_is_checked_where_it_arrives(wrong):
    good = {"accuracy": 50.0, "cost": 1.0, "metrics": {}, "source": "toy"}
    assert messages.decode_answer(json.dumps(good)).accuracy == 50.0
    with pytest.raises(ValueError, match="must be|could not convert"):
        messages.decode_answer(json.dumps(good | wrong))
