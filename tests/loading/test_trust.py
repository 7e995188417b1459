"""`--safe` and hostile texts: what is not trusted is not imported, and no foreign text steers a terminal."""

import os
import pty
import sys

import pytest
import toy
from paths import HELPERS

import nasplug
from nasplug.engine.search import explain
from nasplug.errors import DiscoveryError
from nasplug.experiments.stored_runs.load import LoadedRun, remake_run
from nasplug.loading.streams import escape_controls
from nasplug.loading.trust import check_trusted
from nasplug.storage.storage import StoredRun

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe\x9b31m<script>alert(1)</script>[bold]x[/bold]"
WRITTEN = r"\x1b[2J\x1b]0;owned\x07\u202egnp.exe\x9b31m<script>alert(1)</script>[bold]x[/bold]"


def test_safe_runs_what_this_project_brings():
    result = nasplug.search(toy.ToySpace(), "random", budget=2, middleware=["cache", "log"], safe=True)
    assert len(result.trials) == 3


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"space": "untrusted:Space"}, "refuses the space 'untrusted:Space', which no distribution announces"),
        ({"strategy": "untrusted:S"}, "refuses the strategy"),
        ({"middleware": ["untrusted:M:path=x"]}, "refuses the middleware 'untrusted:M'"),
        (
            {"space": "proxyless", "space_options": {"task": "untrusted:flowers"}},
            "refuses the task 'untrusted:flowers', which",
        ),
        ({"middleware": ["notice"]}, "refuses the middleware 'notice', of the distribution nasplug-notice"),
    ],
)
def test_safe_refuses_everything_else_before_it_is_imported(chosen, complaint, tmp_path, monkeypatch):
    (tmp_path / "untrusted.py").write_text("raise SystemExit('this was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    arguments = {"space": toy.ToySpace(), "strategy": "random"} | chosen
    with pytest.raises(DiscoveryError, match=f"--safe {complaint}.*NASPLUG_SAFE"):
        nasplug.search(**arguments, budget=2, safe=True)
    assert "untrusted" not in sys.modules


def test_safe_refuses_the_device_of_a_stranger_before_it_is_imported(distribution, monkeypatch):
    source = "raise SystemExit('this was imported')"
    distribution("a-lab", "stopwatch", "lab:Stopwatch", "lab", source, group="nasplug.devices")
    chosen = {"space": toy.ToySpace(), "strategy": "random", "budget": 1}
    with pytest.raises(
        DiscoveryError, match="--safe refuses the device 'stopwatch', of the distribution a-lab 1.2. Add"
    ):
        nasplug.search(**chosen, device="stopwatch", safe=True)
    assert nasplug.search(**chosen, device="toyphone", safe=True).best  # of the space itself
    monkeypatch.setenv("NASPLUG_SAFE", "stopwatch")
    with pytest.raises(DiscoveryError, match="SystemExit: this was imported"):
        nasplug.search(**chosen, device="stopwatch", safe=True)


def test_safe_refuses_the_task_of_a_stranger_before_it_is_imported(distribution, monkeypatch):
    source = "raise SystemExit('this was imported')"
    distribution("a-garden", "flowers", "garden:flowers", "garden", source, group="nasplug.tasks")
    chosen = {"space": "proxyless", "strategy": "random", "space_options": {"task": "flowers"}}
    with pytest.raises(
        DiscoveryError, match="--safe refuses the task 'flowers', of the distribution a-garden 1.2. Add"
    ):
        explain(**chosen, safe=True)
    assert "garden" not in sys.modules
    monkeypatch.setenv("NASPLUG_SAFE", "flowers")
    with pytest.raises(DiscoveryError, match="SystemExit: this was imported"):
        explain(**chosen, safe=True)


@pytest.mark.parametrize("options", [{}, {"task": "fashion-mnist"}])
def test_safe_accepts_the_tasks_of_this_project(options):
    assert explain("proxyless", "random", space_options=options, safe=True)


def test_safe_leaves_an_option_task_alone_that_names_no_plugin():
    check_trusted("proxyless", "random", space_options={"task": "no such task"})


def test_safe_refuses_the_task_that_a_stored_run_names(tmp_path, monkeypatch):
    (tmp_path / "untrusted.py").write_text("raise SystemExit('this was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    settings = {"space": "proxyless", "strategy": "random", "seed": 0, "strategy_options": {}}
    settings |= {"space_options": {"task": "untrusted:flowers"}}
    loaded = LoadedRun(StoredRun(1, "run", settings, {}, 0.0, None, 0, "runs.db"), [])
    with pytest.raises(DiscoveryError, match="--safe refuses the task 'untrusted:flowers'"):
        remake_run(loaded, safe=True)
    assert "untrusted" not in sys.modules


def test_safe_accepts_what_the_environment_names(monkeypatch):
    monkeypatch.setenv("NASPLUG_SAFE", "other, toy:ToySpace,toy:Grid")
    assert len(nasplug.search("toy:ToySpace", "toy:Grid", budget=2, safe=True).trials) == 3


def test_safe_on_the_command_line_is_wrong_use(nasplug):
    process = nasplug("run", "--space", "toy:ToySpace", "--strategy", "random", "--safe")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("Error: --safe refuses the space 'toy:ToySpace'")


def test_what_could_steer_a_terminal_is_written_out():
    assert escape_controls(HOSTILE) == WRITTEN
    assert escape_controls("Kendall τ ≥ 0.9\n\tend") == "Kendall τ ≥ 0.9\n\tend"


@pytest.mark.slow
def test_hostile_errors_and_names_are_shown_and_stored_as_text(nasplug):
    run = ("run", "--space", "toy_hostile:Hostile", "--strategy", "toy:Grid", "--budget", "2", "--name", "<b>'; DROP")
    process = nasplug(*run)
    assert process.returncode == 1
    logged = nasplug(*run[:-1], "logged", "--with", "log")
    for shown in (process, logged, nasplug("trials", "<b>'; DROP"), nasplug("runs")):
        text = shown.stdout + shown.stderr
        assert not any(character in text for character in "\x1b\x07\x9b\u202e"), text
    assert r"<script>alert(1)</script>[bold]x[/bold]" in process.stderr
    assert "<b>'; DROP" in nasplug("runs").stdout


@pytest.mark.parametrize(
    "command",
    [
        "compare --space untrusted:Space --strategy random --repeats 1 --budget 2 --out x",
        "compare --space proxyless --space-opt task=untrusted:f --strategy random --repeats 1 --budget 2 --out x",
        "run --space proxyless --space-opt task=untrusted:f --strategy random --explain",
        "compare --space toy:ToySpace --strategy random --strategy untrusted:S:n=1 --repeats 1 --budget 2 --out x",
        "frontier --space untrusted:Space --device d --latency 1:2 --samples 2 --run r",
        "frontier --space toy:ToySpace --strategy untrusted:S --device d --latency 1:2 --samples 2 --run r",
    ],
)
def test_safe_refuses_strangers_in_every_command_before_they_are_imported(command, nasplug, tmp_path):
    (tmp_path / "untrusted.py").write_text("raise SystemExit('this was imported')")
    env = {**os.environ, "PYTHONPATH": f"{HELPERS}:{tmp_path}", "NASPLUG_SAFE": "toy:ToySpace"}
    process = nasplug(*command.split(), "--safe", env=env)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("Error: --safe refuses the "), process.stderr
    assert "'untrusted:" in process.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_a_safe_report_imports_nothing_that_the_database_names(nasplug, tmp_path):
    (tmp_path / "stranger.py").write_text("from toy import ToySpace\nopen('imported', 'w').close()\n")
    env = {**os.environ, "PYTHONPATH": f"{HELPERS}:{tmp_path}"}
    run = ("run", "--space", "stranger:ToySpace", "--strategy", "random", "--budget", "3", "--name", "run")
    assert nasplug(*run, env=env).returncode == 0
    imported = tmp_path / "imported"
    imported.unlink()
    process = nasplug("report", "run", "--out", "run.html", "--safe", env=env)
    assert process.returncode == 0, process.stderr
    assert "No pictures, descriptions and predictions: " in process.stderr
    assert "--safe refuses the space 'stranger:ToySpace'" in process.stderr
    assert not imported.exists()
    assert "toy:" in (tmp_path / "run.html").read_text()
    nasplug("report", "run", "--out", "run.html", env=env)
    assert imported.exists()  # without --safe it is


@pytest.mark.slow
def test_an_export_is_data_for_programs_and_printable_on_a_terminal(nasplug, tmp_path):
    nasplug("run", "--space", "toy_hostile:Hostile", "--strategy", "toy:Grid", "--budget", "2", "--name", "run")
    assert HOSTILE in nasplug("export", "run").stdout
    ours, terminal = pty.openpty()
    nasplug("export", "run", capture_output=False, stdout=terminal)
    os.close(terminal)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert WRITTEN in shown
    assert not any(character in shown for character in "\x1b\x07\x9b\u202e")
