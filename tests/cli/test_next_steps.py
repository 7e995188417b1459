"""The commands that go on after a run."""

import click
import toy
from sessions import run_of

from nasplug import hookimpl
from nasplug.cli.next_steps import next_steps
from nasplug.engine.result import Result
from nasplug.types import Evaluation, Trial


def result(storage="sqlite:///nasplug.db"):
    trial = Trial(0, toy.architecture(1, 2, 3), "complete", Evaluation(50.0, 1.0), None, "search", 0.0, 1.0)
    return Result("a run", "toy", "random", 0, [trial], storage)


def test_a_report_is_made_of_any_run_wherever_it_is_kept():
    assert next_steps(run_of(), result()) == ["nasplug report 'a run' --out 'a run.html'"]
    assert next_steps(run_of(), result("sqlite:///x.db")) == [
        "nasplug report 'a run' --out 'a run.html' --storage sqlite:///x.db"
    ]


class Building(toy.ToySpace):
    """A space with a command that exports a network."""

    name = "Building"

    @hookimpl
    def register_commands(self, group):
        export = click.Option(["--export"])
        group.add_command(click.Group("Building", [click.Command("train", params=[export])]))


def test_a_space_that_exports_networks_builds_the_recommended_one_with_the_options_of_the_run():
    space = Building(seconds=0.5)
    assert next_steps(run_of(space=space), result())[1] == (
        "nasplug Building train 1,2,3 --space-opt seconds=0.5 --export network"
    )
