"""`nasplug report`: one run as one self-contained page."""

from pathlib import Path

import click

from nasplug.cli.history import storage_option


@click.command()
@click.argument("run")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The HTML file to be written."
)
@storage_option
def report_command(run: str, out: Path, storage: str) -> None:
    """Write RUN as one HTML page that needs no network: curves, frontier, pictures, trials, failures, options."""
    from nasplug.analysis.needs import need_analysis

    need_analysis(("plotly", "scipy"))
    from nasplug.analysis.report.page import page
    from nasplug.experiments.files import write
    from nasplug.experiments.reporting import subject
    from nasplug.experiments.stored import load

    write(out, page(subject(load(storage, run), lambda text: click.echo(text, err=True))))
    click.echo(f"Written to {out}", err=True)
