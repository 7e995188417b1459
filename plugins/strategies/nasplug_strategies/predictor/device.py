"""Where a predictor's networks are computed."""

import torch

from nasplug_strategies.predictor.errors import PredictorError


def torch_device(name: str) -> torch.device:
    """Returns the torch device of that name. Raises `PredictorError` where there is none, or none that computes."""
    try:
        device = torch.device(name)
        torch.ones(1, device=device).item()
    except (RuntimeError, AssertionError) as error:  # torch asserts that it was compiled for a device
        reason = str(error).splitlines()[0]
        raise PredictorError(f"wanted the torch device {name!r}; it is not there ({reason}). Use device=cpu") from error
    return device
