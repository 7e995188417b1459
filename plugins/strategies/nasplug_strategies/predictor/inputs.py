"""Checks of what a user gives a predictor besides graphs."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from nasplug_strategies.predictor.calibration import Array
from nasplug_strategies.predictor.settings import PredictorError


def _array(values: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """Returns a list, an array or a tensor of any device as an array. Raises `PredictorError` for anything else."""
    try:
        return np.asarray(values.detach().cpu().double() if isinstance(values, Tensor) else values, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise PredictorError(f"wanted numbers, got something else: {error}") from error


def checked_accuracies(accuracies: Any, n: int) -> Array:
    """Returns accuracies as float64 `[n]`. Raises `PredictorError` where they are not `n` percentages."""
    y: Array = _array(accuracies, np.float64)
    if y.shape != (n,):
        raise PredictorError(f"wanted one accuracy for each of the {n} graphs, got an array of shape {y.shape}")
    if len(bad := np.flatnonzero(~((y >= 0) & (y <= 100)))):  # NaN fails both
        raise PredictorError(
            f"wanted accuracies in percent, got {y[bad[0]]} at row {bad[0]} ({len(bad)} such): "
            "leave failed trials out of the fit"
        )
    return y


def checked_features(features: Any, n: int) -> Tensor | None:
    """Returns `features` as float32 `[n, s]`, None for None. Raises `PredictorError` for another shape or NaN."""
    if features is None:
        return None
    checked = torch.as_tensor(_array(features, np.float32))
    if checked.ndim != 2 or len(checked) != n:
        raise PredictorError(f"wanted features of shape [{n}, s], got {tuple(checked.shape)}")
    if not bool(torch.isfinite(checked).all()):
        raise PredictorError("wanted finite features, got NaN or infinity")
    return checked


def checked_draws(draws: Any, n: int) -> Array:
    """Returns `draws` as float64, one number, `[n]` or `[k, n]`. Raises `PredictorError` for another shape or NaN."""
    array: Array = _array(draws, np.float64)
    if array.shape not in ((), (n,)) and (array.ndim != 2 or array.shape[1] != n):
        raise PredictorError(f"wanted draws of shape [{n}] or [k, {n}], or one number, got {array.shape}")
    if not np.isfinite(array).all():
        raise PredictorError("wanted finite draws, got NaN or infinity")
    return array
