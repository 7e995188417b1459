"""`nasplug doctor`: what this installation has, and what is wrong with it."""

import attrs
import click

from nasplug.cli.history import as_json_option, storage_option
from nasplug.cli.output import print_json, print_table
from nasplug.tools.doctor import examine


@click.command()
@storage_option
@as_json_option
def doctor_command(storage: str, as_json: bool) -> int:
    """Print versions, accelerators, tables found, storage and plugins, and every problem of theirs.

    Exit code 1 when there is a problem.
    """
    found = list(examine(storage))
    if as_json:
        print_json([attrs.asdict(finding) for finding in found])
    else:
        mark = {True: "✗", False: "✓"}
        rows = [(mark[bool(f.problem)], f.section, f.name, f.found) for f in found]
        print_table("", ("", "", "", ""), rows)
        for finding in found:
            if finding.problem:
                click.echo(f"! {finding.problem}", err=True)
    return int(any(finding.problem for finding in found))
