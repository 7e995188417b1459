"""An error that comes back from a worker is caught, named and shown like the one that was raised there."""

import json
import pickle
import traceback

import attrs
import plain_space
import pytest

from nasplug import errors
from nasplug.engine.frames import last_frames
from nasplug.executors.remote_errors import described, raised_again


def there_and_back(error):
    return raised_again(**json.loads(json.dumps(described(error))))


@attrs.frozen
class Frozen(Exception):
    reason: str


class Picky(ValueError):
    def __new__(cls, one, two):
        return super().__new__(cls)


CAUGHT_AS = [
    (RuntimeError("loss is NaN"), RuntimeError),
    (KeyError("learning_rate"), KeyError),
    (FileNotFoundError(2, "No such file", "data"), OSError),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), UnicodeDecodeError),
    (SyntaxError("invalid syntax", ("a.py", 1, 2, "x x")), SyntaxError),
    (errors.Unsupported("not here"), errors.Unsupported),
    (plain_space.NoBatteries("none in sight"), errors.ConfigurationError),
    (plain_space.TwoArguments(3, 7), plain_space.TwoArguments),
    (Picky(1, 2), ValueError),
    (Frozen("cold"), Exception),
    (ExceptionGroup("of two", [KeyError(1), ValueError(2)]), Exception),
    (SystemExit(3), RuntimeError),
    (KeyboardInterrupt(), RuntimeError),
]


@pytest.mark.parametrize(("error", "kind"), CAUGHT_AS, ids=lambda value: type(value).__name__)
def test_it_keeps_its_name_its_text_and_what_catches_it(error, kind):
    back = there_and_back(error)
    assert isinstance(back, kind)
    assert (type(back).__name__, str(back)) == (type(error).__name__, errors.error_message(error))


def test_an_error_of_a_module_that_is_not_imported_here_is_caught_by_the_class_above_it():
    back = raised_again("out of memory", ["cuda.errors:OutOfMemory", "cuda:Problem", "builtins:MemoryError"], "")
    assert (type(back).__name__, type(back).__module__, str(back)) == ("OutOfMemory", "cuda.errors", "out of memory")
    assert isinstance(back, MemoryError)


@pytest.mark.parametrize("name", ["nasplug.errors:did_you_mean", "builtins:__import__", "builtins:int", "toy:"])
def test_only_classes_of_errors_are_made(name):
    back = raised_again("what", [name], "")
    assert isinstance(back, RuntimeError)


def test_an_error_without_a_text_says_so():
    assert str(there_and_back(plain_space.Unspeakable())) == "its text cannot be read"


def test_it_can_be_pickled_in_turn():
    back = pickle.loads(pickle.dumps(there_and_back(plain_space.TwoArguments(3, 7))))
    assert (type(back).__name__, str(back), isinstance(back, plain_space.TwoArguments)) == (
        "TwoArguments", "layer 3 at step 7", True,
    )  # fmt: skip


def test_it_carries_the_frames_of_the_worker():
    def fail():
        return {}["learning_rate"]

    try:
        fail()
    except KeyError as error:
        frames, back = last_frames(error), there_and_back(error)
    assert last_frames(back) == last_frames(there_and_back(back)) == frames
    assert "in fail\n" in frames
    shown = "".join(traceback.format_exception(back))
    assert shown.startswith(f"nasplug.executors.remote_errors.InWorker: \n{frames}\n")
    assert shown.endswith("\nKeyError: 'learning_rate'\n")
