"""How weights move: RMSProp as TensorFlow 1 defines it, and the learning rate of every step."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nasplug.training.backend import tf


class RMSProp(tf.Module):
    """Per variable: s ← ρ·s + (1 − ρ)·g²; m ← μ·m + η·g / √(s + ε); w ← w − m.

    ε stands inside the root and s starts at 1 (google-research/tunas); with ε = 0.1 that changes the first epochs of
    a training against Keras, which starts s at 0, and against torch, which adds ε to the root.
    """

    def __init__(self, variables: Sequence[Any], decay: float, momentum: float, epsilon: float) -> None:
        super().__init__()
        self.targets = list(variables)
        self.decay, self.momentum, self.epsilon = decay, momentum, epsilon
        self.squares = [tf.Variable(tf.ones_like(v), trainable=False) for v in self.targets]
        self.moments = [tf.Variable(tf.zeros_like(v), trainable=False) for v in self.targets]

    def reset(self) -> None:
        """Sets s and m back to 1 and 0, for another training of the same variables."""
        for square, moment in zip(self.squares, self.moments, strict=True):
            square.assign(tf.ones_like(square))
            moment.assign(tf.zeros_like(moment))

    def apply(self, gradients: Sequence[Any], learning_rate: Any) -> None:
        """Moves every variable against its gradient."""
        settings = {"lr": learning_rate, "rho": self.decay, "momentum": self.momentum, "epsilon": self.epsilon}
        for w, s, m, gradient in zip(self.targets, self.squares, self.moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyRMSProp(var=w.handle, ms=s.handle, mom=m.handle, grad=gradient, **settings)


def cosine_with_warmup(step: Any, steps: int, peak: float, warmup: float) -> Any:
    """Returns the learning rate of `step` (a float32 tensor, from 0) in a training of `steps` steps.

    It rises linearly to `peak` over the first `warmup`, a part of all steps, and then falls as a cosine to zero.
    """
    rise = max(round(warmup * steps), 1)
    linear = (step + 1.0) / rise
    cosine = 0.5 * (1.0 + tf.cos(np.pi * (step - rise) / max(steps - rise, 1)))
    return peak * tf.where(step < rise, linear, cosine)
