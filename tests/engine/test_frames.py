"""Where an error was raised, in at most twenty frames, and what it says."""

import pytest
from plain_space import Unspeakable

from nasplug import Evaluation, hookimpl
from nasplug.engine.frames import LONGEST_LINE, MOST_FRAMES, last_frames
from nasplug.loading import manager
from nasplug.testing import Toy


def raised(function, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        return error
    raise AssertionError("it raised nothing")


def names_of(text):
    return [line.rpartition(" in ")[2] for line in text.splitlines() if line.startswith("  File ")]


def fail(text="learning_rate"):
    raise KeyError(text)


def deep(depth):
    return deep(depth - 1) if depth else fail()


def test_the_last_call_comes_last_and_then_the_error():
    lines = last_frames(raised(deep, 2)).splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert names_of("\n".join(lines)) == ["raised", "deep", "deep", "deep", "fail"]
    assert lines[-3:] == [lines[-3], "    raise KeyError(text)", "KeyError: 'learning_rate'"]


def test_of_many_frames_the_last_ones_are_kept_and_one_of_the_file_where_it_began():
    def even(depth):
        return odd(depth - 1)

    def odd(depth):
        return even(depth - 1) if depth > 0 else fail()

    def begins(code):
        exec(code, {})

    assert len(names_of(last_frames(raised(even, 100)))) == MOST_FRAMES
    elsewhere = compile("def f(n):\n  g(n)\ndef g(n):\n  f(n - 1) if n else 1 / 0\nf(50)", "library.py", "exec")
    lines = [line for line in last_frames(raised(begins, elsewhere)).splitlines() if line.startswith("  File ")]
    assert (len(lines), lines[0].endswith("in begins")) == (MOST_FRAMES, True)
    assert {line.partition(",")[0] for line in lines[1:]} == {'  File "library.py"'}


def test_calls_of_nasplug_and_pluggy_are_left_out():
    class Wrapper:
        @hookimpl(wrapper=True)
        def evaluate(self):
            return (yield)

    class Failing(Toy):
        @hookimpl
        def evaluate(self):
            fail()
            return Evaluation(1.0, 1.0)

    hook = manager.build(Failing(), middleware=[Wrapper()]).hook
    error = raised(lambda: hook.evaluate(architecture=None, purpose="search", epochs=None, seed=0, job=None))
    assert names_of(last_frames(error)) == ["raised", "<lambda>", "evaluate", "evaluate", "fail"]


def test_the_errors_that_caused_it_come_first_and_share_the_frames():
    def wrapped():
        try:
            deep(30)
        except KeyError as error:
            raise ValueError("bad settings") from error

    text = last_frames(raised(wrapped))
    assert text.index("KeyError: 'learning_rate'") < text.index("direct cause") < text.index("ValueError: bad settings")
    assert names_of(text)[-2:] == ["raised", "wrapped"]
    assert "in fail" in text
    assert len(names_of(text)) <= MOST_FRAMES


def test_the_errors_of_a_group_are_shown():
    def both():
        raise ExceptionGroup("of two", [raised(fail), raised(fail, "x" * 2 * LONGEST_LINE)])

    text = last_frames(raised(both))
    assert "KeyError: 'learning_rate'" in text
    assert max(map(len, text.splitlines())) == LONGEST_LINE


@pytest.mark.parametrize("error", [KeyError("never raised"), SystemExit(), ExceptionGroup("g", [ValueError()])])
def test_an_error_that_was_not_raised_has_no_frames(error):
    assert names_of(last_frames(error)) == []


def test_an_error_whose_class_fails_to_make_its_text():
    assert "Unspeakable" in last_frames(Unspeakable())
