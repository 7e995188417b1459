"""Hyper-parameters of a Gaussian process, learned from its samples by Adam on the written gradient of the posterior."""

from typing import cast

import torch
from torch import Tensor

STEPS, LEARNING_RATE = 80, 0.1  # of Adam: 150 steps order no better
NUGGET = 1e-4  # least noise: keeps float32 kernels of equal graphs positive definite
JITTERS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)  # tried in turn, relative to the mean of the diagonal


def fit_hyperparameters(D: Tensor, y: Tensor, noise: Tensor) -> Tensor:
    """Returns the logarithms of the hyper-parameters, float64 `[3·blocks + 2]`, that maximise the posterior.

    `D` `[blocks, N·(N − 1)/2]` holds the squared distances of all pairs below the diagonal, row by row; `y` `[N, 1]`
    are labels; `noise` `[N]` is the variance of each label's noise relative to that of the others.
    """
    centre = prior_means(len(D))
    theta = centre.clone()
    optimizer = torch.optim.Adam([theta], lr=LEARNING_RATE)
    for _ in range(STEPS):
        theta.grad = likelihood_gradient(theta, D, y, noise) + 0.1 * (theta - centre)
        optimizer.step()
    return theta


def prior_means(blocks: int) -> Tensor:
    """Returns the means of the log-normal priors: added weights and scales, joint scales, joint weight, noise."""
    parts = [torch.full((blocks,), value, dtype=torch.float64) for value in (-2.5, 0.0, -1.0)]
    return torch.cat([*parts, torch.tensor([0.0, -2.0], dtype=torch.float64)])


def likelihood_gradient(theta: Tensor, D: Tensor, y: Tensor, noise: Tensor) -> Tensor:
    """Returns the gradient of −log p(y | θ) with respect to θ (Rasmussen & Williams, 2006, equation 5.9)."""
    weight, scale, joint = theta[:-2].exp().view(3, -1)
    weights = torch.cat((weight, theta[-2:-1].exp()))  # [blocks + 1]
    scaled = torch.cat((scale[:, None].float() * D, joint[None].float() @ D))  # [blocks + 1, pairs]
    M, dM = matern(scaled), matern_derivative(scaled)
    below = tuple(torch.tril_indices(len(y), len(y), -1))
    K = torch.zeros(len(y), len(y), dtype=torch.float64)
    K[below] = weights @ M.double()
    K = K + K.T
    K.diagonal().copy_(weights.sum() + theta[-1].exp() * noise + NUGGET)
    inverse = torch.cholesky_inverse(jittered_cholesky(K))
    alpha = inverse @ y
    dK = 0.5 * (inverse - alpha @ alpha.T)  # [N, N]
    pairs, trace = 2.0 * dK[below].float(), dK.trace()
    by_noise = theta[-1].exp() * (dK.diagonal() @ noise)
    by_scaled = weights * ((dM * scaled) @ pairs)
    by_joint = weights[-1] * joint * (D @ (dM[-1] * pairs))
    by_weight = weights * (M @ pairs + trace)
    return torch.cat((by_weight[:-1], by_scaled[:-1], by_joint, by_weight[-1:], by_noise[None]))


def jittered_cholesky(K: Tensor) -> Tensor:
    """Returns the Cholesky factor of a kernel matrix `[N, N]` that rounding may have made slightly indefinite.

    Adds the least of `JITTERS` to the diagonal that makes `K` positive definite, as `psd_safe_cholesky` of GPyTorch
    does. Raises `torch.linalg.LinAlgError` where the largest does not.
    """
    scale = K.diagonal().mean()
    for jitter in JITTERS:
        root, failure = torch.linalg.cholesky_ex(K + torch.diag(jitter * scale.expand(len(K))) if jitter else K)
        if not failure:
            return cast(Tensor, root)
    return cast(Tensor, torch.linalg.cholesky(K))  # raises, and says why


def matern(D: Tensor) -> Tensor:
    """Returns the Matérn 5/2 kernel of squared distances: (1 + r + r²/3)·exp(−r) with r = √(5D)."""
    r = (5.0 * D).sqrt_()
    polynomial = r.div(3.0).add_(1.0).mul_(r).add_(1.0)  # in place: the pool of a search makes this the hot spot
    return polynomial.mul_(r.neg_().exp_())


def matern_derivative(D: Tensor) -> Tensor:
    """Returns the derivative of `matern` by `D`: −⅚·(1 + r)·exp(−r)."""
    r = (5.0 * D).sqrt()
    return (-5.0 / 6.0) * (1.0 + r) * torch.exp(-r)
