"""What the README and the docs show is true: every block runs, unless the page says why not; then it parses."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from nasplug.cli import cli

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "plugins", "examples", "tests/third_party")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(p for f in FOLDERS for p in (ROOT / f).rglob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>.+?) -->\n)?^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)  # and what is printed then, if it is shown
NO_CODE = {"text", "{toctree}", "{eval-rst}", "{options}", "{mermaid}", "{image}", "{figure}", "{note}", "{warning}"}


def blocks(page, kind, marked=False):
    """Returns the blocks of a page; those that the page says are not run, and why, only if they are wanted."""
    found = (match for match in BLOCK.finditer(page.read_text()) if match["kind"] == kind)
    return [match["text"] for match in found if marked or not match["why"]]


def pages(kind, marked=False):
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if blocks(page, kind, marked)]


@pytest.mark.slow
@pytest.mark.parametrize("page", pages("python"))
def test_the_python_blocks_of_a_page_run_one_after_the_other(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for number, text in enumerate(blocks(page, "python")):
        exec(compile(text, f"{page.name}, block {number}", "exec"), names)
    assert len(names) > 1


@pytest.mark.slow
@pytest.mark.parametrize("page", pages("console"))
def test_the_command_lines_of_a_page_run_and_print_what_it_shows(page, tmp_path):
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "160"}
    for text in blocks(page, "console"):
        for command, shown in COMMAND.findall(text):
            done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True)
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            assert shown in ("", done.stdout)


@pytest.mark.parametrize("page", pages("console", marked=True))
def test_every_command_line_exists(page):
    for text in blocks(page, "console", marked=True):
        assert text.strip()
        for line in text.splitlines():
            for part in re.split(r"&&|\|", line.removeprefix("$ ")):
                if line.startswith("$ ") and part.strip().startswith("nasplug "):
                    assert_parses(shlex.split(part, comments=True)[1:])


def assert_parses(arguments):
    """Lets click parse a command line: an unknown command or option, or a missing argument, raises."""
    if "…" in arguments:
        return
    command, context = cli, click.Context(cli, info_name="nasplug")
    while isinstance(command, click.Group):
        name, command, arguments = command.resolve_command(context, arguments)
        context = click.Context(command, parent=context, info_name=name)
    command.parse_args(context, list(arguments))
    assert command is not None


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_other_block_parses_or_is_no_code(page):
    readers = {"toml": tomllib.loads, "json": json.loads, "python": str, "console": str}
    for match in BLOCK.finditer(page.read_text()):
        kind = match["kind"]
        assert kind in readers or kind.partition(" ")[0] in NO_CODE, (
            f"{page.name} has a block of the kind {kind!r}: {match['text'][:80]!r}"
        )
        if kind in readers and not match["why"]:
            readers[kind](match["text"])


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_no_command_hides_outside_of_a_block(page):
    prose = BLOCK.sub("", page.read_text())
    assert re.findall(r"^(?: {4,}|\t)(?:\$ )?(?:nasplug|pip|make) .*", prose, re.MULTILINE) == []
