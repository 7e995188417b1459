"""Columns of features brought to one scale; those that do not vary in the fit are left out."""

import pytest
import torch
from nasplug_strategies.predictor.gaussian_process.scaling import Scaler
from nasplug_strategies.predictor.settings import PredictorError

BLOCKS = {
    "first": torch.tensor([[1.0, 5.0], [3.0, 5.0]]),
    "second": torch.tensor([[-2.0], [2.0]]),
}


def test_columns_have_mean_zero_and_the_deviation_of_the_population_one():
    assert Scaler.fit(BLOCKS)(BLOCKS).tolist() == [[-1.0, -1.0], [1.0, 1.0]]


def test_a_column_that_does_not_vary_is_dropped_and_the_others_keep_their_block():
    scaler = Scaler.fit(BLOCKS)
    assert scaler.kept.tolist() == [True, False, True]
    assert scaler.block.tolist() == [0, 0, 1]
    assert scaler.blocks.tolist() == [0, 1]
    assert scaler.scale.tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize(("deviation", "kept"), [(1e-5, True), (1e-7, False)])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_what_rounding_may_have_made_counts_as_no_variation_in_any_unit(deviation, kept, unit):
    column = unit * torch.tensor([[-1.0 - deviation], [-1.0 + deviation]], dtype=torch.float64)
    assert Scaler.fit({"one": column}).kept.tolist() == [kept]


def test_values_far_from_the_fit_are_cut_at_four_deviations():
    rows = {"first": torch.tensor([[100.0, 5.0], [5.0, 5.0]]), "second": torch.tensor([[-100.0], [0.0]])}
    assert Scaler.fit(BLOCKS)(rows).tolist() == [[4.0, -4.0], [3.0, 0.0]]


def test_another_number_of_columns_than_in_the_fit_is_refused():
    with pytest.raises(PredictorError, match="wanted 3 scalars a graph, as in the fit, got 2"):
        Scaler.fit(BLOCKS)({"first": BLOCKS["first"]})


@pytest.mark.parametrize("name", ["mean", "scale", "kept", "block"])
def test_tensors_of_different_widths_are_refused(name):
    tensors = {"mean": torch.zeros(2), "scale": torch.ones(2), "kept": torch.ones(2).bool(), "block": torch.zeros(2)}
    with pytest.raises(ValueError, match="of as many columns"):
        Scaler(**tensors | {name: tensors[name][:1]})
    with pytest.raises(ValueError, match="of as many columns"):
        Scaler(*(t[None] for t in tensors.values()))
