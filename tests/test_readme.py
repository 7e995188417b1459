"""What the README and the docs show is true: every Python block runs, every command line exists."""

import re
import shlex
from pathlib import Path

import click
import pytest

from nasplug.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "plugins").glob("*/README.md"))]
BLOCK = re.compile(r"(?:<!-- not run: (?P<why>.+?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)


def blocks(kind):
    found = [(page, match) for page in PAGES for match in BLOCK.finditer(page.read_text()) if match["kind"] == kind]
    return [pytest.param(page, m["text"], m["why"], id=f"{page.name}:{i}") for i, (page, m) in enumerate(found)]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "text", "why"), blocks("python"))
def test_every_python_block_runs(page, text, why, tmp_path, monkeypatch):
    if why:
        pytest.skip(f"{page.name} says why it is not run: {why}")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "readme"}
    exec(compile(text, str(page), "exec"), names)
    assert len(names) > 1


@pytest.mark.parametrize(("page", "text", "why"), blocks("console"))
def test_every_command_line_exists(page, text, why):
    lines = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ nasplug")]
    for line in lines:
        arguments = shlex.split(line, comments=True)[1:]
        if "…" in arguments:
            continue
        command, context = cli, click.Context(cli, info_name="nasplug")
        while isinstance(command, click.Group):
            name, command, arguments = command.resolve_command(context, arguments)
            context = click.Context(command, parent=context, info_name=name)
        command.parse_args(context, list(arguments))  # raises for an unknown option or a missing argument
        assert command is not None
    assert text.strip()
