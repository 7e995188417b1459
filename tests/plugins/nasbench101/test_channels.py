"""Channel rules and parameter counts against the dataset's."""

import hashlib

import numpy as np
import pytest
from nasbench101_official import INCEPTION
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import (
    PARAMETERS_SHA256,
    all_channels,
    all_parameters,
    count_parameters,
    dataset_parameters,
    vertex_channels,
)
from nasplug_nasbench101.enumeration import all_codes
from nasplug_nasbench101.lookup import representative, row_of_code

from benchmarks import nasbench101_rows as real


def test_inception_like_cell() -> None:
    assert count_parameters(Cell(*INCEPTION)) == 2_694_282


def test_the_remainder_goes_to_the_first_vertices() -> None:
    assert vertex_channels(Cell(*INCEPTION), 128, 128) == [128, 32, 32, 32, 32, 32, 128]
    three = Cell([[0, 1, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], [0, 0, 0])
    assert vertex_channels(three, 64, 128) == [64, 43, 43, 42, 128]


def test_other_vertices_have_the_most_of_their_successors() -> None:
    chain = Cell([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], [0, 0])
    assert vertex_channels(chain, 128, 256) == [128, 256, 256, 256]


def test_real_counts_of_cells_as_they_are_written(real_rows: dict[str, np.ndarray], real_cells: list[Cell]) -> None:
    counts = all_parameters(np.array([cell.code for cell in real_cells], np.uint8))
    assert 2900 <= (counts == real_rows["trainable_parameters"][:3000]).sum() < 3000


@pytest.mark.slow
def test_all_real_counts_of_cells_as_they_are_written(real_rows: dict[str, np.ndarray]) -> None:
    counts = all_parameters(np.array([cell.code for cell in real.cells(real_rows)], np.uint8))
    same = (counts == real_rows["trainable_parameters"]).sum()
    assert same == 19_370  # the other cells are not written in the order in which they were trained


def test_real_counts_of_representatives(real_rows: dict[str, np.ndarray], real_cells: list[Cell]) -> None:
    counts = [count_parameters(representative(cell)) for cell in real_cells[:500]]
    assert counts == real_rows["trainable_parameters"][:500].tolist()


def test_channels_of_many_cells_are_those_of_the_rule_done_vertex_by_vertex() -> None:
    codes = np.random.default_rng(1).choice(all_codes(), 300, replace=False)
    for code, channels in zip(codes, all_channels(codes, 128, 255).tolist(), strict=True):
        cell = Cell.from_code(code.tolist()).prune()
        n = len(cell.matrix)
        assert [*channels[: n - 1], channels[-1]] == vertex_channels(cell, 128, 255) == by_rule(cell, 128, 255)
        assert channels[n - 1 : -1] == [0] * (7 - n)


def by_rule(cell: Cell, inputs: int, outputs: int) -> list[int]:
    """Returns what `compute_vertex_channels` of google-research/nasbench gives for a pruned cell."""
    n = len(cell.matrix)
    channels = [inputs] + [0] * (n - 2) + [outputs]
    to_output = [v for v in range(1, n - 1) if cell.matrix[v][-1]]
    for i, v in enumerate(to_output):
        channels[v] = outputs // len(to_output) + (i < outputs % len(to_output))
    for v in range(n - 2, 0, -1):
        if v not in to_output:
            channels[v] = max(channels[w] for w in range(v + 1, n - 1) if cell.matrix[v][w])
    return channels


def test_parameters_of_a_cell_of_one_convolution_by_hand() -> None:
    cell = Cell([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [0])
    stem, projection, convolution, classifier = 27 * 8 + 16, 64 + 16, 9 * 64 + 16, 8 * 5 + 5
    assert count_parameters(cell, channels=8, stacks=1, modules=1, classes=5) == (
        stem + projection + convolution + classifier
    )


def test_counts_of_the_enumeration_are_the_real_ones(real_rows: dict[str, np.ndarray], real_cells: list[Cell]) -> None:
    counts = dataset_parameters()[[row_of_code(cell.code) for cell in real_cells]]
    np.testing.assert_array_equal(counts, real_rows["trainable_parameters"][:3000])


@pytest.mark.slow
def test_all_counts_of_the_enumeration_are_the_real_ones(real_rows: dict[str, np.ndarray]) -> None:
    counts = dataset_parameters()[[row_of_code(cell.code) for cell in real.cells(real_rows)]]
    np.testing.assert_array_equal(counts, real_rows["trainable_parameters"])


@pytest.mark.slow
def test_the_recorded_digest_is_that_of_the_counts() -> None:
    assert hashlib.sha256(all_parameters(all_codes()).astype(np.int32).tobytes()).hexdigest() == PARAMETERS_SHA256
