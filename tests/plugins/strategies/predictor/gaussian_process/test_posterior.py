"""The Gaussian process: interpolates, knows what it does not know, is repeatable."""

import contextlib

import pytest
import torch
from nasplug_strategies.predictor.gaussian_process import hyperparameters
from nasplug_strategies.predictor.gaussian_process.posterior import GaussianProcess


def data(n=80, seed=0):
    g = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 4, generator=g)
    return X, torch.sin(2 * X[:, 0]) + 0.5 * X[:, 2], torch.tensor([0, 0, 1, 1])


def test_it_learns_a_smooth_function():
    X, y, block = data()
    new, labels, _ = data(200, 1)
    mean, variance = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64)).predict(new)
    assert torch.corrcoef(torch.stack((mean, labels.double())))[0, 1] > 0.95
    assert bool((variance > 0).all())


def test_what_it_predicts_of_a_fold_is_what_a_posterior_without_it_predicts():
    X, y, block = data(30)
    process = GaussianProcess.fit(X, block, y, torch.ones(len(y), dtype=torch.float64))
    assert torch.allclose(process.labels, y.double(), atol=1e-4)
    K, rows = process.root @ process.root.T, torch.tensor([0, 7, 29])
    others = torch.ones(30, dtype=torch.bool).index_fill(0, rows, False)
    expected = K[rows][:, others] @ torch.linalg.solve(K[others][:, others], process.labels[others])
    [predicted] = process.left_out([rows])
    assert torch.allclose(predicted, expected, atol=1e-6)
    assert not torch.allclose(predicted, process.labels[rows], atol=0.01)


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


@pytest.mark.parametrize("distinct", [1, 125, 250])
def test_500_repeated_points_without_noise_are_survived(distinct, monkeypatch):
    """Rounding makes float32 kernels indefinite where wide ones weigh much and the noise is no more than the nugget."""
    X, y, _ = data(distinct)
    X, y, noise = X[:, :2].repeat(500 // distinct, 1), y.repeat(500 // distinct), torch.zeros(500, dtype=torch.float64)
    theta = torch.tensor([9.0, 9.0, -2.0, -2.0, -2.0, -2.0, 9.0, -30.0], dtype=torch.float64)
    monkeypatch.setattr(hyperparameters, "fit_hyperparameters", lambda *_: theta)
    process = GaussianProcess.fit(X, torch.tensor([0, 1]), y, noise)
    mean, variance = process.predict(X)
    spread = torch.stack([mean[y == label].std() for label in y.unique()]).max()
    assert spread < 0.01
    assert bool(torch.isfinite(variance).all())
    monkeypatch.setattr(hyperparameters, "JITTERS", (0.0,))
    with pytest.raises(RuntimeError) if distinct > 1 else contextlib.nullcontext():
        GaussianProcess.fit(X, torch.tensor([0, 1]), y, noise)


@pytest.mark.slow
def test_hyper_parameters_are_learned_from_the_first_300_samples_alone():
    X, y, block = data(350)
    changed = y.clone()
    changed[300:] += 1.0
    first, second = (GaussianProcess.fit(X, block, labels, torch.ones(len(y)).double()) for labels in (y, changed))
    assert torch.equal(first.theta, second.theta)
    assert not torch.equal(first.alpha, second.alpha)


def test_a_noisier_sample_counts_less():
    X, y, block = data()
    X, y = torch.cat((X, X)), torch.cat((y + 1.0, y - 1.0))  # every point twice, with two labels
    noise = torch.cat((torch.full((80,), 0.1), torch.full((80,), 1.9))).double()
    mean, _ = GaussianProcess.fit(X, block, y, noise).predict(X[:80])
    assert (mean > (y[:80] + y[80:]) / 2 + 0.5).all()


def test_labels_that_scatter_are_known_to_be_noisy():
    X, y, block = data()
    scattered = y + 0.5 * torch.randn(len(y), generator=torch.Generator().manual_seed(2))
    quiet, noisy = (
        GaussianProcess.fit(X, block, labels, torch.ones(len(y)).double()).noise for labels in (y, scattered)
    )
    assert noisy > 0.1 > 2 * quiet
