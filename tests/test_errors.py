"""What of an error is shown where there is one line for it."""

import pytest

from nasplug.errors import first_line


@pytest.mark.parametrize(
    ("error", "line"),
    [("KeyError: 'rate'\n  space.py:3 in evaluate", "KeyError: 'rate'"), ("lost", "lost"), ("", ""), (None, "")],
)
def test_the_first_line_of_an_error_says_what_happened_without_where(error, line):
    assert first_line(error) == line
