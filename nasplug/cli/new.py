"""`nasplug new`: a complete project for a plugin of your own."""

from pathlib import Path
from typing import Literal

import click

from nasplug.tools.scaffold import create


@click.command()
@click.argument("kind", type=click.Choice(["space", "strategy"]))
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The new folder.  [default: nasplug-NAME]")
def new_command(kind: Literal["space", "strategy"], name: str, out: Path | None) -> None:
    """Make a pip-installable project for a space or strategy NAME, which passes its own tests."""
    folder = out or Path(f"nasplug-{name.replace('_', '-')}")
    for path in create(kind, name, folder):
        click.echo(f"  {path}")
    run = f"--space {name} --strategy random" if kind == "space" else f"--space nasbench101 --strategy {name}"
    click.echo(
        f"\nA {kind} that works already; change it into yours. Next:\n"
        f'  cd {folder}\n  pip install -e ".[test]"\n  pytest\n  nasplug run {run} --budget 20'
    )
