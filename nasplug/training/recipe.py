"""How a network is trained: every figure of a training in one value."""

from typing import Any, Literal

import attrs

from nasplug.types import Purpose

Precision = Literal["float32", "bfloat16"]


@attrs.frozen(kw_only=True)
class Recipe:
    """The settings of a training; the defaults are those of arXiv 1912.00848 (supplementary material) on ImageNet.

    The learning rate belongs to the whole batch. It rises linearly over the first `warmup` (a fraction of all steps)
    and falls as a cosine to zero, step by step. On several devices `batch` and `learning_rate` are those of one device.

    With `scores`, a training reports the metric `score` beside its accuracy: the geometric mean of the probability of
    the right class, in percent. In a final training the mean is over the test images. In a search it is over the
    training images of the last epoch, each at the step that then learns from it. In a single epoch these are as new to
    the network as held-out ones: that is progressive validation (Blum, Kalai and Langford, "Beating the hold-out",
    1999). This score tells how fast a network learns, with less luck of the seed than the accuracy after the last step.
    """

    batch: int = 128  # per TPU core; the paper trains on 32
    epochs: int = 90
    final_epochs: int = 360
    learning_rate: float = 0.026  # ours: per 128 images, early steps are as large as tunas' 0.165 per 256 at ε = 1
    warmup: float = 0.025  # ours, after google-research/tunas
    decay: float = 0.9
    momentum: float = 0.9
    epsilon: float = 0.1
    weight_decay: float = 4e-5
    decayed: Literal["convolutions", "all"] = "convolutions"
    label_smoothing: float = 0.0  # ours; tunas smooths by 0.1
    dropout: float = 0.0
    final_dropout: float = 0.15
    norm_momentum: float = 0.99
    norm_epsilon: float = 1e-3
    estimate_batches: int = 0  # batches that re-estimate the statistics of batch normalisation after the last step
    estimate_size: int = 500
    scores: bool = False
    precision: Precision = "float32"  # of activations; weights, their gradients and statistics are always float32
    xla: bool = False  # compile the step with XLA, which TPUs always do
    across_devices: bool = False  # batch normalisation over the whole batch, not over each device's part of it

    def epochs_for(self, purpose: Purpose) -> int:
        """Returns the epochs of a training for `purpose`."""
        return self.final_epochs if purpose == "final" else self.epochs

    def dropout_for(self, purpose: Purpose) -> float:
        """Returns the share of features that dropout removes in a training for `purpose`."""
        return self.final_dropout if purpose == "final" else self.dropout

    @property
    def norm(self) -> dict[str, Any]:
        """The constants of batch normalisation, as arguments of `layers.BatchNorm`.

        Where statistics are estimated after the last step, a training keeps no moving averages: their momentum is 1.
        """
        momentum = 1.0 if self.estimate_batches else self.norm_momentum
        constants = {"momentum": momentum, "epsilon": self.norm_epsilon}
        return constants | {"across_devices": True} if self.across_devices else constants
