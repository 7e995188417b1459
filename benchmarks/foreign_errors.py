"""How many tracebacks users see of foreign plugins that raise, wherever they raise: none, without --debug."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAME = "foreign-errors"
ROOT = Path(__file__).parent.parent
PLACES = {
    "space": ("recommend", "on_start", "sample", "canonical", "measure_latency", "evaluate", "on_trial", "on_stop",
              "describe", "__init__"),
    "strategy": ("suggest", "on_trial", "__init__"),
    "middleware": ("on_start", "evaluate", "on_trial", "on_stop", "suggest", "__init__"),
}  # fmt: skip


def run() -> dict[str, Any]:
    """Returns the number of runs that showed a traceback, or that did not say what was raised and where."""
    places = [(kind, place) for kind, names in PLACES.items() for place in names]
    seen = {f"{kind} in {place}": _output(kind, place) for kind, place in places}
    wrong = [where for where, text in seen.items() if "Traceback" in text or "broke in" not in text]
    return {
        "figure": len(wrong),
        "unit": "tracebacks",
        "bar": "0",
        "holds": not wrong,
        "runs": len(seen),
        "where": wrong,
    }


def _output(kind: str, place: str) -> str:
    plugin = f"faulty.raising:{kind.title()}_{place}"
    chosen = {"space": "nasplug.testing:Toy", "strategy": "random"} | {kind: plugin}
    middleware = ["--with", chosen["middleware"]] if "middleware" in chosen else []
    pair = ["--space", chosen["space"], "--strategy", chosen["strategy"], "--device", "toyphone", "--budget", "5"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "nasplug.cli", "run", *pair, *middleware],
            cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT / "tests/helpers")}, capture_output=True, text=True,
        )  # fmt: skip
    return done.stdout + done.stderr
