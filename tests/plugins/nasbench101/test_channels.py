"""Channel rules and parameter counts against the dataset's."""

import hashlib
from pathlib import Path

import numpy as np
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import all_channels, count_parameters, vertex_channels
from nasplug_nasbench101.dataset_order import first_member
from nasplug_nasbench101.enumeration import all_codes
from nasplug_nasbench101.lookup import lookup
from nasplug_nasbench101.parameters import SHA256, _count, parameters

from benchmarks import nasbench101_rows as real
from tests.plugins.nasbench101.test_cell import INCEPTION


def test_inception_like_cell() -> None:
    assert count_parameters(Cell(*INCEPTION)) == 2_694_282


def test_the_remainder_goes_to_the_first_vertices() -> None:
    assert vertex_channels(Cell(*INCEPTION), 128, 128) == [128, 32, 32, 32, 32, 32, 128]
    three = Cell([[0, 1, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], [0, 0, 0])
    assert vertex_channels(three, 64, 128) == [64, 43, 43, 42, 128]


def test_other_vertices_have_the_most_of_their_successors() -> None:
    chain = Cell([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], [0, 0])
    assert vertex_channels(chain, 128, 256) == [128, 256, 256, 256]


def test_real_counts_as_the_rows_are_written(shared_data: Path) -> None:
    rows = real.load(shared_data)
    same = [count_parameters(c) == n for c, n in zip(real.cells(rows), rows["trainable_parameters"], strict=True)]
    assert sum(same[:3000]) >= 2900
    assert sum(same) == 19_370  # the other rows are not written in the order in which they were trained


def test_real_counts_in_the_order_of_training(shared_data: Path) -> None:
    rows = real.load(shared_data)
    cells = real.cells(rows, 3000)
    assert [count_parameters(first_member(cell)) for cell in cells] == rows["trainable_parameters"][:3000].tolist()


def test_first_members_are_those_of_the_enumeration() -> None:
    rng = np.random.default_rng(0)
    for code in rng.choice(all_codes(), 300, replace=False):
        cell = Cell.from_code(code.tolist()).prune()
        assert first_member(real.isomorph(cell, rng)) == first_member(cell) == cell


def test_the_first_member_of_the_inception_like_cell_is_the_one_that_the_dataset_answers_with() -> None:
    """NASBench.ipynb of google-research/nasbench prints it so, whatever the order in which it was asked for."""
    first = first_member(Cell(*INCEPTION))
    successors = [[v for v, edge in enumerate(row) if edge] for row in first.matrix]
    assert successors == [[1, 2, 3, 4], [6], [6], [6], [5], [6], []]
    assert first.ops == (0, 1, 2, 0, 0)


def test_channels_of_many_cells_are_those_of_each() -> None:
    codes = np.random.default_rng(1).choice(all_codes(), 300, replace=False)
    for code, channels in zip(codes, all_channels(codes, 128, 256).tolist(), strict=True):
        cell = Cell.from_code(code.tolist()).prune()
        n = len(cell.matrix)
        assert [*channels[: n - 1], channels[-1]] == vertex_channels(cell, 128, 256)
        assert channels[n - 1 : -1] == [0] * (7 - n)


def test_counts_of_all_cells_are_the_real_ones(shared_data: Path) -> None:
    rows = real.load(shared_data)
    codes = np.array([cell.code for cell in real.cells(rows)], np.uint8)
    np.testing.assert_array_equal(parameters()[lookup().rows_of(codes)], rows["trainable_parameters"])


def test_the_recorded_digest_is_that_of_the_counts() -> None:
    assert hashlib.sha256(_count().tobytes()).hexdigest() == SHA256
