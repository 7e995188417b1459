"""`list`, `show` and `doctor`, and the commands that plugins register."""

import json
import sys

import pytest

from nasplug.tools import doctor

ENTRY_POINTS = """
[nasplug.spaces]
foreign = foreign_plugins:Space
[nasplug.devices]
abacus = foreign_plugins:Abacus
[nasplug.tasks]
counting = foreign_plugins:counting
steps = foreign_plugins:steps
sums = foreign_plugins:Sums
lost = no_such_package:Task
"""
PLUGINS = """
import attrs
from nasplug import option

class Space:
    pass

@attrs.define
class Abacus:
    "Counts beads.\\n\\nSlowly."
    beads: int = option(10, "how many beads there are")

def counting():
    "Counts images."

def steps(resolution, size: int, step: float | None = 0.5):
    "Counts in steps."

@attrs.define
class Sums:
    "Adds images."
    digits: int = option(2, "how many digits a number has")
"""


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Installs a distribution with a space that raises where it registers commands, a device and tasks."""
    info = tmp_path / "site" / "third_party-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "site" / "foreign_plugins.py").write_text(PLUGINS)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "foreign_plugins", raising=False)


def test_list_and_show_tell_what_is_installed(invoke):
    listed = json.loads(invoke("list", "--json").stdout)
    assert {"kind", "name", "value", "distribution", "version", "problem"} == set(listed[0])
    assert "regularized_evolution" in invoke("list", "strategies").stdout
    shown = json.loads(invoke("show", "budget", "--json").stdout)
    assert [option["name"] for option in shown["options"]] == ["max_cost", "max_seconds", "target"]
    assert "seconds of training that the search may cost" in invoke("show", "budget").stdout
    assert "how long an evaluation takes" in invoke("show", "toy:ToySpace").stdout


def test_show_of_a_class_and_of_a_plugin_without_options(invoke):
    assert invoke("show", "toy:Grid").stdout.splitlines()[0] == "toy:Grid · named by its class"
    assert invoke("show", "cache").stdout.endswith("No options.\n")


@pytest.mark.parametrize(
    ("plural", "names"),
    [
        ("spaces", ["foreign"]),
        ("devices", ["abacus"]),
        ("tasks", ["counting", "lost", "steps", "sums"]),
        ("strategies", []),
    ],
)
def test_plugins_of_one_kind_are_listed(invoke, foreign, plural, names):
    listed = [p for p in json.loads(invoke("list", plural, "--json").stdout) if p["distribution"] == "third-party"]
    assert [plugin["name"] for plugin in listed] == names
    assert {plugin["kind"] for plugin in listed} <= {{"spaces": "space", "devices": "device"}.get(plural, "task")}


def test_all_kinds_are_listed_and_a_package_that_is_missing_is_told(invoke, foreign):
    result = invoke("list")
    for line in ("space       foreign", "device      abacus", "task        counting", "middleware  cache"):
        assert line in result.stdout
    assert result.stderr == "! task 'lost' of third-party 1.2 is broken: there is no package 'no_such_package'\n"


def test_a_check_loads_plugins_and_a_task_may_be_a_function(invoke, foreign):
    problems = {p["name"]: p["problem"] for p in json.loads(invoke("list", "tasks", "--check", "--json").stdout)}
    assert problems["counting"] is problems["sums"] is None
    assert "No module named 'no_such_package'" in problems["lost"]


def test_two_plugins_of_one_name_clash(invoke, foreign, tmp_path, monkeypatch):
    info = tmp_path / "other" / "other-3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 3\n")
    (info / "entry_points.txt").write_text("[nasplug.devices]\nabacus = other_plugins:Abacus\n")
    monkeypatch.syspath_prepend(tmp_path / "other")
    warnings = invoke("list", "devices").stderr
    assert "device 'abacus' of other 3 clashes: another distribution claims the name" in warnings
    assert "device 'abacus' of third-party 1.2 clashes" in warnings


def test_a_device_and_a_task_are_shown_with_their_options(invoke, foreign):
    assert invoke("show", "abacus").stdout.splitlines() == [
        "device abacus · third-party 1.2 · foreign_plugins:Abacus",
        "Counts beads.",
        "",
        "Options",
        "name   type  default  what it is",
        "beads  int        10  how many beads there are",
    ]
    assert json.loads(invoke("show", "sums", "--json").stdout)["options"] == [
        {"name": "digits", "type": "int", "default": 2, "help": "how many digits a number has"}
    ]


def test_the_options_of_a_task_that_is_a_function_are_its_parameters_after_the_resolution(invoke, foreign):
    text = "an option of the space, which passes it on"
    assert json.loads(invoke("show", "steps", "--json").stdout)["options"] == [
        {"name": "size", "type": "int", "default": None, "help": text},
        {"name": "step", "type": "float", "default": 0.5, "help": text},
    ]
    shown = json.loads(invoke("show", "imagenet", "--json").stdout)["options"]
    assert [(option["name"], option["type"]) for option in shown] == [("data", "path"), ("validation_shards", "int")]


def test_a_kind_without_plugins_is_said_to_have_none(invoke, monkeypatch):
    monkeypatch.setattr("nasplug.loading.discovery.installed", lambda kind: [])
    said = "Installed devices: none. Spaces may know devices of their own.\n"
    assert invoke("list", "devices").stdout == said
    assert invoke("list", "tasks").stdout == "Installed tasks: none.\n"
    assert json.loads(invoke("list", "devices", "--json").stdout) == []


def test_a_task_that_takes_nothing_has_no_options(invoke, foreign):
    first = "task counting · third-party 1.2 · foreign_plugins:counting\nCounts images.\n"
    assert invoke("show", "counting").stdout == f"{first}\nNo options.\n"


def test_an_unknown_plugin_is_told_with_similar_names(invoke, foreign):
    result = invoke("show", "abaccus")
    assert (result.returncode, "Did you mean 'abacus'? Installed: abacus, " in result.stderr) == (2, True)


@pytest.mark.parametrize(("problem", "code", "mark"), [("", 0, "✓"), ("It is loose.", 1, "✗")])
def test_the_doctor_marks_what_has_a_problem_and_tells_it(invoke, monkeypatch, problem, code, mark):
    findings = [doctor.Finding("version", "python", "3.11"), doctor.Finding("data", "table", "1 MB", problem)]
    monkeypatch.setattr("nasplug.cli.plugins.examine", lambda storage: iter(findings))
    result = invoke("doctor")
    assert (result.returncode, result.stderr) == (code, f"! {problem}\n" if problem else "")
    assert result.stdout.splitlines() == ["✓  version  python  3.11", f"{mark}  data     table   1 MB"]
    documents = json.loads(invoke("doctor", "--json").stdout)
    assert documents[1] == {"section": "data", "name": "table", "found": "1 MB", "problem": problem}
