"""What is shown of comparisons while they go on."""

from types import SimpleNamespace

import pytest

from nasplug.cli.progress import ComparisonProgress


@pytest.fixture
def progress(clock):
    """Returns what counts the repeats of a comparison, ten in all, of which some are done before."""

    def make(before):
        comparison = SimpleNamespace(count=10, missing=lambda: [None] * (10 - before))
        return ComparisonProgress(comparison, started=clock.seconds)

    return make


def test_repeats_of_earlier_commands_count_but_not_for_the_time_left(progress, clock, capsys):
    with progress(before=6) as shown:
        clock.seconds += 20
        shown.on_repeat([])
    assert capsys.readouterr().err == "repeat 7/10, about 60 s left\n"


def test_a_log_gets_a_line_now_and_then_and_the_last(progress, clock, capsys):
    with progress(before=4) as shown:
        for _ in range(6):
            clock.seconds += 6
            shown.on_repeat([])
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["repeat 5/10", "repeat 7/10", "repeat 9/10", "repeat 10/10"]


def test_what_plugins_say_is_shown_once_and_cannot_steer_a_terminal(progress, capsys):
    with progress(before=0) as shown:
        for lines in (["a word", "a \x1b[31m word"], ["a word", "another"]):
            shown.on_repeat(lines)
    said = [line for line in capsys.readouterr().err.splitlines() if "word" in line or "another" in line]
    assert said == ["a word", "a \\x1b[31m word", "another"]


def end(shown, error, repeats):
    with shown:
        for _ in range(repeats):
            shown.on_repeat([])
        raise error


@pytest.mark.parametrize(
    ("before", "repeats", "error", "kept"),
    [
        (0, 1, KeyboardInterrupt, "1 repeat is kept"),
        (1, 1, ValueError, "2 repeats are kept"),
        (0, 0, KeyboardInterrupt, "0 repeats are kept"),
    ],
)
def test_what_is_kept_is_said_where_it_ends_early(progress, capsys, before, repeats, error, kept):
    with pytest.raises(error):
        end(progress(before), error, repeats)
    assert f"{kept}. The same command goes on where they end." in capsys.readouterr().err


def test_an_error_before_the_first_repeat_keeps_nothing_to_speak_of(progress, capsys):
    with pytest.raises(ValueError, match="wrong"):
        end(progress(0), ValueError("wrong"), 0)
    assert capsys.readouterr().err == ""
