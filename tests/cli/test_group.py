"""The command `nasplug`: light, complete, and with one message for each mistake."""

import subprocess
import sys

import pytest

from nasplug import __version__
from nasplug.cli.group import COMMANDS

HEAVY = {"torch", "torch_geometric", "tensorflow", "sqlalchemy", "pandas", "scipy", "pebble", "matplotlib"}


@pytest.mark.parametrize("command", [["--help"], ["list"], ["--version"], ["run", "--help"]])
def test_nothing_heavy_is_imported(command):
    program = (
        "import sys\nfrom nasplug.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('imported:', *sorted(set(name.partition('.')[0] for name in sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)
    imported = set(result.stdout.rpartition("imported:")[2].split())
    assert "nasplug" in imported
    assert imported & HEAVY == set()


@pytest.fixture
def completed(invoke, monkeypatch):
    """Returns what a shell is told could follow these words."""

    def complete(*words):
        monkeypatch.setenv("_NASPLUG_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        return [line.removeprefix("plain,") for line in invoke().stdout.splitlines()]

    return complete


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (("nasplug", "ru"), ["run", "runs"]),
        (("nasplug", "run", "--space", "prox"), ["proxyless"]),
        (("nasplug", "run", "--strategy", "neural"), ["neural_predictor"]),
        (("nasplug", "run", "--with", "cac"), ["cache"]),
        (("nasplug", "show", "regul"), ["regularized_evolution"]),
        (("nasplug", "check", "sp"), ["space"]),
        (("nasplug", "p"), ["profile", "plot", "proxyless", "predictor"]),
        (("nasplug", "predictor", "c"), ["cv"]),
        (("nasplug", "predictor", "cv", "--space", "nasb"), ["nasbench101", "nasbenchgraph"]),
    ],
)
def test_a_shell_is_told_what_could_follow(completed, words, completions):
    assert completed(*words) == completions


def test_what_is_left_over_of_other_installations_spoils_no_command(invoke, tmp_path, monkeypatch):
    (tmp_path / "left" / "nasplug-0.0.1.dist-info").mkdir(parents=True)
    (tmp_path / "left" / "other-1.dist-info").mkdir()
    (tmp_path / "left" / "other-1.dist-info" / "entry_points.txt").write_text("[nasplug.spaces]\nproxyless = a:B\n")
    monkeypatch.syspath_prepend(tmp_path / "left")
    assert invoke("--version").stdout == f"nasplug {__version__}\n"
    assert "a:B" not in invoke("list", "spaces", "--json").stdout
    monkeypatch.setattr("nasplug.tools.doctor.accelerators", lambda: iter(()))
    told = [line for line in invoke("doctor").stdout.splitlines() if "other-1.dist-info" in line]
    assert len(told) == 1
    assert "ignored: no metadata" in told[0]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_every_shell_is_printed(invoke, shell):
    script = invoke("completion", shell).stdout
    assert f"_NASPLUG_COMPLETE={shell}_complete" in script


def test_debug_shows_where_an_error_came_from(nasplug):
    result = nasplug("show", "nothing", "--debug")
    assert (result.returncode, "Traceback" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("neural_predictor",), "The strategy 'neural_predictor' brings 'nasplug predictor'. 'nasplug show"),
        (("random", "--help"), "The strategy 'random' brings no commands. 'nasplug show random'"),
    ],
)
def test_a_plugin_without_a_command_of_its_name_says_what_it_brings(invoke, arguments, said):
    result = invoke(*arguments)
    assert (result.returncode, said in result.stderr) == (2, True), result.stderr


def test_help_lists_every_command_and_the_plugins_that_may_have_some(invoke):
    help_text = invoke("--help").stdout
    for command, (_, text) in COMMANDS.items():
        assert f"  {command} " in help_text
        assert text in help_text
    assert "nasbench101, " in help_text
    assert "regularized_evolution" in help_text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(invoke, command):
    result = invoke(command, "--help")
    assert (result.returncode, f"Usage: nasplug {command} " in result.stdout) == (0, True)
