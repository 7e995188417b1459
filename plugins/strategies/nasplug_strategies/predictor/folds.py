"""Random folds of samples, always the same of as many."""

import torch
from torch import Tensor

FOLDS, REPEATS = 4, 5


def random_folds(n: int) -> list[Tensor]:
    """Returns the rows of 4 folds of `n` samples for each of 5 random orders; of fewer where a fold would be one row.

    To leave out single samples would not do: where there is nothing to learn, what the others predict of a sample is
    their mean, which is the lower the higher its own label is. So predictions are compared within folds alone.
    """
    folds = min(FOLDS, n // 2)
    if folds < 2:
        return []
    orders = [torch.randperm(n, generator=torch.Generator().manual_seed(seed)) for seed in range(REPEATS)]
    return [rows for order in orders for rows in torch.tensor_split(order, folds)]
