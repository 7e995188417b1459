"""torch's settings of the whole process, as a predictor needs them for a while, and the devices that torch has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nasplug_strategies.predictor.settings import PredictorError

_LOCK = threading.RLock()  # the settings are one per process, and so is their lock


@contextmanager
def torch_held_at(threads: int) -> Iterator[int]:
    """Holds torch at `threads` threads, float32 and outside a caller's inference mode; yields the former thread number.

    Only one block runs at a time, a second one waits, so that a fit never sees another's settings. Other threads that
    use torch meanwhile see the block's number of threads and default dtype, which belong to the process.
    """
    with _LOCK, torch.inference_mode(False):
        former_threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        torch.set_num_threads(threads)
        torch.set_default_dtype(torch.float32)
        try:
            yield former_threads
        finally:
            torch.set_num_threads(former_threads)
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
