"""What of torch belongs to the whole process, set for a while; and its devices."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nasplug_strategies.predictor.errors import PredictorError

_LOCK = threading.RLock()  # the settings belong to the process, so must their guard


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Runs a block with `count` torch threads, in float32 and outside a caller's inference mode, and restores all.

    One block at a time: a second thread waits, so that a fit never sees another's setting.
    """
    with _LOCK, torch.inference_mode(False):
        before, dtype = torch.get_num_threads(), torch.get_default_dtype()
        torch.set_num_threads(count)
        torch.set_default_dtype(torch.float32)
        try:
            yield
        finally:
            torch.set_num_threads(before)
            torch.set_default_dtype(dtype)


def torch_device(name: str) -> torch.device:
    """Returns the torch device of that name. Raises `PredictorError` where there is none, or none that computes."""
    try:
        device = torch.device(name)
        torch.ones(1, device=device).item()
    except (RuntimeError, AssertionError) as error:  # torch asserts that it was compiled for a device
        reason = str(error).splitlines()[0]
        raise PredictorError(f"wanted the torch device {name!r}; it is not there ({reason}). Use device=cpu") from error
    return device
