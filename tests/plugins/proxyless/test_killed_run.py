"""kill -9 of a run that really trains: finished trials are kept, and the resumed run equals the uninterrupted one."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress

import pytest
from paths import HELPERS

CLOCK = {"started", "finished", "cost", "images_per_second"}  # measured seconds: no two trainings take the same
SPACE = ("--space", "thin_proxyless:ThinProxyless", "--space-opt", "task=stripes_task:stripes,resolution=8,repeats=1")
SEARCH = ("run", *SPACE, "--strategy", "random", "--epochs", "1", "--budget", "4", "--confirm", "2:1")
SEARCH += ("--batch", "1", "--workers", "1")


def trials(nasplug, name):
    return json.loads(nasplug("trials", name, "--storage", "runs.db", "--json").stdout)


def without_clock(trials):
    return [{key: value for key, value in trial.items() if key not in CLOCK} for trial in trials]


def stored(database):
    """Returns how many trials a database has; none while it is being made."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection,
    ):
        return connection.execute("SELECT count(*) FROM nasplug_trials WHERE state = 'complete'").fetchone()[0]
    return 0


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_trials_of_the_uninterrupted_run(nasplug, tmp_path):
    search = (*SEARCH, "--storage", "runs.db", "--name")
    command = [sys.executable, "-m", "nasplug.cli", *search, "killed"]
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not stored(tmp_path / "runs.db"):
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGKILL)
    finished = trials(nasplug, "killed")
    assert 1 <= len(finished) < 7
    assert nasplug(*search, "killed", "--resume").returncode == 0
    resumed = trials(nasplug, "killed")
    assert [trial["purpose"] for trial in resumed] == ["search"] * 4 + ["confirm"] * 2 + ["final"]
    assert all(trial in resumed for trial in finished)
    process = nasplug(*search, "uninterrupted")
    assert process.returncode == 0, process.stderr
    assert without_clock(resumed) == without_clock(trials(nasplug, "uninterrupted"))
