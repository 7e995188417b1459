"""The module hash against the dataset's own."""

import hashlib

import numpy as np
import pytest
from nasplug_nasbench101.cell import Cell, kept_vertices
from nasplug_nasbench101.hashing import hash_of_edges, module_hashes
from nasplug_nasbench101.sampling import sample

from benchmarks import nasbench101_rows as real
from nasplug.errors import InvalidArchitecture


def test_real_cells(real_rows: dict[str, np.ndarray], real_cells: list[Cell]) -> None:
    assert [cell.module_hash() for cell in real_cells] == real_rows["hash"][:3000].tolist()


@pytest.mark.slow
def test_all_real_cells_as_an_array(real_rows: dict[str, np.ndarray]) -> None:
    codes = np.array([cell.code for cell in real.cells(real_rows)], np.uint8)
    assert module_hashes(codes) == real_rows["hash"].tolist()


def test_isomorphs_of_real_cells(real_rows: dict[str, np.ndarray], real_cells: list[Cell]) -> None:
    rng = np.random.default_rng(0)
    isomorphs = [real.isomorph(cell, rng) for cell in real_cells[:1500]]
    differ = sum(a != b for a, b in zip(isomorphs, real_cells, strict=False))
    assert differ > 400  # many cells have a single order
    assert [cell.module_hash() for cell in isomorphs] == real_rows["hash"][:1500].tolist()


def test_arrays_are_hashed_like_single_cells() -> None:
    rng = np.random.default_rng(1)  # unpruned, many with dangling vertices
    codes = np.concatenate([rng.integers(2, size=(1000, 21)), rng.integers(3, size=(1000, 5))], axis=1).astype(np.uint8)
    cells = [Cell.from_code(code.tolist()) for code in codes]
    connected = [bool(kept_vertices(cell.matrix)) for cell in cells]
    hashes = [cell.module_hash() for cell in cells if kept_vertices(cell.matrix)]
    assert module_hashes(codes[connected]) == hashes


def test_the_hash_of_a_cell_of_two_vertices_is_the_published_one() -> None:
    """As google-research/nasbench computes it, step by step: two rounds of MD5."""
    first = [md5(text) for text in ("(1, 0, -1)", "(0, 1, -2)")]
    second = [md5(f"|{first[1]}|{first[0]}"), md5(f"{first[0]}||{first[1]}")]
    third = [md5(f"|{second[1]}|{second[0]}"), md5(f"{second[0]}||{second[1]}")]
    assert Cell([[0, 1], [0, 0]], []).module_hash() == md5(str(sorted(third))) == "043721b9c7fe8c5fad811d47d83132ec"


def test_a_cell_without_a_path_has_no_hash() -> None:
    with pytest.raises(InvalidArchitecture, match="Cell 1 has no path"):
        module_hashes(np.array([[1] * 26, [0] * 26], np.uint8))


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def test_specifications_are_hashed_like_cells() -> None:
    rng = np.random.default_rng(2)
    for _ in range(500):
        spec = sample(rng)
        assert hash_of_edges(spec.edges, spec.ops) == Cell.from_code(spec.code).module_hash()
