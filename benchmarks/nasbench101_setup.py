"""What the NASBench-101 benchmarks share: a synthetic file of full size, the table made of it, fresh processes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from nasplug_nasbench101.cache import cache_folder
from nasplug_nasbench101.table.folder import MANIFEST

from benchmarks.nasbench101_synthetic import write


def synthetic_file() -> Path:
    """Returns a file in the format of nasbench_only108.tfrecord, 423,624 × 3 records; kept in the cache folder."""
    path = cache_folder() / "benchmarks" / "synthetic_only108.tfrecord"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        write(partial)
        partial.rename(path)
    return path


def synthetic_table() -> Path:
    """Returns the folder of the table imported from `synthetic_file`; kept in the cache folder."""
    folder = cache_folder() / "benchmarks" / "synthetic_table"
    if not (folder / MANIFEST).exists():
        from nasplug_nasbench101.table.importing import import_file

        import_file(synthetic_file(), folder)
    return folder


PEAK = """
def peak_mib():
    status = open("/proc/self/status").read()  # getrusage would report the parent's peak where that is larger
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**10
"""


def in_a_fresh_process(program: str, *arguments: str) -> dict[str, Any]:
    """Returns the JSON document that a Python program prints last, run on its own."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def trials_per_second(strategy: str, trials: int, options: dict[str, Any]) -> float:
    """Returns the speed of `nasplug.search` on the synthetic table: the best of three, each in a fresh process."""
    program = """
import json, sys, time, nasplug
table, strategy, trials, options = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
started = time.perf_counter()
result = nasplug.search("nasbench101", strategy, budget=trials, strategy_options=options,
    space_options={"table": table, "evaluator": "table"})
seconds = time.perf_counter() - started
assert len(result.trials) >= trials and all(trial.state == "complete" for trial in result.trials)
print(json.dumps({"speed": trials / seconds}))
"""
    arguments = (str(synthetic_table()), strategy, str(trials), json.dumps(options))
    return max(float(in_a_fresh_process(program, *arguments)["speed"]) for _ in range(3))
