"""The 20,001 real rows of the shared data as cells, and isomorphs of cells."""

import os
from pathlib import Path

import numpy as np
from nasplug_nasbench101.cell import Cell

SHARED = Path(os.environ.get("NASPLUG_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def load(folder: Path = SHARED) -> dict[str, np.ndarray]:
    """Returns the columns of the rows."""
    with np.load(folder / "nasbench101_rank_0_20000.npz") as file:
        return {name: file[name] for name in file.files}


def cells(rows: dict[str, np.ndarray], count: int | None = None) -> list[Cell]:
    """Returns the first `count` rows as cells; None for all."""
    columns = zip(rows["adjacency"][:count], rows["num_vertices"][:count], rows["interior_ops"][:count], strict=True)
    return [Cell(matrix[:n, :n], ops[: n - 2].tolist()) for matrix, n, ops in columns]


def isomorph(cell: Cell, rng: np.random.Generator) -> Cell:
    """Returns a *pruned* cell with its interior vertices in another topological order, drawn at random."""
    n = len(cell.matrix)
    order: list[int] = []
    while len(order) < n:  # repeatedly take a vertex all of whose predecessors are placed; the output comes last
        free = [v for v in range(n) if v not in order and all(u in order for u in range(v) if cell.matrix[u][v])]
        order.append(free[int(rng.integers(len(free)))])
    return Cell([[cell.matrix[u][v] for v in order] for u in order], [cell.ops[v - 1] for v in order[1:-1]])
