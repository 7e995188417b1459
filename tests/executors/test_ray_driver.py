"""The driver of a run on Ray is killed, the head of the cluster is lost: what is kept, and how the run goes on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
import toy
from ray_cluster import MARKS, QUIET, three_nodes, wait_for

import nasplug
from nasplug.storage.storage import Storage

pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
pytestmark = MARKS
TRIALS, BATCH = 12, 2
IMPATIENT = {"RAY_gcs_rpc_server_reconnect_timeout_s": "5"}  # not a minute for a head that does not come back


@pytest.fixture(scope="module")
def cluster():
    with three_nodes() as made:
        yield made


@attrs.frozen
class Driven:
    """A run of the command line, whose evaluations leave a line each in `calls`."""

    folder: Path
    seconds: float = 0.4  # an evaluation

    @property
    def calls(self):
        return self.folder / "calls"

    def command(self, *more):
        toys = ["--space", "toy:ToySpace", "--strategy", "toy:Climber", "--budget", str(TRIALS), "--batch", str(BATCH)]
        options = [
            "--space-opt",
            f"seconds={self.seconds}",
            "--space-opt",
            f"calls={self.calls}",
            "--workers",
            str(BATCH),
        ]
        place = ["--storage", f"{self.folder}/runs.db", "--name", "run"]
        return [sys.executable, "-m", "nasplug.cli", "run", *toys, *options, *place, *more]

    def started(self, *more):
        env = {**os.environ, **QUIET, **IMPATIENT, "PYTHONPATH": os.path.dirname(toy.__file__)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.command(*more), env=env, text=True, **pipes)

    def is_half_way(self):
        return self.calls.exists() and len(self.calls.read_text().splitlines()) >= TRIALS // 2

    def kept(self):
        storage = Storage(f"{self.folder}/runs.db")
        found = storage.trials(1)
        storage.close()
        return found

    def goes_on(self, kept, *more):
        """The resumed run pays for nothing twice that was kept, and is the run that would have been."""
        assert BATCH <= len(kept) < TRIALS
        with self.started("--resume", "--json", *more) as again:
            out, err = again.communicate(timeout=180)
        assert again.returncode == 0, err
        assert json.loads(out)["trials"] == TRIALS
        found = self.kept()
        assert found[: len(kept)] == kept
        whole = nasplug.search(toy.ToySpace(), "toy:Climber", budget=TRIALS, batch=BATCH)
        assert list(map(without_clock, found)) == list(map(without_clock, whole.trials))
        assert len(self.calls.read_text().splitlines()) <= TRIALS + 1 + BATCH  # a final one, and what was running


def without_clock(trial):
    return attrs.evolve(trial, started=0.0, finished=0.0)


def test_a_driver_that_is_killed_goes_on_where_its_trials_end(cluster, tmp_path):
    run, on = Driven(tmp_path), ("--with", f"ray:address={cluster.address}")
    with run.started(*on) as driver:
        wait_for(run.is_half_way)
        driver.kill()
    assert driver.returncode == -signal.SIGKILL
    run.goes_on(run.kept(), *on)


def test_a_run_whose_cluster_loses_its_head_ends_and_goes_on_without_it(cluster, tmp_path):
    run = Driven(tmp_path, seconds=3.0)  # what is left takes longer than a driver waits for a head
    with run.started("--with", f"ray:address={cluster.address}") as driver:
        wait_for(run.is_half_way)
        cluster.remove_node(cluster.head_node, allow_graceful=False)
        _, said = driver.communicate(timeout=180)
    assert driver.returncode == 1
    assert "The program will terminate" in said  # in the words of Ray
    run.goes_on(run.kept(), "--with", "processes")  # what is left out is taken from the run, and that cluster is gone
