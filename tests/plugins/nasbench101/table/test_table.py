"""The imported table: every figure of the file, means and ranks."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101.table.folder import NoTable
from nasplug_nasbench101.table.record import parse_record
from nasplug_nasbench101.table.table import NotInTable, Table, oracle
from nasplug_nasbench101.table.tfrecord import TFRecordFile

CELLS = 40  # of the file


def test_every_figure_of_the_file_is_in_the_table(file: Path, table: Table) -> None:
    repeats: dict[tuple[str, int], int] = {}
    for _, data in TFRecordFile(file).records():
        record = parse_record(data)
        repeat = repeats[record.module_hash, record.epochs] = repeats.get((record.module_hash, record.epochs), -1) + 1
        row = table.row_of(record.module_hash)
        assert table.training(row, record.epochs, repeat, 0) == record.half_way
        assert table.training(row, record.epochs, repeat, 1) == record.final
        assert table.parameters[row] == record.parameters
        cell = table.cell_at(row)
        assert ",".join(cell.names) == record.operations
        assert "".join(str(entry) for line in cell.matrix for entry in line) == record.adjacency
    assert len(repeats) == 2 * len(table) == 2 * CELLS
    assert set(repeats.values()) == {2}


def test_rows_are_in_the_order_of_their_hashes(table: Table) -> None:
    hashes = [table.hash_at(row) for row in range(len(table))]
    assert hashes == sorted(hashes)
    assert [table.row_of(value) for value in hashes] == list(range(len(table)))
    with pytest.raises(NotInTable, match="has no cell 0123"):
        table.row_of("0123" * 8)


def test_a_pickle_of_the_table_is_its_path(table: Table) -> None:
    text = pickle.dumps(table)
    assert len(text) < 500
    np.testing.assert_array_equal(pickle.loads(text).of_epochs(108), table.of_epochs(108))


def test_means_and_ranks(table: Table) -> None:
    final = table.metrics[108][:, :, 1].astype(float)
    assert table.mean(3, 108) == pytest.approx(final[3].mean(axis=0))
    best = int(final[:, :, 2].mean(axis=1).argmax())
    assert table.rank(best, 108, 2) == 1
    with pytest.raises(NoTable, match="no trainings of 36 epochs, it has 4, 108"):
        table.of_epochs(36)


def test_the_oracle_ranks_by_one_record_and_reports_the_mean_test(table: Table) -> None:
    ranked = list(oracle(table, seed=4))
    assert len(ranked) == len(table)
    validation = [row[1] for row in ranked]
    assert validation == sorted(validation, reverse=True)
    for architecture, one, test in ranked:
        row = next(r for r in range(len(table)) if tuple(table.codes[r].tolist()) == architecture.code)
        assert one in [pytest.approx(100 * table.training(row, 108, r).validation_accuracy) for r in range(3)]
        assert test == pytest.approx(100 * table.mean(row, 108).test_accuracy)
    assert [row[0] for row in oracle(table, seed=5)] != [row[0] for row in ranked]
