"""A training's state on disk: a preempted training goes on at the step where it was saved, and ends as if unbroken."""

from pathlib import Path

import numpy as np

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.progress import Progress
from nasplug.training.step import TrainingStep

KEPT = 2


class Checkpoints:
    """Saves weights, optimizer, random state, step, time and the losses of an epoch every so many steps; keeps two.

    Every host saves, because averages over devices are made by all of them; the first host's files are read back.
    """

    def __init__(
        self, folder: Path, every: int, step: TrainingStep, progress: Progress, placement: Placement | None = None
    ) -> None:
        """`folder` belongs to this training alone, and is the same for all hosts."""
        placement = placement or Placement.default()
        self.folder, self.every, self.progress = folder, every, progress
        own = folder / f"host-{placement.host}" if placement.host else folder
        with placement.strategy.scope():
            self._number = tf.Variable(0, dtype=tf.int64, trainable=False)
            self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
            self._losses = tf.Variable(self._padded_losses(), trainable=False)
        self._state = tf.train.Checkpoint(
            network=step.network,
            optimizer=step.optimizer,
            number=self._number,
            seconds=self._seconds,
            losses=self._losses,
        )
        self._manager = tf.train.CheckpointManager(self._state, str(own), KEPT, checkpoint_name="step")

    def restore(self) -> None:
        """Brings network, optimizer and progress to the last step saved; does nothing where none was.

        Raises `ConfigurationError` where the files cannot be read.
        """
        latest = tf.train.latest_checkpoint(str(self.folder))
        if latest is None:
            return
        try:
            self._state.restore(latest).assert_existing_objects_matched()
        except (tf.errors.OpError, AssertionError, LookupError, ValueError) as error:
            raise ConfigurationError(
                f"the checkpoint {latest} cannot be read ({str(error).splitlines()[0]}). Delete {self.folder} to start "
                "this training anew."
            ) from error
        progress, losses = self.progress, self._losses.numpy()
        progress.number, progress.seconds = int(self._number), float(self._seconds)
        progress.losses.extend(losses[~np.isnan(losses)].tolist())

    def save_if_due(self) -> None:
        """Called after every step; saves after every `every`th and after the last."""
        progress = self.progress
        if progress.number % self.every and progress.number != progress.steps:
            return
        progress.settle()
        self._number.assign(progress.number)
        self._seconds.assign(progress.elapsed)
        self._losses.assign(self._padded_losses())
        self._manager.save(checkpoint_number=progress.number)

    def _padded_losses(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        losses = np.full(self.progress.losses.maxlen or 1, np.nan)
        losses[: len(self.progress.losses)] = self.progress.losses
        return losses
