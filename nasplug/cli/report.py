"""`nasplug report`: one run as one self-contained page."""

from pathlib import Path

import click

from nasplug.cli.history import storage_option
from nasplug.cli.safe import safe_flag
from nasplug.cli.streams import printable, prints_elsewhere


@click.command()
@click.argument("run")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The HTML file to be written."
)
@storage_option
@safe_flag
def report_command(run: str, out: Path, storage: str, safe: bool) -> None:
    """Write RUN as one HTML page that needs no network: curves, frontier, pictures, trials, failures, options."""
    from nasplug.analysis.needs import need_analysis

    need_analysis(("plotly", "scipy"))
    from nasplug.analysis.report.page import page
    from nasplug.experiments.stored_runs.load import load
    from nasplug.experiments.stored_runs.reporting import subject
    from nasplug.storage.atomic_files import write_atomically

    with prints_elsewhere():
        html = page(subject(load(storage, run), lambda text: click.echo(printable(text), err=True), safe))
    write_atomically(out, html)
    click.echo(f"Written to {out}", err=True)
