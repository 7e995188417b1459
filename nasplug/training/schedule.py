"""The learning rate of every step."""

from typing import Any

import numpy as np

from nasplug.training.backend import tf


def cosine_with_warmup(step: Any, steps: int, peak: float, warmup: float) -> Any:
    """Returns the learning rate of `step` (a float32 tensor, counted from 0) in a training of `steps` steps.

    It rises linearly to `peak` over the first `warmup` (a fraction of all steps), and a cosine over the rest brings
    it to zero after the last.
    """
    rise = max(round(warmup * steps), 1)
    linear = (step + 1.0) / rise
    cosine = 0.5 * (1.0 + tf.cos(np.pi * (step - rise) / max(steps - rise, 1)))
    return peak * tf.where(step < rise, linear, cosine)
