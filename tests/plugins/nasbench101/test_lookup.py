"""Which cell a code is: against pruning and hashing, done the long way."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest
from nasbench101_official import INCEPTION
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import LABELLINGS, PLACE_VALUES, all_codes
from nasplug_nasbench101.hashing import module_hashes
from nasplug_nasbench101.lookup import SHA256, hash_of_code, lookup, parse, representative, row_of_code
from nasplug_nasbench101.lookup_tables import build_tables
from nasplug_nasbench101.sampling import sample

from benchmarks import nasbench101_rows as real
from nasplug.errors import InvalidArchitecture


def random_codes(count: int, seed: int) -> Iterator[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield sample(rng).code


def test_every_cell_is_at_its_own_row() -> None:
    codes = all_codes()
    numbers = zip(bitmask.from_codes(codes).tolist(), (codes[:, bitmask.SLOTS :] @ PLACE_VALUES).tolist(), strict=True)
    assert [lookup().row_of(edges, labelling) for edges, labelling in numbers] == list(range(423_624))


def test_the_cell_of_a_row_has_the_hash_of_the_code() -> None:
    codes = list(random_codes(1000, 0))
    rows = [row_of_code(code) for code in codes]
    assert module_hashes(all_codes()[rows]) == [Cell.from_code(code).module_hash() for code in codes]
    assert [hash_of_code(code) for code in codes[:300]] == [Cell.from_code(code).module_hash() for code in codes[:300]]


def test_validity_of_all_sets_of_edges() -> None:
    everything = np.arange(1 << bitmask.SLOTS)
    np.testing.assert_array_equal(np.asarray(lookup().graphs) >= 0, bitmask.is_valid(everything))
    assert lookup().row_of(0, 0) == -1
    assert (lookup().is_valid(0), lookup().is_valid(1 << 5)) == (False, True)


def test_parse_reads_edges_and_operations() -> None:
    for code in random_codes(200, 1):
        edges, labelling = parse(code)
        assert bitmask.to_bits(edges) + tuple(LABELLINGS[labelling].tolist()) == code


@pytest.mark.parametrize(
    "code", [(0,) * 25, (0,) * 27, (2,) + (0,) * 25, (0,) * 25 + (3,), (-1,) + (0,) * 25, (300,) + (0,) * 25, ()]
)
def test_what_is_no_code_is_refused(code: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArchitecture, match="21 edge bits"):
        parse(code)


def test_isomorphs_have_one_representative_which_is_that_of_the_enumeration() -> None:
    rng = np.random.default_rng(0)
    for code in rng.choice(all_codes(), 300, replace=False):
        cell = Cell.from_code(code.tolist()).prune()
        assert representative(real.isomorph(cell, rng)) == representative(cell) == cell


def test_the_representative_of_the_inception_like_cell_is_the_one_that_the_dataset_answers_with() -> None:
    """NASBench.ipynb of google-research/nasbench prints it so, whatever the order in which it was asked for."""
    first = representative(Cell(*INCEPTION))
    successors = [[v for v, edge in enumerate(row) if edge] for row in first.matrix]
    assert successors == [[1, 2, 3, 4], [6], [6], [6], [5], [6], []]
    assert first.ops == (0, 1, 2, 0, 0)


def test_the_representative_of_a_cell_with_unused_vertices_is_pruned() -> None:
    unused = Cell([[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], [0, 2])  # vertex 2 leads nowhere
    assert representative(unused) == Cell([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [0])


@pytest.mark.slow
def test_the_recorded_digest_is_that_of_the_tables() -> None:
    assert hashlib.sha256(build_tables().tobytes()).hexdigest() == SHA256
