"""Networks as LiteRT models (`.tflite`): converted, run, and timed on this machine's CPU."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug.errors import ConfigurationError
from nasplug.training.backend import native_stderr_held, tf

WARM_UP, RUNS = 5, 30


def converted(function: Callable[[Any], Any], shape: Sequence[int], owner: Any) -> bytes:
    """Returns a function of one float32 tensor of `shape` as a LiteRT model; the module `owner` holds its variables.

    Batch normalisation becomes part of the convolutions before it.
    """
    concrete = tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec(shape, tf.float32))
    model: bytes = tf.lite.TFLiteConverter.from_concrete_functions([concrete], owner).convert()
    return model


def host_latency(network: Any, shape: Sequence[int], threads: int = 1) -> float:
    """Returns the milliseconds that a network takes for one image on this CPU: the median of 30 runs after a warm-up.

    The weights of `network`, a `tf.Module`, do not matter for the time. `shape` is that of the image, `[1, h, w, c]`.

    Raises:
        ConfigurationError: ai-edge-litert is missing
    """
    model = Model(converted(lambda images: network(images, False), shape, network), threads)
    return model.milliseconds(WARM_UP, RUNS)


class Model:
    """A LiteRT model that runs on `threads` threads. Its input is random until `run` sets another one."""

    def __init__(self, content: bytes, threads: int = 1) -> None:
        with native_stderr_held():  # LiteRT logs the name of its delegate for every model
            self._interpreter = interpreter()(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        (model_input,), (model_output,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._input, self._output = model_input["index"], model_output["index"]
        self.run(np.random.default_rng(0).random(model_input["shape"], np.float32))

    def run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the output for `values`, which have the shape that was converted."""
        self._interpreter.set_tensor(self._input, values)
        self._interpreter.invoke()
        output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return output

    def milliseconds(self, warm_up: int, runs: int) -> float:
        """Returns the median time of `runs` runs after `warm_up` others."""
        times = []
        for _ in range(warm_up + runs):
            started = time.perf_counter()
            self._interpreter.invoke()
            times.append((time.perf_counter() - started) * 1e3)
        return median(times[warm_up:])


def interpreter() -> Any:
    """Returns LiteRT's interpreter class. Raises `ConfigurationError` where ai-edge-litert is missing."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise ConfigurationError(
            "LiteRT is missing, which the device 'host' and exported networks need: pip install ai-edge-litert"
        ) from None
    return Interpreter
