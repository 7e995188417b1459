"""The text of an error as a trial stores it: a message on the first line, then where it was raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.engine.stored_error import LONGEST_ERROR, storable_text
from nasplug.errors import first_line


def raised(error):
    """Returns an error that has a traceback, as one that a plugin raised."""
    try:
        raise error
    except BaseException as caught:
        return caught


def test_the_message_is_the_first_line_and_the_last_frames_follow():
    text = storable_text(raised(KeyError("learning_rate")))
    assert first_line(text) == "KeyError: 'learning_rate'"
    assert text.splitlines()[1].startswith("Traceback (most recent call last):")
    assert f'File "{__file__}"' in text
    assert "in raised" in text


@given(st.text(st.characters(), max_size=50))
def test_every_message_is_text_that_every_database_takes(message):
    text = storable_text(raised(RuntimeError(message)))
    assert "\0" not in text
    assert text.encode()  # has no lone surrogates
    assert "\n" not in first_line(text)


def test_nul_and_surrogates_are_shown_as_escapes():
    assert first_line(storable_text(raised(RuntimeError("\0 \ud800")))) == "RuntimeError: \\0 \\ud800"


def test_a_long_message_is_cut_and_says_how_long_it_was():
    exact, longer = ("x" * (LONGEST_ERROR - len("RuntimeError: ") + more) for more in (0, 1))
    assert first_line(storable_text(raised(RuntimeError(exact)))) == f"RuntimeError: {exact}"
    cut = first_line(storable_text(raised(RuntimeError(longer))))
    assert cut == f"RuntimeError: {exact}… ({LONGEST_ERROR + 1:,} characters)"


def test_of_long_frames_the_last_are_kept():
    text = storable_text(raised(RuntimeError("x" * 3 * LONGEST_ERROR)))
    assert len(text) < 2 * LONGEST_ERROR + 100
    assert text.endswith("x")  # the end of the traceback


def test_a_message_of_several_lines_is_one_line():
    text = storable_text(raised(ValueError("shapes differ:\n  (3, 4)\n  (4, 3)")))
    assert first_line(text) == "ValueError: shapes differ:   (3, 4)   (4, 3)"


def test_the_errors_of_a_group_are_named_in_the_message():
    group = ExceptionGroup("two workers", [ValueError("no image 7"), ExceptionGroup("inner", [KeyError("a")])])
    expected = "ExceptionGroup: two workers [ValueError: no image 7; ExceptionGroup: inner [KeyError: 'a']]"
    assert first_line(storable_text(raised(group))) == expected


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), ValueError()])
def test_an_error_without_a_traceback_or_words_has_a_text_too(error):
    assert first_line(storable_text(error)).startswith(type(error).__name__)
