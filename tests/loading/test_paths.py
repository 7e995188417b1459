"""What of a path is replaced, as in a shell."""

from pathlib import Path

import pytest

from nasplug.loading.paths import expanded_path


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("~/x", "/home/me/x"),
        ("$DATA/x", "/data/x"),
        ("${DATA}/x", "/data/x"),
        (Path("~/x"), "/home/me/x"),
        ("x/~", "x/~"),
        ("~nobody-of-that-name/x", "~nobody-of-that-name/x"),
        ("$NOT_SET_ANYWHERE", "$NOT_SET_ANYWHERE"),
        ("./x//y", "./x//y"),
    ],
)
def test_home_and_variables_are_replaced_and_all_else_stays(monkeypatch, written, path):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("DATA", "/data")
    assert expanded_path(written) == path
