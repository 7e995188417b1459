"""A training's state on disk: a preempted training goes on at the step where it was saved, and ends as if unbroken."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.location import location
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
        self._manager = tf.train.CheckpointManager(self._state, location(own), KEPT, checkpoint_name="step")

    def restore(self) -> None:
        """Brings network, optimizer and progress to the last step saved; does nothing where none was.

        A damaged checkpoint is named on standard error, and the one before it is read. Raises `ConfigurationError`
        where none of those kept can be read.
        """
        state = tf.train.get_checkpoint_state(location(self.folder))
        problems: list[str] = []
        for path in reversed(state.all_model_checkpoint_paths if state else []):
            if (problem := self._problem(path)) is None:
                self._go_on_from(path, problems)
                return
            problems.append(problem)
        if problems:
            raise ConfigurationError(f"{'; '.join(problems)}. Delete {self.folder} to start this training anew.")

    def _problem(self, path: str) -> str | None:
        """Reads a checkpoint into the training, and returns what is wrong with it, None for a good one."""
        try:
            self._state.restore(path).assert_existing_objects_matched()
        except (tf.errors.OpError, AssertionError, LookupError, ValueError) as error:
            return f"the checkpoint {path} cannot be read ({str(error).splitlines()[0]})"
        return None

    def _go_on_from(self, path: str, problems: Sequence[str]) -> None:
        for problem in problems:
            print(f"{problem}: the training goes on from {path}", file=sys.stderr)
        progress, losses = self.progress, self._losses.numpy()
        progress.number, progress.seconds = int(self._number.numpy()), float(self._seconds.numpy())
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
