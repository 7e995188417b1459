"""The imported table: every figure of the file, means, ranks, and where it is looked for."""

from pathlib import Path

import attrs
import numpy as np
import pytest
from nasplug_nasbench101.table.columns import Columns
from nasplug_nasbench101.table.folder import NoTable, find_table
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.record import parse_record
from nasplug_nasbench101.table.table import NotInTable, Table, oracle
from nasplug_nasbench101.table.tfrecord import TFRecordFile

from benchmarks import nasbench101_synthetic as synthetic

CELLS = 40  # of the file


def test_every_figure_of_the_file_is_in_the_table(file: Path, table: Table) -> None:
    seen: dict[tuple[str, int], int] = {}
    for _, data in TFRecordFile(file).records():
        record = parse_record(data)
        repeat = seen[record.module_hash, record.epochs] = seen.get((record.module_hash, record.epochs), -1) + 1
        row = table.row_of(record.module_hash)
        assert table.training(row, record.epochs, repeat, 0) == record.half_way
        assert table.training(row, record.epochs, repeat, 1) == record.final
        assert table.parameters[row] == record.parameters
        cell = table.cell_at(row)
        assert ",".join(cell.names) == record.operations
        assert "".join(str(entry) for line in cell.matrix for entry in line) == record.adjacency
    assert len(seen) == 2 * len(table) == 2 * CELLS
    assert set(seen.values()) == {2}


def test_rows_are_in_the_order_of_their_hashes(table: Table) -> None:
    hashes = [table.hash_at(row) for row in range(len(table))]
    assert hashes == sorted(hashes)
    assert [table.row_of(value) for value in hashes] == list(range(len(table)))
    with pytest.raises(NotInTable, match="has no cell 0123"):
        table.row_of("0123" * 8)


def test_hashes_may_share_their_upper_half(table: Table) -> None:
    hashes = np.array([[5, 1], [5, 2], [5, 9], [6, 0]], np.uint64)
    same_upper_half = attrs.evolve(table, hashes=hashes)
    assert [same_upper_half.row_of(f"{5:016x}{low:016x}") for low in (1, 2, 9)] == [0, 1, 2]
    with pytest.raises(NotInTable):
        same_upper_half.row_of(f"{5:016x}{3:016x}")


def test_means_and_ranks(table: Table) -> None:
    final = table.metrics[108][:, :, 1].astype(float)
    assert table.mean(3, 108) == pytest.approx(final[3].mean(axis=0))
    best = int(final[:, :, 2].mean(axis=1).argmax())
    assert table.rank(best, 108, 2) == 1
    with pytest.raises(NoTable, match="no trainings of 36 epochs, it has 4, 108"):
        table.of_epochs(36)


def test_figures_that_single_precision_would_change_stay_double() -> None:
    def columns(offset: float) -> np.dtype:
        cell = synthetic.Cell([[0, 1], [0, 0]], [])
        records = [parse_record(r) for r in synthetic.records(cell, cell.module_hash(), 70_000, (108,), 0)]
        columns = Columns()
        for record in records:
            final = record.final._replace(training_time=1000.0 + offset)
            columns.add(record._replace(final=final))
        return columns.finish()["metrics_108"].dtype

    assert columns(0.5) == np.float32
    assert columns(0.1) == np.float64


def test_a_fourth_training_of_a_cell_is_refused() -> None:
    cell = synthetic.Cell([[0, 1], [0, 0]], [])
    columns = Columns()
    for data in [*synthetic.records(cell, cell.module_hash(), 70_000, (108,), 0)] * 2:
        columns.add(parse_record(data))
    with pytest.raises(ValueError, match="wanted 3 trainings of 108 epochs of every cell, there are 6 of one"):
        columns.finish()


def test_where_the_table_is_looked_for(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
    assert find_table(None) is None
    with pytest.raises(NoTable, match="nasplug nasbench101 import"):
        find_table(tmp_path / "nothing")
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "nothing"))
    with pytest.raises(NoTable, match="nothing, which NASPLUG_NASBENCH101_TABLE names, is no imported"):
        find_table(None)
    import_file(file, tmp_path / "elsewhere")
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "elsewhere"))
    assert find_table(None) == tmp_path / "elsewhere"
    import_file(file, tmp_path / "cache/nasplug/nasbench101")
    assert find_table(None) == tmp_path / "cache/nasplug/nasbench101"
    assert find_table(tmp_path / "elsewhere") == tmp_path / "elsewhere"


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
