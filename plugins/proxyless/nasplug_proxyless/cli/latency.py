"""`nasplug proxyless latency ARCH`, and `… latency calibrate`, which makes a device of this machine."""

from pathlib import Path
from typing import Any

import click

from nasplug import UsageError
from nasplug.plugin import ExpandedPath
from nasplug_proxyless.cli.arguments import answer, as_json, parse, space_of, space_options


class Latency(click.Group):
    """A group whose first argument may be an architecture in place of a command."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Returns the command named first, else `of` with all arguments."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["of", *args])


@click.group(
    "latency", cls=Latency, context_settings={"ignore_unknown_options": True}, short_help="Predict or measure latency."
)
def latency() -> None:
    """Inference time of ARCH in milliseconds: nasplug proxyless latency ARCH --device DEVICE.

    'calibrate' measures this machine, and writes a table that you can use as a device.
    """


@latency.command("of", hidden=True)
@click.argument("arch")
@click.option("--device", required=True, help="pixel1, host, or FILE.json, a table that 'calibrate' wrote.")
@space_options
@as_json
def latency_of(arch: str, device: str, space_opt: tuple[str, ...], as_json: bool) -> None:
    """Inference time of ARCH in milliseconds."""
    architecture = parse(arch)
    value = space_of(space_opt).measure_latency(architecture=architecture, device=device)
    if value is None:
        raise UsageError(
            f"The space proxyless has no latency for the device {device!r}. It has: pixel1, host, and tables FILE.json."
        )
    answer({"latency": value}, as_json, f"{value:.2f} ms on {device}")


@latency.command(short_help="Make a latency table for this machine.")
@click.option(
    "--out", required=True, type=ExpandedPath(dir_okay=False, path_type=Path), help="Table to write, FILE.json."
)
@click.option(
    "--held-out", type=click.IntRange(0), default=5, show_default=True, help="Random networks to check the table on."
)
@space_options
@as_json
def calibrate(out: Path, held_out: int, space_opt: tuple[str, ...], as_json: bool) -> None:
    """Time single blocks on this machine, and write a table whose sums predict whole networks."""
    if out.suffix != ".json":
        raise UsageError(f"--out must end in .json, so that it can be named as a device; got {out}.")
    if not out.parent.is_dir():
        raise UsageError(f"--out: there is no folder {out.parent}. Make it first.")
    space = space_of(space_opt)
    from nasplug.training import configure
    from nasplug_proxyless import calibration

    configure(space.threads, "cpu")
    setting, threads = space.setting, space.latency_threads
    model = calibration.calibrate(setting, threads, lambda line: click.echo(line, err=True))
    calibration.write_table(out, model, setting, threads)
    values: dict[str, Any] = {"table": str(out), "held_out": held_out, "mean_absolute_error": None}
    sentence = f"{out}: use it as --device {out}"
    if held_out:
        error = calibration.mean_error(model, calibration.random_networks(setting, threads, held_out, seed=1))
        values["mean_absolute_error"] = error
        sentence += f". Mean absolute error on {held_out} random networks: {error:.1f} %"
    answer(values, as_json, sentence)
