"""The real rows of the shared data, as cells."""

from pathlib import Path

import numpy as np
from nasplug_nasbench101.cell import Cell


def load(shared_data: Path) -> dict[str, np.ndarray]:
    """Returns the columns of the 20,001 rows."""
    with np.load(shared_data / "nasbench101_rank_0_20000.npz") as file:
        return {name: file[name] for name in file.files}


def cells(rows: dict[str, np.ndarray], count: int | None = None) -> list[Cell]:
    """Returns the first `count` rows as cells; None for all."""
    columns = zip(rows["adjacency"][:count], rows["num_vertices"][:count], rows["interior_ops"][:count], strict=True)
    return [Cell(matrix[:n, :n], ops[: n - 2].tolist()) for matrix, n, ops in columns]
