"""The statistics of batch normalisation, estimated anew when a training is over."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.layers import BatchNorm


def estimate_statistics(network: Any, batches: Iterable[Any], images: Any) -> None:
    """Sets the mean and variance of every `BatchNorm` of `network` to their averages over `batches` of images.

    Called after the last step, with batches like those it was trained on; `images` is their `tf.TensorSpec`. Moving
    averages lag behind the weights, and where layers are few channels wide their errors add up over the layers: the
    same network can then validate at 20 % or at 52 %. See Wu and Johnson, "Rethinking 'Batch' in BatchNorm"
    (arXiv 2105.07576), section 3.
    """
    norms = [module for module in network.submodules if isinstance(module, BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0  # a pass in training mode now leaves the statistics of its own batch

    def statistics(x: Any) -> Any:
        network(x, True)
        return [(norm.mean.read_value(), norm.variance.read_value()) for norm in norms]

    one_batch = tf.function(statistics, autograph=False).get_concrete_function(images)
    passes = [[(m.numpy(), v.numpy()) for m, v in one_batch(tf.constant(batch))] for batch in batches]
    for norm, momentum, *found in zip(norms, momenta, *passes, strict=True):
        norm.mean.assign(np.mean([mean for mean, _ in found], axis=0))
        norm.variance.assign(np.mean([variance for _, variance in found], axis=0))
        norm.momentum = momentum
