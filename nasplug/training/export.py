"""A trained network as files that other programs run: a SavedModel and a LiteRT model, both checked."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.errors import NasplugError
from nasplug.training import litert
from nasplug.training.backend import tf
from nasplug.training.step import batch_signature
from nasplug.training.tasks.task import Task
from nasplug.types import Purpose

CHECKED, TOLERANCE = 2000, 0.5  # held-out images that files are checked on, and points that accuracies may differ by
Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@attrs.frozen
class Exported:
    """The files, and accuracies in percent on the first held-out images: of the network itself, and of each file."""

    saved_model: Path
    tflite: Path
    checked_images: int
    network_accuracy: float
    saved_model_accuracy: float
    tflite_accuracy: float


def export(network: Any, task: Task, purpose: Purpose, folder: Path) -> Exported:
    """Writes `folder/saved_model` and `folder/network.tflite`, and returns what a check of them gave.

    Both map float32 images `[b, r, r, channels]` (LiteRT: one image), standardised as the task does, to logits. Raises
    `NasplugError` where a file's accuracy differs from the network's by more than half a point, `ConfigurationError`
    where ai-edge-litert is missing.
    """
    litert.interpreter()
    images, _ = batch_signature(task, None)
    saved, tflite = folder / "saved_model", folder / "network.tflite"
    serving = tf.function(lambda images: {"logits": network(images, False)}, autograph=False, input_signature=[images])
    tf.saved_model.save(network, str(saved), signatures={"serving_default": serving})
    shape = (1, *images.shape[1:])
    tflite.write_bytes(litert.converted(lambda image: network(image, False), shape, network))
    return _checked(Exported(saved, tflite, 0, 0.0, 0.0, 0.0), serving, task, purpose)


def _checked(files: Exported, serving: Any, task: Task, purpose: Purpose) -> Exported:
    """Returns `files` with the accuracies that they have when they are read back."""
    signature = tf.saved_model.load(str(files.saved_model)).signatures["serving_default"]
    model = litert.Model(files.tflite.read_bytes(), threads=2)
    sources: dict[str, Logits] = {
        "network": lambda images: serving(tf.constant(images))["logits"].numpy(),
        "saved_model": lambda images: signature(tf.constant(images))["logits"].numpy(),
        "tflite": lambda images: np.concatenate([model.run(image[None]) for image in images]),
    }
    seen, right = 0, dict.fromkeys(sources, 0)
    for images, labels in _first_images(task, purpose):
        seen += len(labels)
        for name, logits in sources.items():
            right[name] += int((logits(images).argmax(axis=1) == labels).sum())
    accuracies = {name: 100.0 * hits / seen for name, hits in right.items()}
    for name, accuracy in accuracies.items():
        if abs(accuracy - accuracies["network"]) > TOLERANCE:
            raise NasplugError(
                f"the exported {name} in {files.tflite.parent} is wrong: it has {accuracy:.2f} % accuracy on {seen} "
                f"images, the trained network {accuracies['network']:.2f} %"
            )
    return Exported(files.saved_model, files.tflite, seen, *accuracies.values())


def _first_images(task: Task, purpose: Purpose) -> Any:
    """Yields held-out batches as numpy arrays, until about `CHECKED` images are there."""
    batches = ((np.asarray(images), np.asarray(labels)) for images, labels in task.held_out_batches(purpose))
    first = next(batches)
    yield first
    yield from islice(batches, max(0, CHECKED // len(first[1]) - 1))
