"""Module hashes of real rows, against the dataset's own."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from nasplug_nasbench101.cell import Cell

NAME = "nasbench101-hash"
ROOT = Path(__file__).resolve().parents[1]


def run() -> dict[str, Any]:
    """Returns how many of the 20,001 real rows have another hash here. Needs the shared data."""
    folder = Path(os.environ.get("NASPLUG_SHARED_DATA", ROOT.parent / "shared" / "data"))
    with np.load(folder / "nasbench101_rank_0_20000.npz") as file:
        rows = [file[name] for name in ("adjacency", "num_vertices", "interior_ops", "hash")]
    wrong = sum(
        Cell(matrix[:n, :n], ops[: n - 2].tolist()).module_hash() != wanted
        for matrix, n, ops, wanted in zip(*rows, strict=True)
    )
    return {"figure": wrong, "unit": "wrong hashes", "bar": "= 0", "holds": wrong == 0, "rows": len(rows[0])}
