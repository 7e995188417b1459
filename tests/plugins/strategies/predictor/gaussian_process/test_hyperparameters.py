"""The written gradient of the marginal likelihood against autograd's."""

import pytest
import torch
from nasplug_strategies.predictor.gaussian_process.hyperparameters import (
    NUGGET,
    fit_hyperparameters,
    jittered_cholesky,
    likelihood_gradient,
    prior_means,
)


def pairs(n=20, blocks=3):
    points = torch.randn(blocks, n, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    y = torch.sin(points[0, :, :1] * 2) + 0.1 * points[1, :, 1:]
    return torch.cdist(points, points).square(), y, torch.linspace(0.2, 2.0, n, dtype=torch.float64)


def minus_log_likelihood(theta, D, y, noise):
    """By the definition, over whole matrices."""
    weight, scale, joint = theta[:-2].exp().view(3, -1)
    together = torch.einsum("b,bij->ij", joint, D)

    def matern(D):
        r = (5 * D + 1e-12).sqrt()
        return (1 + r + r**2 / 3) * torch.exp(-r)

    K = torch.einsum("b,bij->ij", weight, matern(scale[:, None, None] * D)) + theta[-2].exp() * matern(together)
    normal = torch.distributions.MultivariateNormal(
        torch.zeros(len(y), dtype=y.dtype), K + torch.diag(theta[-1].exp() * noise + NUGGET)
    )
    return -normal.log_prob(y[:, 0])


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_the_written_gradient_is_that_of_autograd(shift):
    D, y, noise = pairs()
    theta = (prior_means(3) + shift).requires_grad_()
    minus_log_likelihood(theta, D, y, noise).backward()
    below = tuple(torch.tril_indices(20, 20, -1))
    gradient = likelihood_gradient(theta.detach(), torch.stack([d[below] for d in D]).float(), y, noise)
    assert gradient.tolist() == pytest.approx(theta.grad.tolist(), rel=1e-3, abs=1e-4)


def test_learning_makes_the_samples_likelier():
    D, y, noise = pairs()
    below = tuple(torch.tril_indices(20, 20, -1))
    theta = fit_hyperparameters(torch.stack([d[below] for d in D]).float(), y, noise)
    assert minus_log_likelihood(theta, D, y, noise) < minus_log_likelihood(prior_means(3), D, y, noise) - 3


def test_a_positive_definite_matrix_gets_no_jitter():
    K = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
    assert torch.equal(jittered_cholesky(K), torch.linalg.cholesky(K))


@pytest.mark.parametrize(("below_zero", "jitter"), [(1e-7, 1e-6), (5e-6, 1e-5), (5e-3, 1e-2)])
def test_a_slightly_indefinite_matrix_gets_the_least_jitter_that_helps(below_zero, jitter):
    """Relative to the mean of the diagonal, 2 here; `K` is left as it is."""
    K = 2.0 * torch.ones(3, 3, dtype=torch.float64) - 2.0 * below_zero * torch.eye(3, dtype=torch.float64)
    before = K.clone()
    root = jittered_cholesky(K)
    added = (root @ root.T - K).diagonal() / K.diagonal().mean()
    assert added.tolist() == pytest.approx([jitter] * 3, rel=1e-6)
    assert torch.equal(K, before)


def test_a_matrix_that_is_no_kernel_is_refused():
    with pytest.raises(RuntimeError, match="positive-definite"):
        jittered_cholesky(torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64)))
