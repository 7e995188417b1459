"""Importing a file of full size: 423,624 × 3 records in the official format."""

import tempfile
from typing import Any

from benchmarks.nasbench101_setup import PEAK, in_a_fresh_process, synthetic_file

NAME = "nasbench101-import"
SECONDS, GIGABYTES = 90.0, 1.5
_PROGRAM = """
import json, sys, time
from pathlib import Path
started = time.perf_counter()
from nasplug_nasbench101.table.importing import import_file
manifest = import_file(Path(sys.argv[1]), Path(sys.argv[2]) / "table")
seconds = time.perf_counter() - started
assert manifest["cells"] == 423_624 and manifest["source"]["records"] == 3 * 423_624
print(json.dumps({"seconds": seconds, "cpu": time.process_time(), "peak": peak_mib() / 2**10}))
"""


def run() -> dict[str, Any]:
    """Returns the seconds of one import in a process of its own, those on the processor, and its peak memory in GiB."""
    with tempfile.TemporaryDirectory() as folder:
        figures = in_a_fresh_process(PEAK + _PROGRAM, str(synthetic_file()), folder)
    holds = figures["seconds"] <= SECONDS and figures["peak"] <= GIGABYTES
    bar = f"≤ {SECONDS:g} s, peak ≤ {GIGABYTES:g} GiB"
    more = {"cpu_seconds": figures["cpu"], "peak_gib": figures["peak"]}
    return {"figure": figures["seconds"], "unit": "s", "bar": bar, "holds": holds} | more
