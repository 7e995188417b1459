"""Real faults: what is kept, what is lost, and what the user reads. The table in docs/cluster.md says the same."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from paths import HELPERS

import nasplug
from nasplug.engine.evaluation import Clock
from nasplug.errors import first_line
from nasplug.storage.storage import Storage


def search(fault="", **settings):
    wanted = {"budget": 4, "workers": 2, "space_options": {"fault": fault}, "middleware": ["processes"]}
    return nasplug.search("fatal_space:Fatal", "toy:Grid", **(wanted | settings))


def failed(result):
    return {trial.number: first_line(trial.error) for trial in result.trials if trial.state == "failed"}


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_evaluation_alone():
    result = search("killed")
    assert list(failed(result)) == [1]
    assert "was killed (SIGKILL), by the system for instance because memory ran out" in failed(result)[1]
    assert len(result.trials) == 5


@pytest.mark.slow
def test_a_worker_over_its_memory_limit_fails_its_evaluation_alone():
    result = search("greedy", middleware=["processes:memory=1"])
    assert failed(result) == {1: "MemoryError"}
    assert len(result.trials) == 5


def test_an_error_of_any_bytes_is_stored_and_cut(database):
    result = search("garbled", middleware=[], workers=1, storage=database("garbled"), name="run")
    error = result.trials[1].error
    assert error.startswith("RuntimeError: \\0\\ud800xxx")
    message, _, frames = error.partition("\n")
    assert message.endswith("… (50,016 characters)")
    assert len(message) < 10_100
    assert "fatal_space.py" in frames


def command(tmp_path, *more, space="fatal_space:Fatal"):
    run = ["run", "--space", space, "--strategy", "toy:Grid", "--storage", f"{tmp_path}/runs.db", "--name", "run"]
    return [sys.executable, "-m", "nasplug.cli", *run, *map(str, more)]


def environment():
    return {**os.environ, "PYTHONPATH": str(HELPERS)}


@pytest.mark.slow
@pytest.mark.parametrize("executor", [[], ["--with", "processes"]])
def test_what_evaluations_print_is_neither_kept_nor_mixed_with_the_result(tmp_path, executor):
    arguments = ["--budget", 3, "--space-opt", "fault=chatty", "--json", *executor]
    with (tmp_path / "errors").open("w") as errors:
        done = subprocess.run(
            command(tmp_path, *arguments), env=environment(), stdout=subprocess.PIPE, stderr=errors, timeout=120
        )
    assert json.loads(done.stdout)["trials"] == 3
    assert (tmp_path / "errors").stat().st_size > 100_000_000
    (tmp_path / "errors").unlink()


@pytest.fixture
def tiny(tmp_path):
    """A file system of 1 MiB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs needs root and the permission to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_and_keeps_what_is_committed(tiny):
    arguments = [*command(tiny, "--budget", 50_000), "--strategy", "toy:Climber"]
    done = subprocess.run(arguments, env=environment(), capture_output=True, text=True)
    assert done.returncode == 1
    assert "disk is full. Make room there. What is committed is kept; go on with --resume." in done.stderr
    assert "Traceback" not in done.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", str(tiny)], check=True)
    storage = Storage(f"{tiny}/runs.db")
    kept = storage.trials(1)
    storage.close()
    assert len(kept) > 100
    assert [trial.number for trial in kept] == list(range(len(kept)))


def test_a_read_only_database_is_one_message(tmp_path):
    search(middleware=[], storage=tmp_path / "runs.db", name="run")
    place = f"sqlite:///file:{tmp_path}/runs.db?mode=ro&uri=true"
    with pytest.raises(nasplug.errors.StorageError, match="readonly database. Give yourself write permission"):
        search(middleware=[], storage=place, name="another")


def test_a_database_that_becomes_read_only_keeps_what_is_committed(tmp_path, monkeypatch):
    class Closing(Storage):
        """Takes no more writes from the third trial on."""

        def add(self, run, trials):
            if trials[0].number == 2:
                self.connection.exec_driver_sql("PRAGMA query_only=ON")
            super().add(run, trials)

    settings = {"middleware": [], "workers": 1, "storage": tmp_path / "runs.db", "name": "run"}
    refused = pytest.raises(nasplug.errors.StorageError, match="readonly database. Give yourself write permission")
    with monkeypatch.context() as patch, refused:
        patch.setattr("nasplug.storage.storage.Storage", Closing)
        search(**settings)
    storage = Storage(f"{tmp_path}/runs.db")
    assert [trial.number for trial in storage.trials(1)] == [0, 1]
    storage.close()
    assert len(search(**settings, resume=True).trials) == 5


