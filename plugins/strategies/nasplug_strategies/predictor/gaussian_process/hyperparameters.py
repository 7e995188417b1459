"""Hyper-parameters of a Gaussian process from its samples: the posterior's slope, written out, and Adam on it."""

import torch
from torch import Tensor

STEPS, RATE = 80, 0.1  # of Adam: 150 steps order no better
NUGGET = 1e-4  # least noise: keeps float32 kernels of equal graphs positive definite


def learn(D: Tensor, y: Tensor, noise: Tensor) -> Tensor:
    """Returns the hyper-parameters float64 `[3·blocks + 2]` that maximise the posterior after `y` `[N, 1]`.

    `D` `[blocks, N·(N − 1) / 2]` holds the squared distances of all pairs below the diagonal, row by row; `noise` `[N]`
    tells how the variance of each sample's noise compares with that of the others.
    """
    centre = prior_means(len(D))
    theta = centre.clone()
    optimizer = torch.optim.Adam([theta], lr=RATE)
    for _ in range(STEPS):
        theta.grad = slope(theta, D, y, noise) + 0.1 * (theta - centre)
        optimizer.step()
    return theta


def prior_means(blocks: int) -> Tensor:
    """Returns the means of the log-normal priors: added weights and scales, joint scales, joint weight, noise."""
    parts = [torch.full((blocks,), value, dtype=torch.float64) for value in (-2.5, 0.0, -1.0)]
    return torch.cat([*parts, torch.tensor([0.0, -2.0], dtype=torch.float64)])


def slope(theta: Tensor, D: Tensor, y: Tensor, noise: Tensor) -> Tensor:
    """Returns the gradient of −log p(y | θ) in the logarithms θ (Rasmussen & Williams, 2006, equation 5.9)."""
    weight, scale, joint = theta[:-2].exp().view(3, -1)
    weights = torch.cat((weight, theta[-2:-1].exp()))  # [blocks + 1]
    scaled = torch.cat((scale[:, None].float() * D, joint[None].float() @ D))  # [blocks + 1, pairs]
    M, dM = matern(scaled), matern_slope(scaled)
    below = tuple(torch.tril_indices(len(y), len(y), -1))
    K = torch.zeros(len(y), len(y), dtype=torch.float64)
    K[below] = weights @ M.double()
    K = K + K.T
    K.diagonal().copy_(weights.sum() + theta[-1].exp() * noise + NUGGET)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(K))
    alpha = inverse @ y
    dK = 0.5 * (inverse - alpha @ alpha.T)  # [N, N]
    pairs, trace = 2.0 * dK[below].float(), dK.trace()
    by_noise = theta[-1].exp() * (dK.diagonal() @ noise)
    by_scaled = weights * ((dM * scaled) @ pairs)
    by_joint = weights[-1] * joint * (D @ (dM[-1] * pairs))
    by_weight = weights * (M @ pairs + trace)
    return torch.cat((by_weight[:-1], by_scaled[:-1], by_joint, by_weight[-1:], by_noise[None]))


def matern(D: Tensor) -> Tensor:
    """Returns (1 + r + r²/3)·exp(−r) with r = √(5D)."""
    r = (5.0 * D).sqrt_()
    polynomial = r.div(3.0).add_(1.0).mul_(r).add_(1.0)  # in place: the pool of a search makes this the hot spot
    return polynomial.mul_(r.neg_().exp_())


def matern_slope(D: Tensor) -> Tensor:
    """Returns its derivative by `D`: −⅚·(1 + r)·exp(−r)."""
    r = (5.0 * D).sqrt()
    return (-5.0 / 6.0) * (1.0 + r) * torch.exp(-r)
