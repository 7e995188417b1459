"""Kills driver or worker with SIGKILL at 100 random moments, resumes to the end, compares with the unbroken run."""

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

NAME = "kill-and-resume"
KILLS = 100
CLOCK = ("started", "finished")
TRAINING = {"cost", "seconds", "images_per_second"}  # measured seconds differ between any two trainings


def run(kills: int = KILLS) -> dict[str, Any]:
    """Returns how many of the killed and resumed runs have the same trials as the unbroken one: none lost or doubled.

    Every second kill hits a worker process, whose evaluation is tried again.
    """
    with tempfile.TemporaryDirectory() as folder:
        whole, duration = _unbroken(Path(folder))
        generator = random.Random(0)
        moments = [generator.uniform(0.0, duration) for _ in range(kills)]
        outcomes = [_killed(Path(folder), number, moment, whole) for number, moment in enumerate(moments)]
    same = sum(outcome["same"] for outcome in outcomes)
    told = {"figure": same, "unit": f"of {kills} runs the same", "bar": f"= {kills}", "holds": same == kills}
    return told | {"unbroken_seconds": duration, "stored_at_the_kill": [outcome["stored"] for outcome in outcomes]}


def _unbroken(folder: Path) -> tuple[list[dict[str, Any]], float]:
    started = time.perf_counter()
    subprocess.run(_command(folder, "whole"), check=True, capture_output=True)
    return _trials(folder, "whole"), time.perf_counter() - started


def _killed(folder: Path, number: int, moment: float, whole: list[dict[str, Any]]) -> dict[str, Any]:
    name = f"killed-{number}"
    with subprocess.Popen(_command(folder, name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        workers = _workers(process.pid) if number % 2 else []
        os.kill(workers[number // 2 % len(workers)] if workers else process.pid, signal.SIGKILL)
    stored = _trials(folder, name)
    resume = ["--resume"] if stored is not None else []  # killed before the run had its name: it starts anew
    subprocess.run([*_command(folder, name), *resume], check=True, capture_output=True)
    again = _trials(folder, name)
    kept = again is not None and all(trial in again for trial in stored or [])
    return {"stored": len(stored or []), "same": kept and _comparable(again) == _comparable(whole)}


def _workers(driver: int) -> list[int]:
    """Returns the ids of the driver's worker processes."""
    children = [int(c) for path in Path(f"/proc/{driver}/task").glob("*/children") for c in path.read_text().split()]
    return sorted(child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text())


def _command(folder: Path, name: str) -> list[str]:
    """A search whose suggestions depend on every trial before, with two worker processes and a commit a trial."""
    run = ["run", "--space", "benchmarks.toy_space:SlowSpace", "--strategy", "regularized_evolution"]
    more = ["--budget", "40", "--strategy-opt", "population=8", "--strategy-opt", "tournament=3", "--with", "processes"]
    more += ["--retries", "3"]
    place = ["--workers", "2", "--storage", f"{folder}/{name}.db", "--name", name]
    return [sys.executable, "-m", "nasplug.cli", *run, *more, *place]


def _trials(folder: Path, name: str) -> Any:
    command = [sys.executable, "-m", "nasplug.cli", "trials", name, "--json", "--storage", f"{folder}/{name}.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def _comparable(trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in trial.items() if key not in {*CLOCK, *TRAINING}} for trial in trials]
