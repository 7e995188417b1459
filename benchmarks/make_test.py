"""How long a developer waits: `make test`, and `make test-all`, in this checkout with its .venv."""

import subprocess
import time
from pathlib import Path
from typing import Any

NAME = "make-test"
BARS = {"test": 5.0, "test-all": 25.0}  # minutes, on two cores
ROOT = Path(__file__).resolve().parent.parent


def run() -> dict[str, Any]:
    """Returns the minutes of both commands, and whether their tests passed."""
    minutes, passed = {}, {}
    for target in BARS:
        started = time.perf_counter()
        passed[target] = subprocess.run(["make", target], cwd=ROOT, capture_output=True).returncode == 0
        minutes[target] = round((time.perf_counter() - started) / 60, 1)
    holds = all(passed.values()) and all(minutes[target] <= bar for target, bar in BARS.items())
    figure = " / ".join(str(minutes[target]) for target in BARS)
    bar = " / ".join(f"≤ {bar:g}" for bar in BARS.values())
    return {"figure": figure, "unit": "minutes", "bar": bar, "holds": holds, "passed": passed}
