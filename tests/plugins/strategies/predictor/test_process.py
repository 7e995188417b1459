"""The Gaussian process: interpolates, knows what it does not know, is repeatable."""

import torch
from nasplug_strategies.predictor.process import GaussianProcess


def data(n=80, seed=0):
    g = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 4, generator=g)
    return X, torch.sin(2 * X[:, 0]) + 0.5 * X[:, 2], torch.tensor([0, 0, 1, 1])


def test_it_learns_a_smooth_function():
    X, y, block = data()
    new, wanted, _ = data(200, 1)
    mean, variance = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64)).predict(new)
    assert torch.corrcoef(torch.stack((mean, wanted.double())))[0, 1] > 0.95
    assert bool((variance > 0).all())


def test_it_is_less_certain_far_away():
    X, y, block = data()
    process = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64))
    assert process.predict(X + 20)[1].min() > process.predict(X)[1].max()


def test_many_samples_all_count():
    X, y, block = data(400)
    mean, _ = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64)).predict(X[350:])
    assert (mean - y[350:]).abs().mean() < 0.1


def test_equal_fits_give_equal_bits():
    X, y, block = data()
    first, second = (
        GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64)).predict(X) for _ in range(2)
    )
    assert torch.equal(first[0], second[0])


def test_equal_points_with_equal_labels_are_survived():
    X, y, block = data(40)
    X, y = X.repeat(8, 1), y.repeat(8)
    mean, variance = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64)).predict(X)
    assert (mean - y).abs().max() < 0.2
    assert bool(torch.isfinite(variance).all())
