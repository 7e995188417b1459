"""The whole space: how many cells, which members of each class, and the file that keeps them."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import cache, edges
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import SHA256, all_codes, enumerate_codes
from nasplug_nasbench101.lookup import HASHES_SHA256, all_hashes

from benchmarks import nasbench101_rows as real


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_423624_distinct_valid_cells() -> None:
    codes = enumerate_codes()
    assert codes.shape == (423_624, 26)
    assert len(np.unique(codes, axis=0)) == len(codes)
    assert edges.are_valid(edges.from_codes(codes)).all()


def test_pruning_takes_nothing_from_them() -> None:
    bits = edges.from_codes(enumerate_codes())
    np.testing.assert_array_equal(edges.pruned(bits, edges.kept(bits)), bits)


def test_small_cells_come_first() -> None:
    codes = enumerate_codes()
    assert Cell.from_code(codes[0].tolist()).prune() == Cell([[0, 1], [0, 0]], [])
    sizes = np.bitwise_count(edges.kept(edges.from_codes(codes)))
    assert (np.diff(sizes.astype(int)) >= 0).all()
    assert np.bincount(sizes)[2:].tolist() == [1, 6, 84, 2441, 62010, 359082]


@pytest.mark.slow
def test_no_two_share_a_hash_and_real_rows_are_among_them(without_table: None, shared_data: Path) -> None:
    hashes = all_hashes()
    assert hashlib.sha256(hashes.tobytes()).hexdigest() == HASHES_SHA256
    texts = np.array([row.tobytes().hex() for row in hashes])
    assert len(np.unique(texts)) == 423_624
    assert np.isin(real.load(shared_data)["hash"], texts).all()


def test_second_call_reads_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    first = all_codes()
    monkeypatch.setattr("nasplug_nasbench101.enumeration.enumerate_codes", lambda: pytest.fail("made again"))
    np.testing.assert_array_equal(all_codes(), first)


@pytest.mark.parametrize("damage", [lambda content: content[:1000], lambda content: b"\1" + content[1:], lambda _: b""])
def test_a_damaged_file_is_replaced(damage) -> None:  # type: ignore[no-untyped-def]
    first = all_codes()
    path = cache.cache_folder() / "nasbench101_cells.bin"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    np.testing.assert_array_equal(all_codes(), first)
    assert path.read_bytes() == whole
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(all_codes()) == 423_624


def test_the_recorded_digest_is_that_of_the_codes() -> None:
    assert hashlib.sha256(enumerate_codes().tobytes()).hexdigest() == SHA256
