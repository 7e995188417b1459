"""TensorFlow, imported without a word on standard error, and its settings that can be made only once in a process.

Every module of the trainer takes `tf` from here.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Literal

from nasplug.errors import ConfigurationError
from nasplug.loading.packages import require_packages

Accelerator = Literal["auto", "cpu", "gpu", "tpu"]
_lock = threading.Lock()


@contextmanager
def native_stderr_held() -> Iterator[None]:
    """Holds back what C++ libraries write to file descriptor 2, unless the body raises; `sys.stderr` goes on writing.

    Two of TensorFlow's libraries log while they are loaded, before they read TF_CPP_MIN_LOG_LEVEL.
    """
    python_stderr = sys.stderr
    python_stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held, os.fdopen(os.dup(terminal), "w", buffering=1) as live:
        os.dup2(held.fileno(), 2)
        if python_stderr is sys.__stderr__:
            sys.stderr = live
        try:
            yield
        except BaseException:  # also an interruption: what was held may say why
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            sys.stderr = python_stderr
            os.dup2(terminal, 2)
            os.close(terminal)


require_packages(["tensorflow"], "Trainings, networks and their latencies", "'nasplug[train]'")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with native_stderr_held():
    with suppress(ImportError):  # of PyTorch for GPUs: loaded after TensorFlow, it ends the process by a bad address
        import_module("triton")
    import tensorflow as tf

__all__ = ["configure", "native_stderr_held", "tf"]


def configure(threads: int = 2, accelerator: Accelerator = "auto") -> None:
    """Sets how many operations run at the same time, and which devices are used. Call before the first operation.

    Each operation keeps to one thread, and `threads` of them run side by side: so results do not depend on `threads`,
    nor on what else the machine does. The first call in a process decides.

    Raises:
        ConfigurationError: the accelerator is missing, or TensorFlow was started with several threads an operation
    """
    with _lock:
        _set_threads(threads)
        _set_devices(accelerator)


def _set_threads(threads: int) -> None:
    if tf.config.threading.get_intra_op_parallelism_threads() == 1:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        raise ConfigurationError(
            "TensorFlow was started in this process before nasplug could set its threads, so trainings would not be "
            "reproducible. Call nasplug.training.configure() before the first TensorFlow operation."
        ) from None


def _set_devices(accelerator: Accelerator) -> None:
    if accelerator == "tpu":  # distribution.place connects to it
        return
    gpus = tf.config.list_physical_devices("GPU")
    if accelerator == "gpu" and not gpus:
        raise ConfigurationError(
            "accelerator=gpu: TensorFlow sees no GPU here. Install tensorflow[and-cuda], or use accelerator=cpu."
        )
    with suppress(RuntimeError):  # the devices are in use already, as the first call of this process set them
        if accelerator == "cpu":
            tf.config.set_visible_devices([], "GPU")
        for gpu in gpus if accelerator != "cpu" else []:
            tf.config.experimental.set_memory_growth(gpu, True)
