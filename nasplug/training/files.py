"""What a training writes beside its result: where checkpoints go, and scalars for TensorBoard."""

import os
import re
import time
from pathlib import Path

import attrs

from nasplug.training.backend import tf


@attrs.frozen
class TrainingFiles:
    """Folders of one training, None for nothing: `checkpoints` after `every` so many steps, `tensorboard` scalars."""

    checkpoints: Path | None = None
    every: int = 1000
    tensorboard: Path | None = None

    def remove_checkpoints(self) -> None:
        """Removes the checkpoints of a training that is over, if there are any."""
        path = tensorflow_path(self.checkpoints) if self.checkpoints else None
        if path and tf.io.gfile.exists(path):
            tf.io.gfile.rmtree(path)


def tensorflow_path(folder: Path) -> str:
    """Returns the folder as TensorFlow reads and writes it: a `Path` has lost one slash of `gs://bucket`."""
    return re.sub(r"^(\w+):/+", r"\1://", str(folder))


class EventWriter:
    """Writes scalars into an event file in `folder`, which TensorBoard shows as one run; needs no TensorBoard."""

    def __init__(self, folder: Path) -> None:
        path = tensorflow_path(folder)
        tf.io.gfile.makedirs(path)
        self._writer = tf.io.TFRecordWriter(f"{path}/events.out.tfevents.{time.time_ns()}.{os.getpid()}")
        self._write(file_version="brain.Event:2")

    def write(self, step: int, **values: float) -> None:
        """Writes one value for each name at `step`."""
        summary = tf.compat.v1.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=value)
        self._write(step=step, summary=summary)

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()

    def _write(self, **fields: object) -> None:
        self._writer.write(tf.compat.v1.Event(wall_time=time.time(), **fields).SerializeToString())
        self._writer.flush()
