"""Records of trainings become columns of cells."""

import numpy as np
import pytest
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.table.columns import Columns
from nasplug_nasbench101.table.record import Measurement, Record

CELLS = [Cell([[0, 1], [0, 0]], []), Cell([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [2])]
HASHES = ["f" * 32, "0" * 15 + "1" + "e" * 16]  # the second one comes first in the table


def record(cell, epochs, repeat):
    """A training whose figures tell which one it is."""
    number = float(100 * cell + 10 * repeat + epochs)
    measured = [Measurement(number + point, 0.25, 0.5, 0.75) for point in (0.0, 1.0)]
    matrix = "".join(str(entry) for row in CELLS[cell].matrix for entry in row)
    return Record(HASHES[cell], epochs, matrix, ",".join(CELLS[cell].names), *measured, 1000 + cell)


def columns(*trainings):
    filled = Columns()
    for training in trainings:
        filled.add(record(*training))
    return filled


ALL = [(cell, epochs, repeat) for repeat in range(3) for epochs in (108, 4) for cell in range(2)]


def test_rows_are_in_the_order_of_the_hashes():
    arrays = columns(*ALL).finish()
    assert arrays["hashes"].tolist() == [[1, 0xEEEEEEEEEEEEEEEE], [2**64 - 1, 2**64 - 1]]
    assert [tuple(code) for code in arrays["codes"].tolist()] == [CELLS[1].code, CELLS[0].code]
    assert arrays["parameters"].tolist() == [1001, 1000]
    assert (arrays["hashes"].dtype, arrays["codes"].dtype, arrays["parameters"].dtype) == (
        np.uint64,
        np.uint8,
        np.int32,
    )


def test_hashes_that_begin_alike_are_ordered_by_their_end():
    first, second = (record(cell, 4, 0)._replace(module_hash="0" * 31 + end) for cell, end in ((0, "2"), (1, "1")))
    filled = Columns()
    for _ in range(3):
        filled.add(first)
        filled.add(second)
    assert filled.finish()["hashes"].tolist() == [[0, 1], [0, 2]]


def test_every_epoch_budget_has_a_column_with_repeats_in_the_order_of_the_file():
    arrays = columns(*ALL).finish()
    assert list(arrays)[3:] == ["metrics_4", "metrics_108"]
    for epochs in (4, 108):
        table = arrays[f"metrics_{epochs}"]
        assert (table.shape, table.dtype) == ((2, 3, 2, 4), np.float32)
        for row, cell in enumerate((1, 0)):
            for repeat in range(3):
                number = 100 * cell + 10 * repeat + epochs
                assert table[row, repeat].tolist() == [[number, 0.25, 0.5, 0.75], [number + 1, 0.25, 0.5, 0.75]]


@pytest.mark.parametrize(("trainings", "count"), [(ALL[:-1], 2), ([*ALL, ALL[0]], 4)])
def test_a_cell_without_three_trainings_is_counted(trainings, count):
    with pytest.raises(ValueError, match=f"of every cell, there are {count} of one .1 of 2 cells are incomplete"):
        columns(*trainings).finish()


def test_a_cell_whose_trainings_contradict_each_other_is_named():
    filled = columns((0, 4, 0))
    with pytest.raises(ValueError, match=f"cell {HASHES[0]} has two numbers of parameters"):
        filled.add(record(0, 4, 1)._replace(parameters=7))


@pytest.mark.parametrize(("seconds", "dtype"), [(1000.5, np.float32), (1000.1, np.float64)])
def test_figures_that_single_precision_would_change_stay_double(seconds, dtype):
    filled = Columns()
    for repeat in range(3):
        training = record(0, 108, repeat)
        filled.add(training._replace(final=training.final._replace(training_time=seconds)))
    assert filled.finish()["metrics_108"].dtype == dtype
