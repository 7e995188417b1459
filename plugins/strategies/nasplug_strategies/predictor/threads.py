"""A number of threads for a while: torch's setting is one per process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_LOCK = threading.RLock()  # the setting belongs to the process, so must its guard


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Runs a block with `count` torch threads and restores the number found, also after an exception.

    One block at a time: a second thread waits, so that a fit never sees another's setting.
    """
    with _LOCK:
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        try:
            yield
        finally:
            torch.set_num_threads(before)
