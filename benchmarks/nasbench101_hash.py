"""Module hashes of real rows, and of an isomorph of each, against the dataset's own."""

from typing import Any

import numpy as np

from benchmarks.nasbench101_rows import cells, isomorph, load

NAME = "nasbench101-hash"


def run() -> dict[str, Any]:
    """Returns how many of the 20,001 real rows and their isomorphs have another hash here. Needs the shared data."""
    rows, rng = load(), np.random.default_rng(0)
    written = cells(rows)
    reordered = [isomorph(cell, rng) for cell in written]
    wrong = sum(
        cell.module_hash() != module_hash
        for cells_in_order in (written, reordered)
        for cell, module_hash in zip(cells_in_order, rows["hash"], strict=True)
    )
    differ = sum(a != b for a, b in zip(written, reordered, strict=True))
    return {
        "figure": wrong,
        "unit": "wrong hashes",
        "bar": "= 0",
        "holds": wrong == 0,
        "rows": len(written),
        "isomorphs_in_another_order": differ,
    }
