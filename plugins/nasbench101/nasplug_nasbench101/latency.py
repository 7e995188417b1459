"""How long the dataset's network of a cell takes on this machine's CPU."""

import time
from statistics import median
from typing import Any

import numpy as np

from nasplug.errors import ConfigurationError
from nasplug_nasbench101.cell import Cell

IMAGE = (1, 32, 32, 3)  # one image of CIFAR-10
WARM_UP, RUNS = 5, 30


def host_latency(cell: Cell, channels: int = 128, stacks: int = 3, modules: int = 3) -> float:
    """Returns milliseconds for one CIFAR-10 image through LiteRT on one thread: the median of 30 warm runs.

    Weights do not matter for the time and are random. Raises `ConfigurationError` where ai-edge-litert is missing.
    """
    interpreter_class = _interpreter_class()
    interpreter = interpreter_class(model_content=_converted(cell, channels, stacks, modules), num_threads=1)
    interpreter.allocate_tensors()
    image = np.random.default_rng(0).random(IMAGE, np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    for _ in range(WARM_UP):
        interpreter.invoke()
    return median(_milliseconds(interpreter) for _ in range(RUNS))


def _interpreter_class() -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise ConfigurationError(
            "measuring on the device 'host' needs LiteRT: pip install ai-edge-litert, or name another device"
        ) from None
    return Interpreter


def _converted(cell: Cell, channels: int, stacks: int, modules: int) -> bytes:
    """Returns the network as a LiteRT model, float32, with batch norms folded into the convolutions."""
    from nasplug.training.backend import tf
    from nasplug_nasbench101.network import CellNetwork

    network = CellNetwork(cell, channels, stacks, modules)
    function = tf.function(lambda images: network(images, False), autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec(IMAGE, tf.float32))
    model: bytes = tf.lite.TFLiteConverter.from_concrete_functions([concrete], network).convert()
    return model


def _milliseconds(interpreter: Any) -> float:
    started = time.perf_counter()
    interpreter.invoke()
    return (time.perf_counter() - started) * 1e3
