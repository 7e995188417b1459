"""Kills with SIGKILL at 100 random moments, goes on to the end, and compares with the unbroken run.

Killed are the driver of a run with threads, a driver or a worker of one with processes, the driver of an asynchronous
run with one worker, and one of two processes that ask and tell.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import _ask_and_tell as ask_and_tell

NAME = "kill-and-resume"
KILLS = 100
CLOCK = ("started", "finished")
TRAINING = {"cost", "seconds", "images_per_second"}  # measured seconds differ between any two trainings


MODES = {
    "threads": ["--workers", "2", "--batch", "4"],
    "processes": ["--workers", "2", "--with", "processes", "--retries", "3"],
    "asynchronous": ["--async"],
}


def run(kills: int = KILLS) -> dict[str, Any]:
    """Returns how many of the killed runs have the same trials as the unbroken one: none lost or doubled.

    With processes every second kill hits a worker, whose evaluation is tried again. Those that ask and tell must lose
    and double nothing; which of their trials is suggested when depends on the moment.
    """
    generator = random.Random(0)
    outcomes = {}
    with tempfile.TemporaryDirectory() as folder:
        for mode in MODES:
            outcomes[mode] = _killed_runs(Path(folder), mode, kills // (len(MODES) + 1), generator)
        told = [
            ask_and_tell.is_whole_after_a_kill(Path(folder) / f"told-{number}.db", generator.uniform(0.5, 4.0))
            for number in range(kills - sum(map(len, outcomes.values())))
        ]
    outcomes["ask and tell"] = told
    same = sum(map(sum, outcomes.values()))
    counts = {mode: f"{sum(whole)} of {len(whole)}" for mode, whole in outcomes.items()}
    return {"figure": same, "unit": f"of {kills} runs the same", "bar": f"= {kills}", "holds": same == kills} | counts


def _killed_runs(folder: Path, mode: str, kills: int, generator: random.Random) -> list[bool]:
    whole, duration = _unbroken(folder, mode)
    moments = [generator.uniform(0.0, duration) for _ in range(kills)]
    return [_killed(folder, mode, number, moment, whole) for number, moment in enumerate(moments)]


def _unbroken(folder: Path, mode: str) -> tuple[list[dict[str, Any]], float]:
    started = time.perf_counter()
    subprocess.run(_command(folder, mode, f"{mode}-whole"), check=True, capture_output=True)
    return _trials(folder, f"{mode}-whole"), time.perf_counter() - started


def _killed(folder: Path, mode: str, number: int, moment: float, whole: list[dict[str, Any]]) -> bool:
    name = f"{mode}-{number}"
    command = _command(folder, mode, name)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        workers = _workers(process.pid) if number % 2 else []
        os.kill(workers[number // 2 % len(workers)] if workers else process.pid, signal.SIGKILL)
    stored = _trials(folder, name) or []
    subprocess.run(command, check=True, capture_output=True)
    again = _trials(folder, name)
    return all(trial in again for trial in stored) and _comparable(again) == _comparable(whole)


def _workers(driver: int) -> list[int]:
    """Returns the ids of the driver's worker processes."""
    children = [int(c) for path in Path(f"/proc/{driver}/task").glob("*/children") for c in path.read_text().split()]
    return sorted(child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text())


def _command(folder: Path, mode: str, name: str) -> list[str]:
    """A search whose suggestions depend on every trial before, and a commit a trial; it begins or goes on."""
    run = ["run", "--space", "benchmarks.toy_space:SlowSpace", "--strategy", "regularized_evolution"]
    more = ["--budget", "40", "--strategy-opt", "population=8", "--strategy-opt", "tournament=3", *MODES[mode]]
    place = ["--storage", f"{folder}/{name}.db", "--name", name, "--start-or-resume"]
    return [sys.executable, "-m", "nasplug.cli", *run, *more, *place]


def _trials(folder: Path, name: str) -> Any:
    command = [sys.executable, "-m", "nasplug.cli", "trials", name, "--json", "--storage", f"{folder}/{name}.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def _comparable(trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in trial.items() if key not in {*CLOCK, *TRAINING}} for trial in trials]
