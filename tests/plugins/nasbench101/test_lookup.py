"""Which cell a specification is: against pruning and hashing, done the long way."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.bulk_hashing import module_hashes
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import LABELINGS, all_codes
from nasplug_nasbench101.lookup import SHA256, _tables, hash_of_code, lookup, parse, row_of_code
from nasplug_nasbench101.sampling import sample

from nasplug.errors import InvalidArchitecture


def specifications(count: int, seed: int) -> Iterator[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield sample(rng).code


def test_every_cell_is_at_its_own_row() -> None:
    np.testing.assert_array_equal(lookup().rows_of(all_codes()), np.arange(423_624))


def test_the_cell_of_a_row_has_the_hash_of_the_specification() -> None:
    codes = list(specifications(3000, 0))
    rows = [row_of_code(code) for code in codes]
    assert module_hashes(all_codes()[rows]).tolist() == [Cell.from_code(code).module_hash() for code in codes]
    assert [hash_of_code(code) for code in codes[:300]] == [Cell.from_code(code).module_hash() for code in codes[:300]]
    assert lookup().rows_of(np.array(codes, np.uint8)).tolist() == rows


def test_validity_of_all_sets_of_edges() -> None:
    everything = np.arange(1 << bitmask.SLOTS)
    valid = bitmask.are_valid(everything)
    np.testing.assert_array_equal(np.asarray(lookup().graph) >= 0, valid)
    labeling = np.zeros((1, 26), np.uint8)
    assert lookup().rows_of(labeling).tolist() == [-1]
    assert lookup().row_of(0, 0) == -1


def test_parse_reads_edges_and_operations() -> None:
    for code in specifications(200, 1):
        edges, labeling = parse(code)
        assert bitmask.to_bits(edges) + tuple(LABELINGS[labeling].tolist()) == code


@pytest.mark.parametrize(
    "code", [(0,) * 25, (0,) * 27, (2,) + (0,) * 25, (0,) * 25 + (3,), (-1,) + (0,) * 25, (300,) + (0,) * 25, ()]
)
def test_what_is_no_code_is_refused(code: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArchitecture, match="21 edge bits"):
        parse(code)


def test_the_recorded_digest_is_that_of_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert hashlib.sha256(_tables().tobytes()).hexdigest() == SHA256
