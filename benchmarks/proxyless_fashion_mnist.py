"""Test accuracy of ProxylessNAS-mobile at width 0.25 on plain Fashion-MNIST, within 20 minutes."""

import json
import resource
import subprocess
import sys
import time
from typing import Any

NAME = "proxyless-fashion-mnist"
BAR, MINUTES = 90.0, 20.0
EPOCHS, SEEDS = 100, (0, 1)
OPTIONS = ("width=0.25", "resolution=32", "batch=32", "learning_rate=0.004", "augment=true")


def run() -> dict[str, Any]:
    """Returns the lower test accuracy of two seeds, trained side by side, each on one core.

    Networks are trained on the 20,000 embedded training and validation images and tested on 3,000 others.
    """
    from nasplug_proxyless.operations import MOBILE

    arch = ",".join(map(str, MOBILE))
    command = [sys.executable, "-m", "nasplug.cli", "proxyless", "train", arch, "--epochs", str(EPOCHS), "--json"]
    for option in ("task=fashion-mnist", "threads=1", *OPTIONS):
        command += ["--space-opt", option]
    started = time.perf_counter()
    processes = [subprocess.Popen([*command, "--seed", str(seed)], stdout=subprocess.PIPE, text=True) for seed in SEEDS]
    found = [json.loads(process.communicate()[0]) for process in processes]
    minutes = (time.perf_counter() - started) / 60
    accuracies = [each["accuracy"] for each in found]
    return {
        "figure": min(accuracies),
        "unit": "%",
        "bar": f"≥ {BAR:g} in {MINUTES:g} minutes",
        "holds": min(accuracies) >= BAR and minutes <= MINUTES,
        "each": accuracies,
        "minutes": round(minutes, 1),
        "cpu_minutes_each": round(_cpu_minutes() / len(SEEDS), 1),
    }


def _cpu_minutes() -> float:
    """Returns the CPU time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) / 60
