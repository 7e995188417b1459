"""Opening the imported table, and what a process has in memory that then asks for 20,000 cells."""

from typing import Any

from benchmarks.nasbench101_setup import PEAK, in_a_fresh_process, synthetic_table

NAME = "nasbench101-open"
SECONDS, MEGABYTES = 0.1, 250.0
_PROGRAM = """
import json, sys, time
from pathlib import Path
from nasplug_nasbench101.table.table import Table
started = time.perf_counter()
table = Table.open(Path(sys.argv[1]))
table.training(table.row_of(table.hash_at(200_000)), 108, 0)
seconds = time.perf_counter() - started
for row in range(0, len(table), 21):
    table.training(row, 108, 1)
print(json.dumps({"seconds": seconds, "resident": peak_mib()}))
"""


def run() -> dict[str, Any]:
    """Returns the seconds to open the table and answer a first query, and the process's peak resident memory in MiB."""
    opened = in_a_fresh_process(PEAK + _PROGRAM, str(synthetic_table()))
    holds = opened["seconds"] <= SECONDS and opened["resident"] <= MEGABYTES
    bar = f"≤ {SECONDS:g} s, ≤ {MEGABYTES:g} MiB"
    return {"figure": opened["seconds"], "unit": "s", "bar": bar, "holds": holds, "resident_mib": opened["resident"]}
