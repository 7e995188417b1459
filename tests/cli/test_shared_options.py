"""The options that commands share."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nasplug.cli import shared_options as shared
from nasplug.cli.group import cli
from nasplug.errors import DiscoveryError, UsageError


@click.command()
@shared.space_options
@shared.latency
def command(**values):
    return values


@click.command()
@click.option("--out", type=shared.FOLDER)
@click.argument("file", type=shared.FILE)
def writing(**values):
    return values


@click.command()
@shared.space
@shared.strategy
@shared.device
@shared.checks_trust
def trusting(**values):
    return values


@click.command()
@shared.space
@click.option("--strategy", "strategies", multiple=True)
@shared.space_options
@shared.device
@shared.checks_trust
def comparing(**values):
    return values


def call(called, *arguments):
    result = CliRunner().invoke(called, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value


def test_options_and_latencies_are_read():
    values = call(command, "--space-opt", "a=1,b=x", "--space-opt", "c=2,3", "--latency", "75:85.5")
    assert values == {"space_options": {"a": "1", "b": "x", "c": "2,3"}, "latency": (75.0, 85.5)}
    assert call(command) == {"space_options": {}, "latency": None}


def test_home_and_variables_are_expanded_in_a_path(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("DATA", "/data")
    assert call(writing, "--out=~/out", "$DATA/x") == {"out": Path("/home/me/out"), "file": Path("/data/x")}


def commands(group, context):
    """Yields all commands of the command line, those of plugins and of their groups included."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield from commands(command, context) if isinstance(command, click.Group) else [command]


def test_every_path_of_the_command_line_is_expanded(invoke):
    invoke("no-such-command")  # after which all plugins have registered their commands
    read = [param for command in commands(cli, click.Context(cli)) for param in command.params]
    paths = [param for param in read if isinstance(param.type, click.Path)]
    assert {"out", "data", "comparison", "export", "folder", "file"} <= {param.name for param in paths}
    assert [param for param in paths if not isinstance(param.type, shared.ExpandedPath)] == []


@pytest.mark.parametrize("text", ["75", "a:b", "1:2:3", ""])
def test_what_is_no_range_of_latencies_is_refused(text):
    with pytest.raises(click.BadParameter, match="is not LOW:HIGH in milliseconds, 75:85 for instance"):
        call(command, "--latency", text)


def test_a_wrong_option_of_a_plugin_is_named_after_what_it_was_written_with():
    with pytest.raises(UsageError, match="--space-opt wants name=value, got 'a'"):
        call(command, "--space-opt", "a")


def test_names_of_plugins_are_completed_by_kind():
    complete = shared.plugin_names("strategy")
    assert complete(None, None, "ra") == ["random"]
    assert "proxyless" not in complete(None, None, "")
    assert {"random", "proxyless", "cache"} <= set(shared.plugin_names()(None, None, ""))


def test_a_command_is_not_called_with_plugins_that_nobody_trusts(monkeypatch):
    pair = ("--space", "proxyless", "--strategy", "random", "--device", "pixel1")
    assert call(trusting, *pair, "--safe") == {"space": "proxyless", "strategy": "random", "device": "pixel1"}
    foreign = ("--space", "proxyless", "--strategy", "toy:Grid")
    assert call(trusting, *foreign)["strategy"] == "toy:Grid"
    with pytest.raises(DiscoveryError, match="--safe refuses the strategy 'toy:Grid'"):
        call(trusting, *foreign, "--safe")


def test_every_strategy_of_a_comparison_must_be_trusted_and_so_must_a_device(monkeypatch):
    with pytest.raises(DiscoveryError, match="--safe refuses the strategy 'toy:Grid'"):
        call(comparing, "--space", "proxyless", "--strategy", "random", "--strategy", "toy:Grid:a=1", "--safe")
    checked = []
    monkeypatch.setattr(shared, "check_trusted", lambda *arguments: checked.append(arguments))
    more = ("--device", "abacus", "--space-opt", "task=imagenet")
    call(comparing, "--space", "proxyless", "--strategy", "random:a=1", *more, "--safe")
    assert checked == [("proxyless", "random", (), "abacus", {"task": "imagenet"})]