def test_a_clock_that_is_set_back_changes_no_order(monkeypatch):
    clock = Clock(earliest=5e9)  # stored by a driver whose clock was ahead
    assert clock.now() >= 5e9
    ticking = Clock()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert ticking.now() > 1e9


@pytest.mark.slow
def test_a_clock_that_jumps_ends_no_evaluation(monkeypatch):
    """A day passes at each look at the wall clock; time limits go by another one."""
    real, looks = time.time, iter(range(1, 10**9))
    monkeypatch.setattr(time, "time", lambda: real() + 86_400.0 * next(looks))
    result = search("", timeout=60.0, space_options={"seconds": 0.3})
    assert failed(result) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("more", [(), ("--workers", 3, "--async"), ("--workers", 2, "--with", "processes")])
def test_a_signal_ends_the_driver_after_it_has_written(tmp_path, number, code, more):
    arguments = command(tmp_path, "--budget", 60, "--space-opt", "seconds=0.1", *more, space="toy:ToySpace")
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job would not
    with subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True, preexec_fn=hears) as driver:
        lines = [driver.stderr.readline() for _ in range(5)]
        driver.send_signal(number)
        rest = driver.stderr.read()
    assert driver.returncode == code, (lines, rest)
    assert "trials are kept in" in rest
    assert "--resume" in rest
    again = subprocess.run([*arguments, "--resume", "--json"], env=environment(), capture_output=True, text=True)
    assert json.loads(again.stdout)["trials"] == 60


@pytest.mark.slow
def test_what_is_committed_survives_kill_9(tmp_path):
    arguments = command(tmp_path, "--budget", 60, "--space-opt", "seconds=0.05", space="toy:ToySpace")
    with subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True) as driver:
        told = [driver.stderr.readline() for _ in range(12)]
        driver.kill()
    storage = Storage(f"{tmp_path}/runs.db")
    kept = storage.trials(1)
    storage.close()
    assert len(kept) >= len([line for line in told if line.startswith("trial ")])  # told, so committed
    again = subprocess.run([*arguments, "--resume", "--json"], env=environment(), capture_output=True, text=True)
    assert json.loads(again.stdout)["trials"] == 60  # the lock of the dead driver was no obstacle
    storage = Storage(f"{tmp_path}/runs.db")
    assert storage.trials(1)[: len(kept)] == kept
    storage.close()


def test_an_interruption_inside_a_commit_neither_loses_nor_doubles(database, monkeypatch):
    class Interrupted(Storage):
        def add(self, run, trials):
            super().add(run, trials)
            if trials[0].number == 2:
                raise KeyboardInterrupt  # the commit is made, but nobody knows

    class Early(Storage):
        def add(self, run, trials):
            if trials[0].number == 2:
                raise KeyboardInterrupt
            super().add(run, trials)

    for broken in (Interrupted, Early):
        monkeypatch.setattr("nasplug.storage.storage.Storage", broken)
        with pytest.raises(KeyboardInterrupt):
            search(middleware=[], workers=1, storage=database("commit"), name=broken.__name__)
        storage = Storage(database("commit"))
        assert [trial.number for trial in storage.trials(storage.run(broken.__name__).id)] == [0, 1, 2]
        storage.close()


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), "accuracy must be a finite number, got nan"),
        (250.0, "accuracy must be between 0 and 100 %, got 250.0"),
    ],
)
@pytest.mark.parametrize("middleware", [[], pytest.param(["processes"], marks=pytest.mark.slow)])
def test_a_result_of_the_wrong_kind_is_a_failed_trial_that_says_so(database, value, error, middleware):
    url = database("wrong")
    settings = {"space_options": {"value": value}, "middleware": middleware, "storage": url, "name": "run"}
    search(**settings)
    storage = Storage(url)
    stored = storage.trials(1)
    storage.close()
    assert [trial.state for trial in stored] == ["failed"] * 4
    assert {first_line(trial.error) for trial in stored} == {f"ValueError: {error}"}
    assert search(**settings, resume=True).trials == stored
