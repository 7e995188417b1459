"""Closed standard streams, and characters that a stream cannot hold: neither loses a search."""

import json
import os
import subprocess
import sys

import pytest
from paths import HELPERS

SPACE = """
from nasplug import hookimpl
from nasplug.testing import Toy


class Greek(Toy):
    '''A space for τ ≥ 0.'''

    @hookimpl
    def describe(self):
        return "κύτταρο → \\udc80"

    @hookimpl
    def on_start(self):
        print("αβγ →")

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        print("εκπαίδευση")
        return Toy.evaluate(self, architecture, purpose, seed)
"""


@pytest.fixture
def shell(tmp_path):
    """Calls the command line through a shell, with redirections behind its arguments."""
    (tmp_path / "greek.py").write_text(SPACE, encoding="utf-8")

    def call(arguments, encoding="utf-8"):
        command = f"{sys.executable} -m nasplug.cli {arguments}"
        env = {**os.environ, "PYTHONPATH": str(HELPERS), "PYTHONIOENCODING": encoding, "COLUMNS": "160"}
        return subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, timeout=300)

    return call


RUN = "run --space greek:Greek --strategy random --budget 2 --name r"


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("more", ["", "--with processes"])
def test_a_closed_stream_loses_no_search(shell, closed, more):
    result = shell(f"{RUN} {more} {closed}")
    assert (result.returncode, b"Traceback" in result.stderr) == (0, False), result.stderr
    assert [row["state"] for row in json.loads(shell("trials r --json").stdout)] == ["complete"] * 3


def test_what_is_printed_into_a_closed_stream_reaches_no_file(shell, tmp_path):
    """A file that is opened while stream 1 or 2 is closed would get its number."""
    shell(f"{RUN} --with log:path=log.jsonl >&- 2>&-")
    events = [json.loads(line)["event"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert events == ["start", "trial", "trial", "trial", "stop"]


@pytest.mark.parametrize(("command", "code"), [("list", 0), ("no-such-command", 2)])
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_other_commands_end_as_usual_with_a_closed_stream(shell, command, code, closed):
    assert shell(f"{command} {closed}").returncode == code


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("more", ["", "--with processes"])
def test_no_search_dies_of_a_character(shell, encoding, more):
    result = shell(f"{RUN} {more}", encoding)
    assert (result.returncode, b"test accuracy" in result.stdout) == (0, True), result.stderr
    assert [row["error"] for row in json.loads(shell("trials r --json", encoding).stdout)] == [None] * 3


def test_a_character_that_a_stream_cannot_hold_is_written_out(shell):
    result = shell("show greek:Greek", "latin-1")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"A space for \\u03c4 \\u2265 0." in result.stdout
