"""A training's state on disk: an interrupted training resumes at the last saved step, and ends in the same weights."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.files import tensorflow_path
from nasplug.training.progress import Progress
from nasplug.training.step import TrainingStep

KEPT = 2  # checkpoints: if the last one is damaged, the one before it is read


class Checkpoints:
    """Saves weights, optimizer, random state, step, time and the losses of an epoch every so many steps.

    Every host saves, because all devices take part in the averages of a checkpoint; all hosts read the first host's.
    `folder` belongs to this training alone, and is the same for all hosts.
    """

    def __init__(self, folder: Path, every: int, step: TrainingStep, progress: Progress, placement: Placement) -> None:
        self.folder, self.every, self.progress = folder, every, progress
        host_folder = folder / f"host-{placement.host}" if placement.host else folder
        with placement.strategy.scope():
            self._number = tf.Variable(0, dtype=tf.int64, trainable=False)
            self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
            self._losses = tf.Variable(self._padded_losses(), trainable=False)
        variables = {"number": self._number, "seconds": self._seconds, "losses": self._losses}
        self._state = tf.train.Checkpoint(network=step.network, optimizer=step.optimizer, **variables)
        path = tensorflow_path(host_folder)
        self._manager = tf.train.CheckpointManager(self._state, path, KEPT, checkpoint_name="step")

    def restore(self) -> None:
        """Reads the last good checkpoint into network, optimizer and progress; does nothing where there is none.

        A damaged checkpoint is named on standard error, and the one before it is read. Raises `ConfigurationError`
        where there are only damaged ones.
        """
        state = tf.train.get_checkpoint_state(tensorflow_path(self.folder))
        problems: list[str] = []
        for path in reversed(state.all_model_checkpoint_paths if state else []):
            if (problem := self._read(path)) is None:
                self._resume(path, problems)
                return
            problems.append(problem)
        if problems:
            raise ConfigurationError(f"{'. '.join(problems)}. Delete {self.folder} to start this training anew.")

    def _read(self, path: str) -> str | None:
        """Reads a checkpoint into the training, and returns what is wrong with it, None for a good one."""
        try:
            self._state.restore(path).assert_existing_objects_matched()
        except (tf.errors.OpError, AssertionError, LookupError, ValueError) as error:
            return f"The checkpoint {path} cannot be read ({str(error).splitlines()[0]})"
        return None

    def _resume(self, path: str, problems: Sequence[str]) -> None:
        for problem in problems:
            print(f"{problem}: the training goes on from {path}", file=sys.stderr)
        progress, losses = self.progress, self._losses.numpy()
        progress.number, progress.seconds = int(self._number.numpy()), float(self._seconds.numpy())
        progress.losses.extend(losses[~np.isnan(losses)].tolist())

    def save_if_due(self) -> None:
        """Saves after every `every`th step and after the last one; does nothing after others."""
        progress = self.progress
        if progress.number % self.every and progress.number != progress.steps:
            return
        progress.fetch_losses()
        self._number.assign(progress.number)
        self._seconds.assign(progress.elapsed)
        self._losses.assign(self._padded_losses())
        self._manager.save(checkpoint_number=progress.number)

    def _padded_losses(self) -> NDArray[np.float64]:
        losses = np.full(self.progress.losses.maxlen or 1, np.nan)
        losses[: len(self.progress.losses)] = self.progress.losses
        return losses
