"""torch's settings of the whole process, as a predictor wants them for a while."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_LOCK = threading.RLock()  # the settings belong to the process, so must their guard


@contextmanager
def own_settings(threads: int) -> Iterator[int]:
    """Runs a block with `threads` torch threads, in float32 and outside a caller's inference mode; restores all.

    Yields the number of threads found. One block at a time: a second waits, so that a fit never sees another's
    settings. Threads that use torch beside a block see its number of threads and default dtype, which are one per
    process.
    """
    with _LOCK, torch.inference_mode(False):
        before, dtype = torch.get_num_threads(), torch.get_default_dtype()
        torch.set_num_threads(threads)
        torch.set_default_dtype(torch.float32)
        try:
            yield before
        finally:
            torch.set_num_threads(before)
            torch.set_default_dtype(dtype)
