"""A trained network as files that other programs run: a SavedModel and a LiteRT model, both checked."""

from collections.abc import Callable
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

CHECKED = 2000  # held-out images that files are checked on, at most
Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]
TOLERANCE = 0.5  # percentage points by which accuracies may differ


@attrs.frozen
class Exported:
    """The files, and accuracies in percent on the first held-out images: of the network itself, and of each file."""

    saved_model: Path
    tflite: Path
    checked_images: int
    network_accuracy: float
    saved_model_accuracy: float
    tflite_accuracy: float


def export_network(network: Any, task: Task, purpose: Purpose, folder: Path) -> Exported:
    """Writes `folder/saved_model` and `folder/network.tflite`, reads them back, and returns how accurate they are.

    Both map float32 images `[b, r, r, channels]` (LiteRT: one image), standardised as the task does, to logits.

    Raises:
        NasplugError: a file's accuracy differs from the network's by more than half a point
        ConfigurationError: ai-edge-litert is missing
    """
    litert.interpreter()  # says what is missing before a file is written
    images, _ = batch_signature(task, None)
    saved, tflite = folder / "saved_model", folder / "network.tflite"
    serving = tf.function(lambda images: {"logits": network(images, False)}, autograph=False, input_signature=[images])
    tf.saved_model.save(network, str(saved), signatures={"serving_default": serving})
    tflite.write_bytes(litert.converted(lambda image: network(image, False), (1, *images.shape[1:]), network))
    checked, accuracies = _accuracies(_models(serving, saved, tflite), task, purpose)
    _check(accuracies, checked, folder)
    return Exported(saved, tflite, checked, *accuracies.values())


def _models(serving: Any, saved: Path, tflite: Path) -> dict[str, Logits]:
    """Returns the network and the two files as functions from images `[b, r, r, channels]` to logits `[b, classes]`."""
    loaded = tf.saved_model.load(str(saved)).signatures["serving_default"]
    model = litert.Model(tflite.read_bytes(), threads=2)
    return {
        "network": lambda images: serving(tf.constant(images))["logits"].numpy(),
        "saved_model": lambda images: loaded(tf.constant(images))["logits"].numpy(),
        "tflite": lambda images: np.concatenate([model.run(image[None]) for image in images]),
    }


def _check(accuracies: dict[str, float], checked: int, folder: Path) -> None:
    """Raises `NasplugError`, naming the file, if its accuracy differs too much from that of the network."""
    for name, accuracy in accuracies.items():
        if abs(accuracy - accuracies["network"]) > TOLERANCE:
            raise NasplugError(
                f"The exported {name} in {folder} is wrong: it has {accuracy:.2f} % accuracy on {checked} images, the "
                f"trained network {accuracies['network']:.2f} %."
            )


def _accuracies(models: dict[str, Logits], task: Task, purpose: Purpose) -> tuple[int, dict[str, float]]:
    """Returns the number of held-out images that were used, and the accuracy of each model on them in percent."""
    seen, correct = 0, dict.fromkeys(models, 0)
    for batch in task.held_out_batches(purpose):
        images, labels = map(np.asarray, batch)
        seen += len(labels)
        for name, logits in models.items():
            correct[name] += int((logits(images).argmax(axis=1) == labels).sum())
        if seen + len(labels) > CHECKED:
            break
    return seen, {name: 100.0 * hits / seen for name, hits in correct.items()}
