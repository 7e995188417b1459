"""The commands that plugins register: called through pluggy, and one that breaks takes no other away."""

import click
import pytest
from faulty.raising import SAID

from nasplug.cli.plugin_commands import register_plugin_commands
from nasplug.errors import PluginError
from nasplug.loading import discovery

PLUGINS = f"""
import click
from nasplug import hookimpl

class Good:
    @hookimpl
    def register_commands(self, group):
        group.add_command(click.Command("good"))

class Quiet:
    @hookimpl
    def register_commands(self):
        print("asked")

class Wrapper:
    @hookimpl(wrapper=True)
    def register_commands(self, group):
        answers = yield
        group.add_command(click.Command("wrapped-" + "-".join(sorted(group.commands))))
        return answers

class Unmarked:
    def register_commands(self, group):
        group.add_command(click.Command("unmarked"))

class Raises:
    @hookimpl
    def register_commands(self, group):
        raise RuntimeError("{SAID} register_commands")

class RaisesAfterwards:
    @hookimpl(wrapper=True)
    def register_commands(self, group):
        yield
        raise RuntimeError("{SAID} register_commands")

class Misspelt:
    @hookimpl
    def register_commands(self, grupp):
        pass

class CannotBeMade:
    def __init__(self):
        raise RuntimeError("{SAID} __init__")
"""
BROKEN = {
    "Raises": f"RuntimeError: {SAID} register_commands",
    "RaisesAfterwards": f"RuntimeError: {SAID} register_commands",
    "Misspelt": "breaks the contract of the hook 'register_commands': .*The hook's arguments are: group.",
    "CannotBeMade": f"RuntimeError: {SAID} __init__",
    "Missing": "of the distribution third-party 1.2 is broken",
}


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Installs classes of `PLUGINS` as spaces; returns commands and problems after the plugin `asked` was asked."""
    (tmp_path / "command_plugins.py").write_text(PLUGINS)
    monkeypatch.syspath_prepend(str(tmp_path))

    def register(asked, *classes):
        values = {name.lower(): f"command_plugins:{name}" for name in classes}
        strangers = [discovery.Installed("space", *value, "third-party", "1.2") for value in values.items()]
        monkeypatch.setattr(discovery, "installed", lambda kind: strangers if kind == "space" else [])
        group = click.Group()
        return group.commands, register_plugin_commands(group, asked)

    return register


def test_the_plugin_that_is_named_is_asked_alone(registered):
    commands, problems = registered("good", "Good", "Raises")
    assert (list(commands), problems) == (["good"], [])


def test_all_plugins_are_asked_where_none_has_the_name(registered, capsys):
    commands, problems = registered("other", "Good", "Quiet", "Unmarked")
    assert (list(commands), problems) == (["good"], [])
    assert capsys.readouterr().out == "asked\n"


def test_a_wrapper_is_called_around_the_others(registered):
    commands, _ = registered("other", "Wrapper", "Good")
    assert list(commands) == ["good", "wrapped-good"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_plugin_that_breaks_takes_no_other_away_and_is_told_with_its_distribution(registered, broken):
    commands, [problem] = registered("other", "Good", broken, "Wrapper")
    assert {"good", "wrapped-good"} <= set(commands)
    with pytest.raises(Exception, match=BROKEN[broken]):
        raise problem
    assert "third-party 1.2" in str(problem)
    assert f"'{broken.lower()}'" in str(problem)


@pytest.mark.parametrize("broken", BROKEN)
def test_the_error_of_the_plugin_that_is_named_is_raised(registered, broken):
    with pytest.raises((PluginError, discovery.DiscoveryError), match=BROKEN[broken]):
        registered(broken.lower(), "Good", broken)


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Installs a distribution whose space raises where it registers commands."""
    info = tmp_path / "site" / "third_party-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[nasplug.spaces]\nforeign = command_plugins:Raises\n")
    (tmp_path / "site" / "command_plugins.py").write_text(PLUGINS)
    monkeypatch.syspath_prepend(tmp_path / "site")


def test_the_command_line_goes_on_without_the_commands_of_a_plugin_that_breaks(invoke, foreign):
    for command in (("predictor", "--help"), ("--help",)):
        result = invoke(*command)
        assert (result.returncode, SAID in result.stdout + result.stderr) == (0, False), result.stderr


@pytest.mark.parametrize(("command", "code"), [("foreign", 1), ("no-such-command", 2)])
def test_a_command_that_is_missed_says_which_plugin_could_not_bring_it(invoke, foreign, command, code):
    result = invoke(command, "anything")
    assert (result.returncode, result.stdout, "Traceback" in result.stderr) == (code, "", False)
    told = "The space 'foreign' of third-party 1.2 cannot register its commands"
    assert f"{told}: RuntimeError: {SAID} register_commands" in result.stderr
