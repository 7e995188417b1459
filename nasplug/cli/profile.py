"""`nasplug profile`: what a space holds and which bounds can be met in it, before anything is paid."""

from typing import TYPE_CHECKING, Any

import click

from nasplug.cli import shared_options as shared
from nasplug.cli.output import emit, print_json, print_table, stdout_to_stderr

if TYPE_CHECKING:
    from nasplug.experiments.profile.profile import Profile
    from nasplug.experiments.profile.share import Share
from nasplug.loading.streams import escape_controls


@click.command()
@shared.space
@shared.space_options
@shared.device
@shared.latency
@shared.limit
@click.option(
    "--samples",
    type=click.IntRange(1),
    metavar="N",
    help="Architectures to measure.  [default: 10,000, or as many as take five seconds]",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the samples.")
@shared.as_json
@shared.checks_trust
def profile_command(as_json: bool, **plan_values: Any) -> int:
    """Show the size of a space, the spread of its figures, and the share of it that keeps your bounds.

    Nothing is trained: bounds can be on all that the space measures, such as parameters, and on the latency. Exit code
    1 where no architecture keeps them.
    """
    from nasplug.experiments.profile.plan import Plan

    plan = Plan(**plan_values)
    with stdout_to_stderr():
        profile = plan.execute()
    if profile.failures:
        failed = (
            f"The latency of {len(profile.failures):,} architectures is not known. The first: {profile.failures[0]}"
        )
        click.echo(escape_controls(failed), err=True)
    if as_json:
        print_json(profile.document())
    else:
        _print(profile)
    return int(profile.feasibility is not None and profile.feasibility.can_be_met is False)


def _print(profile: "Profile") -> None:
    from nasplug.experiments.profile.bounds import labelled

    counts = {"codes": profile.codes, "networks": profile.networks}
    sizes = [(name, count.value, count.kind.replace("_", " "), count.reason) for name, count in counts.items()]
    print_table(f"The space {profile.space}", ("", "how many", "", ""), sizes)
    if spread := profile.spread():
        rows = [(labelled(name), *values.values()) for name, values in spread.items()]
        print_table(f"Samples: {len(profile.samples):,}", ("", *next(iter(spread.values()))), rows)
    else:
        emit("Nothing is known of its architectures without an evaluation.")
    if profile.bounds:
        _print_bounds(profile)


def _print_bounds(profile: "Profile") -> None:
    rows = [_row(bound.text, profile.share([bound])) for bound in profile.bounds]
    if len(rows) > 1:
        rows.append(_row("all together", profile.share(profile.bounds)))
    print_table("Bounds", ("", "samples inside", "share of the space, 95 % interval"), rows)
    assert profile.feasibility is not None
    answer = {True: "They can be met", False: "They cannot be met", None: "It is not known whether they can be met"}
    emit(f"{answer[profile.feasibility.can_be_met]}: {profile.feasibility.reason}.")
    if profile.feasibility.example:
        emit(f"For example by {profile.feasibility.example}.")
    for sentence in profile.advice():
        emit(sentence)


def _row(text: str, share: "Share") -> tuple[str, int, str]:
    return text, share.inside, str(share)
