"""A foreign plugin may raise anywhere: what the user sees is one message, and never a traceback without --debug."""

import json
import sqlite3
import sys

import pytest
from faulty.raising import HOOKS, SAID

from nasplug.errors import first_line

pytestmark = pytest.mark.slow  # a process each: half a minute together

SPACE, STRATEGY = "nasplug.testing:Toy", "random"
ASKED_BY = {
    "mutate": "regularized_evolution",
    "encode_graph": "neural_predictor",
    "enumerate_space": "neural_predictor",
    "features": "neural_predictor",
}
OF_A_SPACE = [
    "recommend", "on_start", "sample", "sample_within", "mutate", "enumerate_space", "canonical", "encode_graph",
    "features", "devices", "objective", "fidelities", "on_job", "measure", "measure_latency", "evaluate", "on_trial",
    "finalists", "on_stop", "describe", "__init__",
]  # fmt: skip


def assert_one_message(result, place):
    output = result.stdout + result.stderr
    assert "Traceback" not in output
    assert 'File "' not in output
    assert SAID in result.stderr, output
    assert f"{SAID} {place}" in result.stderr
    assert result.returncode == (0 if place == "on_stop" else 1)  # the run has ended all the same


@pytest.mark.parametrize("place", OF_A_SPACE)
def test_a_space_that_raises(invoke, place):
    space = f"faulty.raising:Space_{place}"
    pair = ("--space", space, "--strategy", ASKED_BY.get(place, STRATEGY))
    device = "unknown" if place == "devices" else "toyphone"  # the devices are asked for where one is unknown
    window = ("--latency", "10:30") if place == "sample_within" else ()
    limits = ("--limit", "parameters<=1e9") if place == "measure" else ()
    assert_one_message(invoke("run", *pair, "--budget", "30", "--device", device, *window, *limits), place)


@pytest.mark.parametrize("place", ["suggest", "on_trial", "__init__"])
def test_a_strategy_that_raises(invoke, place):
    pair = ("--space", SPACE, "--strategy", f"faulty.raising:Strategy_{place}")
    assert_one_message(invoke("run", *pair, "--budget", "5"), place)


@pytest.mark.parametrize("place", ["on_start", "evaluate", "on_trial", "on_stop", "suggest", "__init__"])
def test_middleware_that_raises(invoke, place):
    run = ("run", "--space", SPACE, "--strategy", STRATEGY, "--budget", "5")
    assert_one_message(invoke(*run, "--with", f"faulty.raising:Middleware_{place}"), place)


def test_every_hook_of_a_run_is_tried():
    by_no_run = {"register_commands", "draw", "build_network", "predict", "predicts_from", "published", "choices"}
    assert set(HOOKS) - by_no_run - {"suggest"} == set(OF_A_SPACE) - {"__init__"}


def test_a_strategy_that_raises_in_a_comparison(invoke):
    pair = ("--space", SPACE, "--strategy", "faulty.raising:Strategy_predicts_from")
    assert_one_message(invoke("compare", *pair, "--repeats", "1", "--budget", "3", "--out", "x"), "predicts_from")


@pytest.mark.parametrize("place", ["sample", "measure_latency", "published", "evaluate"])
def test_a_space_that_raises_in_a_frontier(invoke, tmp_path, place):
    (tmp_path / "data.csv").write_text('architecture,accuracy\n"0,0,0,0,0,0",50\n')
    learnt = ("--strategy", "toy:Foreseer", "--data", "data.csv")
    window = ("--device", "toyphone", "--latency", "10:30", "--samples", "5", "--final", "1")
    more = ("--reference", "any") if place == "published" else ()
    assert_one_message(invoke("frontier", "--space", f"faulty.raising:Space_{place}", *learnt, *window, *more), place)


