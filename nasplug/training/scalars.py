"""Scalars for TensorBoard, which need no package of TensorBoard's to be written."""

import os
import time
from pathlib import Path

from nasplug.training.backend import tf
from nasplug.training.location import location


class Scalars:
    """Writes an event file into `folder`, which TensorBoard shows as one run."""

    def __init__(self, folder: Path) -> None:
        place = location(folder)
        tf.io.gfile.makedirs(place)
        self._writer = tf.io.TFRecordWriter(f"{place}/events.out.tfevents.{time.time_ns()}.{os.getpid()}")
        self._write(_event(file_version="brain.Event:2"))

    def write(self, step: int, **values: float) -> None:
        """Adds one value for each name at `step`."""
        summary = tf.compat.v1.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=value)
        self._write(_event(step=step, summary=summary))

    def close(self) -> None:
        """Closes the file; called when the training has ended, well or not."""
        self._writer.close()

    def _write(self, event: bytes) -> None:
        self._writer.write(event)
        self._writer.flush()


def _event(**fields: object) -> bytes:
    return bytes(tf.compat.v1.Event(wall_time=time.time(), **fields).SerializeToString())
