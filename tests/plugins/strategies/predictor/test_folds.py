"""Random folds of samples."""

import pytest
import torch
from nasplug_strategies.predictor.folds import random_folds


@pytest.mark.parametrize(("n", "folds"), [(4, 2), (7, 3), (8, 4), (101, 4)])
def test_each_order_of_the_samples_is_split_into_folds_of_two_or_more(n, folds):
    all_folds = random_folds(n)
    assert len(all_folds) == 5 * folds
    for start in range(0, len(all_folds), folds):
        assert sorted(torch.cat(all_folds[start : start + folds]).tolist()) == list(range(n))
    assert min(map(len, all_folds)) >= 2
    assert all(torch.equal(one, other) for one, other in zip(all_folds, random_folds(n), strict=True))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_samples_have_none(n):
    assert random_folds(n) == []