@pytest.mark.parametrize(
    ("place", "warning"),
    [
        ("Space_draw", "No picture of some architectures"),
        ("Space_describe", "No description of some architectures"),
        ("Strategy_predict", "No predictions"),
        ("Space___init__", "No pictures, descriptions and predictions: the run's plugins cannot be made again"),
    ],
)
def test_a_report_is_written_whatever_is_raised(invoke, tmp_path, place, warning):
    kind, _, hook = place.partition("_")
    assert invoke("run", "--space", SPACE, "--strategy", STRATEGY, "--budget", "10", "--name", "r").returncode == 0
    with sqlite3.connect(tmp_path / "nasplug.db") as database:  # a plugin that was whole when the run was made
        (settings,) = database.execute("SELECT settings FROM nasplug_runs").fetchone()
        changed = json.loads(settings) | {kind.lower(): f"faulty.raising:{place}"}
        changed |= {"space_options": {}, "strategy_options": {}}
        database.execute("UPDATE nasplug_runs SET settings = ?", (json.dumps(changed),))
    result = invoke("report", "r", "--out", "r.html")
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr
    assert result.stderr.count(f"{warning}: RuntimeError: {SAID} {hook}") == result.stderr.count(SAID) == 1
    assert "toy:" in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize(
    "more",
    [("--workers", "3"), ("--workers", "3", "--async"), ("--with", "processes")],
)
def test_evaluations_that_raise_in_threads_and_processes(nasplug, more):
    pair = ("--space", "faulty.raising:Space_evaluate", "--strategy", STRATEGY)
    assert_one_message(nasplug("run", *pair, "--budget", "5", *more), "evaluate")


def test_a_space_that_raises_is_still_checked(invoke):
    result = invoke("check", "space", "faulty.raising:Space_sample")
    assert (result.returncode, "Traceback" in result.stdout + result.stderr) == (1, False)
    assert f"RuntimeError: {SAID} sample" in result.stdout


def test_debug_shows_where_it_was(nasplug):
    result = nasplug("run", "--space", "faulty.raising:Space_sample", "--strategy", STRATEGY, "--debug")
    assert 'raise RuntimeError(f"{SAID} {place}")' in result.stderr


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Installs a distribution whose space cannot be imported."""
    info = tmp_path / "site" / "third_party-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[nasplug.spaces]\nforeign = foreign_module:Space\n")
    (tmp_path / "site" / "foreign_module.py").write_text(f"raise RuntimeError('{SAID} import')\n")
    monkeypatch.delitem(sys.modules, "foreign_module", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.mark.parametrize(("command", "code"), [(("list",), 0), (("--help",), 0), (("runs",), 1)])
def test_a_plugin_that_cannot_be_imported_spoils_no_other_command(invoke, foreign, command, code):
    result = invoke(*command)
    assert (result.returncode, SAID in result.stdout + result.stderr) == (code, False), result.stderr


@pytest.mark.parametrize(("command", "code"), [(("list", "--check"), 0), (("doctor",), 1)])
def test_a_plugin_that_cannot_be_imported_is_found_where_all_are_loaded(invoke, foreign, monkeypatch, command, code):
    monkeypatch.setattr("nasplug.tools.doctor.accelerators", lambda: iter(()))  # TensorFlow takes seconds
    result = invoke(*command)
    assert (result.returncode, "Traceback" in result.stdout + result.stderr) == (code, False), result.stderr
    assert f"gave RuntimeError: {SAID} import" in result.stderr


@pytest.mark.parametrize(
    "command", [("show", "foreign"), ("run", "--space", "foreign", "--strategy", "random"), ("foreign", "x")]
)
def test_a_plugin_that_cannot_be_imported_is_one_message_where_it_is_named(invoke, foreign, command):
    result = invoke(*command)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert f"third-party 1.2 is broken: loading foreign_module:Space gave RuntimeError: {SAID} import" in result.stderr


@pytest.mark.parametrize("more", [(), ("--workers", "2"), ("--with", "processes")])
def test_a_group_of_errors_in_an_evaluation_is_shown_and_stored_with_the_errors_in_it(invoke, more):
    pair = ("--space", "faulty.raising:InGroups", "--strategy", STRATEGY)
    result = invoke("run", *pair, "--budget", "2", "--name", "r", *more)
    told = "ExceptionGroup: two failed [ValueError: loss is NaN; KeyError: 'rate']"
    assert (result.returncode, f"trial 0 failed: {told}\n" in result.stderr) == (1, True), result.stderr
    assert first_line(json.loads(invoke("trials", "r", "--json").stdout)[0]["error"]) == told


def test_a_group_of_errors_outside_of_an_evaluation_is_one_message(invoke):
    result = invoke("run", "--space", SPACE, "--strategy", "faulty.raising:GroupingStrategy", "--budget", "2")
    told = "raised ExceptionGroup: two failed [ValueError: loss is NaN; KeyError: 'rate']. It was asked"
    assert (result.returncode, told in result.stderr, "Traceback" in result.stderr) == (1, True, False), result.stderr


def test_a_file_that_ends_early_is_no_interruption(invoke):
    result = invoke("run", "--space", "faulty.raising:EndsEarly", "--strategy", STRATEGY, "--budget", "2")
    assert (result.returncode, "EOFError: the file ends after 3 of 8 bytes" in result.stderr) == (1, True), (
        result.stderr
    )
