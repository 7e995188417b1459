"""A Gaussian process on blocks of scalars: it learns from few samples and knows how sure a prediction is."""

from collections.abc import Iterable, Iterator
from typing import Self

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.gaussian_process import hyperparameters

LEARNED_ON = 300  # samples that the hyper-parameters are learned from; the posterior uses all


@attrs.frozen(eq=False)
class GaussianProcess:
    """Matérn 5/2 kernels: one for each block, added, plus one on all blocks together.

    Hyper-parameters maximise the marginal likelihood under weak log-normal priors (our choice). Kernels are float32,
    what is solved with them is float64, and nothing is random. Raises `ValueError` for tensors whose shapes do not fit
    each other.
    """

    points: Tensor  # [N, s], standardised scalars of the samples
    block: Tensor  # [s], the block of each column, ascending
    theta: Tensor  # [3·blocks + 2], logarithms of the hyper-parameters, in the order of `prior_means`
    alpha: Tensor  # [N, 1], (K + σ²I)⁻¹ y
    root: Tensor  # [N, N], Cholesky factor of K + σ²I

    def __attrs_post_init__(self) -> None:
        N, s = self.points.shape
        parameters = 3 * len(torch.unique_consecutive(self.block)) + 2
        for name, shape in {"block": (s,), "theta": (parameters,), "alpha": (N, 1), "root": (N, N)}.items():
            actual = tuple(getattr(self, name).shape)
            if actual != shape:
                raise ValueError(f"wanted {name} of shape {shape} for points of shape {(N, s)}, got {actual}")

    @classmethod
    def fit(cls, points: Tensor, block: Tensor, y: Tensor, noise: Tensor) -> Self:
        """Returns the posterior after labels `y` `[N]` of standardised `points` float32 `[N, s]`, `s` > 0.

        `noise` float64 `[N]` is the variance of each sample's noise relative to that of the others.
        """
        y, few = y.double()[:, None], points[:LEARNED_ON]
        below = tuple(torch.tril_indices(len(few), len(few), -1))
        D = torch.stack([distances[below] for distances in _distances(few, few, block)])
        theta = hyperparameters.fit_hyperparameters(D, y[:LEARNED_ON], noise[:LEARNED_ON])
        K = _kernel(theta, _distances(points, points, block))
        K.diagonal().add_(theta[-1].exp() * noise + hyperparameters.NUGGET)
        root = hyperparameters.jittered_cholesky(K)
        return cls(points, block, theta, torch.cholesky_solve(y, root), root)

    def predict(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and variance (without noise) at `points` `[n, s]`, float64 `[n]` each."""
        K = _kernel(self.theta, _distances(points, self.points, self.block))  # [n, N]
        explained = torch.linalg.solve_triangular(self.root, K.T, upper=False).square().sum(0)
        blocks = (len(self.theta) - 2) // 3
        prior = self.theta[:blocks].exp().sum() + self.theta[-2].exp()
        return (K @ self.alpha).squeeze(1), (prior - explained).clamp(min=0)

    @property
    def labels(self) -> Tensor:
        """The labels `y` of the samples, float64 `[N]`."""
        return (self.root @ (self.root.T @ self.alpha)).squeeze(1)

    def left_out(self, folds: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yields for each fold of rows the means at these samples by the posterior of all others, float64 `[rows]`.

        In closed form, with the hyper-parameters of all: equation 5.12 of Rasmussen & Williams (2006), for blocks.
        """
        y, precision = self.labels, torch.cholesky_inverse(self.root)
        for rows in folds:
            yield y[rows] - torch.linalg.solve(precision[rows][:, rows], self.alpha[rows]).squeeze(1)

    @property
    def noise(self) -> float:
        """The variance of labels around their true mean where `noise` was 1."""
        return float(self.theta[-1].exp())


def _kernel(theta: Tensor, distances: Iterable[Tensor]) -> Tensor:
    """Returns float64 `[n, N]` from squared distances `[n, N]`, block by block, so that each stays in the caches."""
    added, together = torch.zeros(()), torch.zeros(())
    for (weight, scale, joint), D in zip(theta[:-2].exp().float().view(3, -1).T, distances, strict=True):
        together = together + joint * D
        added = added + hyperparameters.matern(D.mul_(scale)).mul_(weight)
    return (added + theta[-2].exp().float() * hyperparameters.matern(together)).double()


def _distances(a: Tensor, b: Tensor, block: Tensor) -> Iterator[Tensor]:
    """Yields mean squared differences `[n, N]` of the columns of each block, for the caller to keep or to overwrite."""
    widths = torch.unique_consecutive(block, return_counts=True)[1].tolist()
    for p, q in zip(torch.split(a, widths, 1), torch.split(b, widths, 1), strict=True):
        norms = p.square().sum(1, keepdim=True) + q.square().sum(1)
        yield norms.addmm_(p, q.T, alpha=-2.0).clamp_(min=0).div_(p.shape[1])
