"""How errors are told: one text, also of groups and of errors that cannot be written."""

import pytest

from nasplug.errors import error_text, first_line

GROUP = ExceptionGroup("two workers failed", [ValueError("loss is NaN"), KeyError("rate")])


class Unspeakable(Exception):
    """Has no text."""

    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("loss is NaN"), "ValueError: loss is NaN"),
        (KeyError("rate"), "KeyError: 'rate'"),
        (TimeoutError(), "TimeoutError"),
        (Unspeakable(), "Unspeakable: its text cannot be read"),
        (GROUP, "ExceptionGroup: two workers failed [ValueError: loss is NaN; KeyError: 'rate']"),
        (
            BaseExceptionGroup("outer", [GROUP, KeyboardInterrupt()]),
            "BaseExceptionGroup: outer [ExceptionGroup: two workers failed "
            "[ValueError: loss is NaN; KeyError: 'rate']; KeyboardInterrupt]",
        ),
    ],
)
def test_an_error_is_one_text(error, text):
    assert error_text(error) == text


@pytest.mark.parametrize(
    ("error", "line"),
    [("KeyError: 'rate'\n  space.py:3 in evaluate", "KeyError: 'rate'"), ("lost", "lost"), ("", ""), (None, "")],
)
def test_the_first_line_of_an_error_says_what_happened_without_where(error, line):
    assert first_line(error) == line
