"""The surrogate's table: what it has, and that its rows are those of the cells."""

from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import surrogate as module
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import row_of_code
from nasplug_nasbench101.surrogate import Noise, load_surrogate

from benchmarks import nasbench101_rows as real
from scripts.nasbench101_surrogate_model import quantised


def test_the_file_is_small_and_has_every_cell() -> None:
    path = Path(module.__file__).with_name(module.NAME)
    assert path.stat().st_size <= 4e6
    surrogate = load_surrogate()
    assert surrogate.epochs == [4, 12, 36, 108]
    assert {len(column) for column in (*surrogate.accuracy.values(), surrogate.log_seconds)} == {CELLS}


def test_held_out_figures_meet_the_bars() -> None:
    figures = load_surrogate().manifest["held_out"]["108"]
    for name, bar in {"tau": 0.87, "tau_above_91": 0.78, "r2_above_85": 0.95}.items():
        assert figures[name]["mean"] == pytest.approx(np.mean(figures[name]["folds"]))
        assert figures[name]["mean"] >= bar
        assert len(figures[name]["folds"]) == 5


def test_predictions_are_those_of_the_cells_they_are_written_for(shared_data: Path) -> None:
    """Were the table in another order, or of another unit, these would be far off."""
    records, surrogate = real.load(shared_data), load_surrogate()
    rows = np.array([row_of_code(cell.code) for cell in real.cells(records, 4000)])
    for epochs, off in {108: 0.7, 36: 3.0, 12: 10.0, 4: 10.0}.items():
        accuracy = 100.0 * records[f"val_acc_{epochs}"][:4000]
        predicted = np.array([surrogate.predicted(row, epochs) for row in rows])
        assert np.median(np.abs(predicted - accuracy)) < off
        assert np.corrcoef(predicted.argsort().argsort(), accuracy.argsort().argsort())[0, 1] > 0.8
    seconds = np.array([surrogate.seconds(row, 108) for row in rows])
    assert np.median(np.abs(np.log(seconds / records["training_time_108"][:4000]))) < 0.05


def test_noise_interpolates_its_quantiles_and_stays_in_percent() -> None:
    noise = Noise([90.0], [0.0, 0.5, 1.0], [[-60.0, 0.0, 1.0], [-1.0, 0.0, 20.0]])
    assert noise.draw(80.0, 0.25) == 50.0
    assert noise.draw(95.0, 0.25) == 94.5
    assert noise.draw(50.0, 0.0) == 0.0
    assert noise.draw(95.0, 0.9999) == 100.0


def test_what_does_not_fit_is_not_written() -> None:
    assert quantised(np.array([0.0, 94.32]), 0.002).tolist() == [0, 47160]
    with pytest.raises(ValueError, match="wanted values between"):
        quantised(np.array([-1.0]), 0.002)


def test_a_rank_is_one_more_than_the_number_of_better_cells() -> None:
    surrogate = load_surrogate()
    best = int(surrogate.accuracy[108].argmax())
    assert surrogate.rank(best, 108) == 1
    better = surrogate.accuracy[108] > surrogate.accuracy[108][5]
    assert surrogate.rank(5, 108) == 1 + better.sum()


def test_seconds_are_in_proportion_to_the_epochs() -> None:
    surrogate = load_surrogate()
    assert surrogate.seconds(7, 108) == pytest.approx(np.exp(0.005 * surrogate.log_seconds[7]))
    assert surrogate.seconds(7, 4) == pytest.approx(surrogate.seconds(7, 108) / 27)
