"""The module hash against the dataset's own."""

from pathlib import Path

import numpy as np
from nasplug_nasbench101.bulk_hashing import module_hashes
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.hashing import hash_of_edges
from nasplug_nasbench101.sampling import sample

from benchmarks import nasbench101_rows as real


def test_all_real_rows(shared_data: Path) -> None:
    rows = real.load(shared_data)
    assert [cell.module_hash() for cell in real.cells(rows)] == rows["hash"].tolist()


def test_isomorphs_of_real_rows(shared_data: Path) -> None:
    rng = np.random.default_rng(0)
    rows = real.load(shared_data)
    isomorphs = [real.isomorph(cell, rng) for cell in real.cells(rows, 4000)]
    differ = sum(a != b for a, b in zip(isomorphs, real.cells(rows, 4000), strict=True))
    assert differ > 1000  # many cells have a single order
    assert [cell.module_hash() for cell in isomorphs] == rows["hash"][:4000].tolist()


def test_arrays_of_real_rows(shared_data: Path) -> None:
    rows = real.load(shared_data)
    codes = np.array([cell.code for cell in real.cells(rows)], np.uint8)
    assert module_hashes(codes).tolist() == rows["hash"].tolist()


def test_arrays_are_hashed_like_single_cells() -> None:
    rng = np.random.default_rng(1)  # unpruned, many with dangling vertices
    codes = np.concatenate([rng.integers(2, size=(3000, 21)), rng.integers(3, size=(3000, 5))], axis=1).astype(np.uint8)
    cells = [Cell.from_code(code.tolist()) for code in codes]
    codes = codes[[bool(cell.kept()) for cell in cells]]
    wanted = [cell.module_hash() for cell in cells if cell.kept()]
    assert module_hashes(codes).tolist() == wanted


def test_specifications_are_hashed_like_cells() -> None:
    rng = np.random.default_rng(2)
    for _ in range(500):
        spec = sample(rng)
        assert hash_of_edges(spec.edges, spec.ops) == Cell.from_code(spec.code).module_hash()
