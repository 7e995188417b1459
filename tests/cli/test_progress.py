"""What a comparison says as it goes."""

from types import SimpleNamespace

import pytest

from nasplug.cli import progress as progress_module
from nasplug.cli.progress import ComparisonProgress


@pytest.fixture
def progress(monkeypatch):
    """Returns what counts the repeats of a comparison, ten in all; every one takes 20 s."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now.seconds)

    def make(before):
        made = ComparisonProgress(
            SimpleNamespace(count=10, missing=lambda: [None] * (10 - before)), started=now.seconds
        )
        tell = made.on_repeat

        def later(said):
            now.seconds += 20
            tell(said)

        monkeypatch.setattr(ComparisonProgress, "on_repeat", lambda _, said: later(said))
        return made

    return make


def test_repeats_of_earlier_commands_count_but_not_for_the_time_left(progress, capsys):
    with progress(before=6) as shown:
        shown.on_repeat([])
    assert "repeat 7/10, about 60 s left" in capsys.readouterr().err


def interrupted(shown):
    with shown:
        shown.on_repeat([])
        raise KeyboardInterrupt


@pytest.mark.parametrize(("before", "kept"), [(0, "1 repeat is kept"), (1, "2 repeats are kept")])
def test_what_is_kept_is_said_where_it_ends_early(before, kept, progress, capsys):
    with pytest.raises(KeyboardInterrupt):
        interrupted(progress(before))
    assert f"{kept}. The same command goes on where they end." in capsys.readouterr().err
