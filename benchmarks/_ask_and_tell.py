"""Two processes that ask one run for jobs and tell their results, one of which is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nasplug

BUDGET = 30
RUN = {
    "space": "benchmarks.toy_space:BenchSpace", "strategy": "regularized_evolution", "budget": BUDGET, "name": "told",
    "strategy_options": {"population": "8", "tournament": "3"},
}  # fmt: skip


def is_whole_after_a_kill(storage: Path, moment: float) -> bool:
    """Kills one of two processes after `moment` seconds; returns whether the run ends with each of its trials once."""
    command = [sys.executable, "-m", "benchmarks._ask_and_tell", str(storage)]
    processes = [subprocess.Popen(command) for _ in range(2)]
    time.sleep(moment)
    os.kill(processes[0].pid, signal.SIGKILL)
    stored = _trials(storage)
    processes[0].wait()
    if processes[1].wait() != 0:
        return False
    subprocess.run(command, check=True)  # whatever is left
    trials = _trials(storage)
    searched = [number for number, (_, purpose) in trials.items() if purpose == "search"]
    is_kept = all(trials.get(number) == trial for number, trial in stored.items())
    return is_kept and len(searched) == BUDGET and sum(purpose == "final" for _, purpose in trials.values()) == 1


def _trials(storage: Path) -> dict[int, tuple[float | None, str]]:
    from nasplug.errors import StorageError
    from nasplug.storage.storage import Storage

    try:
        opened = Storage(str(storage), must_exist=True)
        return {t.number: (t.accuracy, t.purpose) for t in opened.trials(opened.run("told").id)}
    except StorageError:  # killed before anything was stored
        return {}


def work(storage: str) -> None:
    """Asks and tells until the run has ended; waits for what another process has, and takes over what it lost."""
    with nasplug.open_run(**RUN, storage=storage, start_or_resume=True) as run:
        while not run.reason:
            for job in run.ask(1, within=1.0):
                time.sleep(0.03)
                run.tell(job, accuracy=sum(job.architecture.code) / 1.3, cost=1.0)
            time.sleep(0.01)


if __name__ == "__main__":
    work(sys.argv[1])
