"""The statistics of batch normalisation, estimated anew when a training is over."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.layers import BatchNorm
from nasplug.training.recipe import Precision


class StatisticsPass:
    """Estimates the statistics of every `BatchNorm` of a network; compiled at the first use, for all further ones.

    Moving averages lag behind the weights, and where layers are few channels wide their errors add up over the layers:
    the same network can then validate at 20 % or at 52 %. See Wu and Johnson, "Rethinking 'Batch' in BatchNorm"
    (arXiv 2105.07576), section 3. `images` is the `tf.TensorSpec` of one device's part of a batch.
    """

    def __init__(self, network: Any, images: Any, precision: Precision, placement: Placement) -> None:
        self._placement, self._images = placement, images
        self._norms = norms = batch_norms(network)

        def replica_statistics(x: Any) -> Any:
            network(tf.cast(x, precision), True)
            return [(norm.mean.read_value(), norm.variance.read_value()) for norm in norms]

        self._replica_statistics = replica_statistics
        self._compiled: Callable[..., Any] | None = None

    def estimate(self, batches: Iterable[Any]) -> None:
        """Sets mean and variance of every `BatchNorm` to their averages over `batches` of training images."""
        momenta = [norm.momentum for norm in self._norms]
        for norm in self._norms:
            norm.momentum = 0.0  # a pass in training mode now leaves the statistics of its own batch
        if self._compiled is None:
            self._compiled = self._placement.compiled(self._replica_statistics, "MEAN", [self._images], xla=False)
        passes = [self._compiled(*self._placement.spread([batch])) for batch in batches]  # [batches][norms][2]
        for norm, momentum, *statistics in zip(self._norms, momenta, *passes, strict=True):
            norm.mean.assign(np.mean([mean.numpy() for mean, _ in statistics], axis=0))
            norm.variance.assign(np.mean([variance.numpy() for _, variance in statistics], axis=0))
            norm.momentum = momentum


def share_statistics(network: Any) -> None:
    """Gives all devices the mean of their moving averages; until then each would measure with its own."""
    for norm in batch_norms(network):
        for average in (norm.mean, norm.variance):
            average.assign(average.read_value())


def batch_norms(network: Any) -> list[BatchNorm]:
    """Returns the batch normalisations of a network."""
    return [module for module in network.submodules if isinstance(module, BatchNorm)]
