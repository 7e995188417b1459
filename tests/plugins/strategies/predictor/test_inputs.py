"""Checks of labels, features and draws: what is returned, and what each refusal says."""

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor.inputs import checked_accuracies, checked_draws, checked_features
from nasplug_strategies.predictor.settings import PredictorError


@pytest.mark.parametrize("values", [[0, 100], (0.0, 100.0), np.array([0, 100]), torch.tensor([0.0, 100.0]).bfloat16()])
def test_accuracies_of_any_library_become_float64_and_the_bounds_are_allowed(values):
    y = checked_accuracies(values, 2)
    assert (y.dtype, y.tolist()) == (np.float64, [0.0, 100.0])


@pytest.mark.parametrize("bad", [-0.001, 100.001, float("nan")])
def test_the_first_accuracy_out_of_bounds_is_named_by_its_row_and_all_are_counted(bad):
    with pytest.raises(PredictorError, match=rf"got {bad} at row 1 \(2 such\): leave failed trials out"):
        checked_accuracies([50.0, bad, 60.0, bad], 4)


@pytest.mark.parametrize("values", [[50.0], [[50.0], [60.0]], 50.0])
def test_another_number_of_accuracies_than_of_graphs_is_refused(values):
    with pytest.raises(PredictorError, match="one accuracy for each of the 2 graphs, got an array of shape"):
        checked_accuracies(values, 2)


def test_features_become_float32_and_none_stays_none():
    features = checked_features([[1, 2], [3, 4], [5, 6]], 3)
    assert (features.dtype, features.tolist()) == (torch.float32, [[1, 2], [3, 4], [5, 6]])
    assert checked_features(None, 3) is None


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([1.0, 2.0], r"shape \[2, s\], got \(2,\)"),
        ([[1.0]], r"got \(1, 1\)"),
        ([[1.0], [np.inf]], "finite features"),
        ([[np.nan], [1.0]], "finite features"),
        ([["a"], ["b"]], "wanted numbers, got something else"),
    ],
)
def test_features_of_another_shape_or_without_a_value_are_refused(features, message):
    with pytest.raises(PredictorError, match=message):
        checked_features(features, 2)


@pytest.mark.parametrize("draws", [0.5, [0.5, -1.0], [[0.5, 1.0]], [[0.5, 1.0], [2.0, 3.0], [4.0, 5.0]]])
def test_draws_are_one_number_one_for_each_graph_or_rows_of_those(draws):
    array = checked_draws(draws, 2)
    assert (array.dtype, array.tolist()) == (np.float64, draws)


@pytest.mark.parametrize("draws", [[1.0], [[1.0], [2.0]], [[[1.0, 2.0]]], [np.nan, 1.0], np.inf])
def test_other_draws_are_refused(draws):
    with pytest.raises(PredictorError, match="wanted draws of shape|wanted finite draws"):
        checked_draws(draws, 2)
