"""kill -9 of a run that really trains: what was paid for is kept, and the resumed run is the unbroken one."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

CLOCK = {"started", "finished", "cost", "images_per_second"}  # measured seconds: no two trainings take the same
SMALL = ("--space-opt", "width=0.1,resolution=28,repeats=1", "--epochs", "1")
TWO = ("--budget", "2", "--batch", "2", "--workers", "2")
SEARCH = ("run", "--space", "proxyless", "--strategy", "random", *SMALL, *TWO)


def stored(nasplug, name):
    done = nasplug("trials", name, "--storage", "runs.db", "--json")
    return json.loads(done.stdout) if done.returncode == 0 else []


def without_clock(trials):
    return [{key: value for key, value in trial.items() if key not in CLOCK} for trial in trials]


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_trials_of_the_unbroken_run(nasplug, tmp_path):
    search = (*SEARCH, "--storage", "runs.db", "--name")
    assert nasplug(*search, "unbroken").returncode == 0
    command = [sys.executable, "-m", "nasplug.cli", *search, "killed"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not stored(nasplug, "killed"):
            time.sleep(1)  # asking takes a core from the trainings
        os.kill(process.pid, signal.SIGKILL)
    kept = stored(nasplug, "killed")
    assert 1 <= len(kept) < 3
    assert nasplug(*search, "killed", "--resume").returncode == 0
    again = stored(nasplug, "killed")
    assert all(trial in again for trial in kept)
    assert without_clock(again) == without_clock(stored(nasplug, "unbroken"))
