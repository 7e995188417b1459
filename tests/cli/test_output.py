"""What commands print stays readable in pipes, on narrow terminals and in any locale."""

import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from paths import HELPERS
from rich.console import Console

from nasplug import Architecture
from nasplug.cli.output import best_rows, emit, exit_now, print_json, print_table, rounded, stdout_to_stderr
from nasplug.engine.result import Best
from nasplug.errors import StorageError

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


@pytest.mark.slow
def test_an_ascii_locale_spoils_no_run(nasplug, tmp_path):
    ascii_only = {**os.environ, "PYTHONPATH": str(HELPERS), "PYTHONIOENCODING": "ascii"}
    result = nasplug(*RUN, env=ascii_only)
    assert (result.returncode, "test accuracy" in result.stdout) == (0, True), result.stderr
    assert json.loads(nasplug("runs", "--json", env=ascii_only).stdout)[0]["run"] == "first"


@pytest.mark.slow
def test_output_that_nobody_reads_or_can_write_is_no_traceback(nasplug, tmp_path):
    head = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m nasplug.cli show proxyless | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (head.stdout.splitlines()[-1], head.stderr) == ("0", "")
    with open("/dev/full", "w") as full:
        result = subprocess.run([sys.executable, "-m", "nasplug.cli", "list"], stdout=full, stderr=-1, text=True)
    assert (result.returncode, result.stderr) == (
        1,
        "Error: Standard output cannot be written: No space left on device.\n",
    )


def test_numbers_are_aligned_right_grouped_and_short(capsys):
    rows = [(1234567, 12000.0, 0.123456789, "-1.5", True, None), (-5, 3.0, 0.25, "20", False, "x")]
    print_table("", ("int", "whole", "float", "text", "flag", "mixed"), rows)
    assert capsys.readouterr().out.splitlines() == [
        "      int   whole     float  text  flag   mixed",
        "1,234,567  12,000  0.123457  -1.5  True",
        "       -5       3      0.25    20  False  x",
    ]


@pytest.mark.parametrize(
    ("value", "cell"), [(93.6895, "93.69"), (1234.5, "1,234.50"), (float("nan"), None), (7, 7), ("0.12345", "0.12345")]
)
def test_a_float_is_rounded_to_two_decimals(value, cell):
    assert rounded(value) == cell


def test_what_could_steer_a_terminal_is_written_out_in_a_table(capsys):
    print_table("", ("", ""), [("a", "red \x1b[31m \u202e text")])
    assert capsys.readouterr().out == "a  red \\x1b[31m \\u202e text\n"


def test_a_document_has_null_for_what_json_cannot_hold_and_text_for_other_values(capsys):
    print_json({"é": float("nan"), "path": Path("x"), "rows": ({"a": 1},)})
    text = capsys.readouterr().out
    assert json.loads(text) == {"é": None, "path": "x", "rows": [{"a": 1}]}
    assert text.isascii()


def print_in_every_way_and_fail():
    with stdout_to_stderr():
        print("by Python", flush=True)
        os.write(1, b"by the system\n")
        subprocess.run(["echo", "by a process"], check=True)
        print("late")
        raise KeyError


def test_what_is_printed_meanwhile_goes_to_standard_error(capfd, monkeypatch):
    with open(1, "w", closefd=False) as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        print("before")
        with pytest.raises(KeyError):
            print_in_every_way_and_fail()
        print("after", flush=True)
    assert capfd.readouterr() == ("before\nafter\n", "by Python\nby the system\nby a process\nlate\n")


def test_a_stream_that_is_closed_does_not_keep_the_program_from_ending(monkeypatch):
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit, match="3"):
        exit_now(3)


@pytest.mark.parametrize(
    ("error", "raised", "message"),
    [
        (BrokenPipeError(), SystemExit, "0"),
        (OSError(28, "No space left"), StorageError, "cannot be written: No space left"),
    ],
)
def test_output_that_cannot_be_written_ends_the_command(monkeypatch, error, raised, message):
    def echo(*_, **__):
        raise error

    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr("click.echo", echo)
    with pytest.raises(raised, match=message):
        emit("text")


BEST = Best(Architecture("toy", (1, 2)), 93.456, 92.0, 12.345, {"top_5": 99.123456789}, "toy")


def test_the_best_architecture_is_shown_with_what_is_known_of_it():
    assert best_rows(BEST, "two layers") == [
        ("architecture", BEST.architecture),
        ("described", "two layers"),
        ("validation accuracy", "93.46 %"),
        ("test accuracy", "92.00 %"),
        ("latency", "12.35 ms"),
        ("top 5", 99.123456789),
    ]
    plain = attrs.evolve(BEST, test=None, latency=None, metrics={}, source="surrogate")
    assert best_rows(plain, "toy:1,2") == [
        ("architecture", BEST.architecture),
        ("validation accuracy", "93.46 %"),
        ("predicted validation accuracy (surrogate)", "not evaluated"),
    ]
