"""A Gaussian process on blocks of scalars: few samples, a scale and a weight a block, and a deviation for free."""

from typing import Self

import attrs
import torch
from torch import Tensor

LEARNED_ON = 300  # samples that the hyper-parameters are learned from; the posterior uses all


@attrs.frozen(eq=False)
class GaussianProcess:
    """Matérn 5/2 kernels: one for each block, added, plus one on all blocks together.

    Hyper-parameters maximise the marginal likelihood under weak log-normal priors (our choice), by
    Adam; everything is float64 and free of random numbers.
    """

    points: Tensor  # [N, s]
    block: Tensor  # [s], the block of each column
    theta: Tensor  # logarithms of the hyper-parameters
    alpha: Tensor  # [N, 1], (K + σ²I)⁻¹ y
    root: Tensor  # [N, N], Cholesky factor of K + σ²I

    @classmethod
    def fit(cls, points: Tensor, block: Tensor, y: Tensor, steps: int = 80, rate: float = 0.1) -> Self:
        """Returns the posterior after `y` `[N]` was seen at standardised `points` `[N, s]` of `s` > 0 columns."""
        points, y = points.double(), y.double()[:, None]
        few = points[:LEARNED_ON]
        theta = _learn(_distances(few, few, block), y[:LEARNED_ON], steps, rate)
        alpha, root = _solve(theta, _distances(points, points, block), y)
        return cls(points, block, theta, alpha, root)

    def predict(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and variance (noise included) at `points` `[n, s]`, float64 `[n]` each."""
        K = _kernel(self.theta, _distances(points.double(), self.points, self.block))  # [n, N]
        explained = torch.linalg.solve_triangular(self.root, K.T, upper=False).square().sum(0)
        variance = (_prior(self.theta) - explained).clamp(min=0) + self.theta[-1].exp()
        return (K @ self.alpha).squeeze(1), variance


def _learn(D: Tensor, y: Tensor, steps: int, rate: float) -> Tensor:
    """Returns the hyper-parameters that maximise the posterior, found in `steps` of Adam."""
    centre = _centre(len(D))
    theta = centre.clone().requires_grad_()
    optimizer = torch.optim.Adam([theta], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        alpha, root = _solve(theta, D, y)
        loss = 0.5 * (y * alpha).sum() + root.diagonal().log().sum() + 0.05 * (theta - centre).square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return theta.detach()


def _centre(blocks: int) -> Tensor:
    """Returns the means of the priors: added weights and scales, joint scales, then joint weight and noise."""
    parts = [torch.full((blocks,), value, dtype=torch.float64) for value in (-2.5, 0.0, -1.0)]
    return torch.cat([*parts, torch.tensor([0.0, -2.0], dtype=torch.float64)])


def _solve(theta: Tensor, D: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    noise = (theta[-1].exp() + 1e-6) * torch.eye(len(y), dtype=torch.float64)
    root = torch.linalg.cholesky(_kernel(theta, D) + noise)
    return torch.cholesky_solve(y, root), root


def _kernel(theta: Tensor, D: Tensor) -> Tensor:
    """Returns `[n, N]` of squared distances `[blocks, n, N]`."""
    weight, scale, joint = theta[:-2].exp().view(3, -1)
    added = torch.einsum("b,bij->ij", weight, _matern(D * scale[:, None, None]))
    return added + theta[-2].exp() * _matern(torch.einsum("b,bij->ij", joint, D))


def _prior(theta: Tensor) -> Tensor:
    return theta[: (len(theta) - 2) // 3].exp().sum() + theta[-2].exp()


def _matern(D: Tensor) -> Tensor:
    r = (5.0 * D + 1e-10).sqrt()
    return (1.0 + r + r.square() / 3.0) * torch.exp(-r)


def _distances(a: Tensor, b: Tensor, block: Tensor) -> Tensor:
    """Returns mean squared differences `[blocks, n, N]` of the columns of each block."""
    columns = [block == number for number in torch.unique(block)]
    return torch.stack([torch.cdist(a[:, c], b[:, c]).square() / int(c.sum()) for c in columns])
