"""What commands print stays readable in pipes, on narrow terminals and in any locale."""

import json
import os
import subprocess
import sys

from paths import HELPERS
from rich.console import Console

from nasplug.cli.output import print_table

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "3", "--name", "first")
CODE = "proxyless:" + ",".join("6" * 22)


def test_a_row_is_one_line_in_a_pipe(capsys):
    print_table(
        "A title longer than its table",
        ("number", "architecture", "error"),
        [("0", CODE, "two\nlines"), ("1", "b", None)],
    )
    assert capsys.readouterr().out.splitlines() == [
        "A title longer than its table",
        f"number  {'architecture':{len(CODE)}}  error",
        f"     0  {CODE}  two lines",
        "     1  b",
    ]


def test_a_narrow_terminal_wraps_the_widest_column_alone(capsys, monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    print_table("", ("number", "architecture", "state"), [("0", CODE, "complete")])
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [len(row) <= 60 for row in rows] == [True] * 2
    assert "".join("".join(rows).replace("complete", "").split()).endswith("6,6")


def test_an_ascii_locale_spoils_no_run(nasplug, tmp_path):
    ascii_only = {**os.environ, "PYTHONPATH": str(HELPERS), "PYTHONIOENCODING": "ascii"}
    done = nasplug(*RUN, env=ascii_only)
    assert (done.returncode, "test accuracy" in done.stdout) == (0, True), done.stderr
    assert json.loads(nasplug("runs", "--json", env=ascii_only).stdout)[0]["run"] == "first"


def test_output_that_nobody_reads_or_can_write_is_no_traceback(nasplug, tmp_path):
    head = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nasplug.cli show proxyless | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (head.stdout.splitlines()[-1], head.stderr) == ("0", "")
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "nasplug.cli", "list"], stdout=full, stderr=-1, text=True)
    assert (done.returncode, done.stderr) == (1, "Error: Standard output cannot be written: No space left on device.\n")
