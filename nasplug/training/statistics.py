"""The statistics of batch normalisation, estimated anew when a training is over."""

from collections.abc import Iterable
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
    (arXiv 2105.07576), section 3.
    """

    def __init__(
        self, network: Any, images: Any, precision: Precision = "float32", placement: Placement | None = None
    ) -> None:
        """`images` is the `tf.TensorSpec` of one device's part of a batch."""
        self._placement, self._images = placement or Placement.default(), images
        self._norms = norms = batch_norms(network)

        def statistics(x: Any) -> Any:
            network(tf.cast(x, precision), True)
            return [(norm.mean.read_value(), norm.variance.read_value()) for norm in norms]

        self._statistics = statistics
        self._one_batch: Any = None

    def estimate(self, batches: Iterable[Any]) -> None:
        """Sets mean and variance of every `BatchNorm` to their averages over `batches` of images.

        Called after the last step, with batches like those the network was trained on.
        """
        momenta = [norm.momentum for norm in self._norms]
        for norm in self._norms:
            norm.momentum = 0.0  # a pass in training mode now leaves the statistics of its own batch
        if self._one_batch is None:
            self._one_batch = self._placement.compiled(self._statistics, "MEAN", [self._images], xla=False)
        passes = [self._of(batch) for batch in batches]
        for norm, momentum, *found in zip(self._norms, momenta, *passes, strict=True):
            norm.mean.assign(np.mean([mean for mean, _ in found], axis=0))
            norm.variance.assign(np.mean([variance for _, variance in found], axis=0))
            norm.momentum = momentum

    def _of(self, batch: Any) -> list[tuple[Any, Any]]:
        return [(m.numpy(), v.numpy()) for m, v in self._one_batch(*self._placement.spread([batch]))]


def share_statistics(network: Any) -> None:
    """Gives all devices the mean of their moving averages; called before a network that was trained on several is used.

    Until then each of them would measure with its own.
    """
    for norm in batch_norms(network):
        for average in (norm.mean, norm.variance):
            average.assign(average.read_value())


def batch_norms(network: Any) -> list[BatchNorm]:
    """Returns the batch normalisations of a network."""
    return [module for module in network.submodules if isinstance(module, BatchNorm)]
