"""How well a look-up table of single blocks predicts whole networks on this machine."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAME = "proxyless-host-table"
BAR = 5.0
NETWORKS = 20


def run() -> dict[str, Any]:
    """Returns the mean absolute error, in percent, on 20 random networks that the table has not seen.

    Networks of the paper's width, of 224×224 pixels, on one thread.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = ["--out", str(Path(folder) / "host.json"), "--held-out", str(NETWORKS), "--json"]
        command = ["proxyless", "latency", "calibrate", *options, "--space-opt", "task=imagenet"]
        done = subprocess.run(
            [sys.executable, "-m", "nasplug.cli", *command], stdout=subprocess.PIPE, text=True, check=True
        )
    error = json.loads(done.stdout)["mean_absolute_error"]
    return {"figure": error, "unit": "%", "bar": f"≤ {BAR:g}", "holds": error <= BAR, "networks": NETWORKS}
