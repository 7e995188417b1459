"""From the space's options to trainings: which images, which devices, which files."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, Purpose
from nasplug.training import (
    Placement,
    Task,
    Trained,
    Training,
    TrainingFiles,
    configure,
    export_network,
    mean_of_repeats,
    place,
)
from nasplug_proxyless.network import ProxylessNetwork
from nasplug_proxyless.options import TrainingOptions
from nasplug_proxyless.settings import Setting


@attrs.frozen(eq=False)
class Trainer:
    """Trains architectures as the options say."""

    options: TrainingOptions
    task: Task
    placement: Placement

    @classmethod
    def of(cls, options: TrainingOptions) -> "Trainer":
        """Returns the trainer. Raises `ConfigurationError` for missing images or devices."""
        return cls(options, options.load_task(), set_up(options))

    @property
    def setting(self) -> Setting:
        """The setting of the options with as many classes as the images have."""
        return self.options.setting.for_task(self.task)

    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns the mean of the setting's `repeats` trainings for `search`, one training for `final`.

        Removes the checkpoints of all of them at the end. Those of several hosts stay: a host may end after the others.
        """
        repeats = self.setting.repeats if purpose == "search" else 1
        training = self._training(architecture, purpose, epochs)

        written: list[TrainingFiles] = []

        def train_once(seed: int) -> Evaluation:
            written.append(self.files(f"{architecture} {purpose} {epochs} {seed}"))
            return training.run(seed, written[-1]).evaluation

        evaluation = mean_of_repeats(train_once, repeats, seed)
        for files in written if self.placement.hosts == 1 else ():
            files.remove_checkpoints()
        return evaluation

    def train(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Trained:
        """Trains the network once and returns it with its evaluation."""
        files = self.files(f"{architecture} {purpose} {epochs} {seed}")
        return self._training(architecture, purpose, epochs).run(seed, files)

    def _training(self, architecture: Architecture, purpose: Purpose, epochs: int | None) -> Training:
        setting = self.setting
        factory = partial(build, architecture.code, setting, purpose)
        return Training(factory, self.task, setting.recipe, purpose, epochs, self.placement)

    def export(self, trained: Trained, folder: Path) -> dict[str, Any]:
        """Writes the network of a final training into `folder`; returns files and accuracies."""
        exported = attrs.asdict(export_network(trained.network, self.task, "final", folder))
        return {name: str(value) if isinstance(value, Path) else value for name, value in exported.items()}

    def files(self, training: str) -> TrainingFiles:
        """Returns folders of a training's own, named after all that decides its result."""
        options = self.options
        identity = f"{training} {options.task} {options.data} {options.validation_shards} {options.augment}"
        identity += f" {self.setting} {self.placement.replicas} {self.placement.hosts}"
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        checkpoints, tensorboard = (folder and folder / name for folder in (options.checkpoints, options.tensorboard))
        return TrainingFiles(checkpoints, options.checkpoint_steps, tensorboard)


def set_up(options: TrainingOptions) -> Placement:
    """Sets TensorFlow up, before the first of its operations, and returns where to train.

    Only ImageNet uses all devices unless `accelerator` names a kind: the networks of other tasks fill no device.
    """
    configure(options.threads, options.accelerator)
    alone = options.task != "imagenet" and options.accelerator == "auto"
    return Placement.default() if alone else place(options.accelerator, options.tpu)


def build(code: tuple[int, ...], setting: Setting, purpose: Purpose, rng: np.random.Generator) -> ProxylessNetwork:
    """Returns the network of `code`, its weights drawn with `rng`, ready to be trained for `purpose`."""
    recipe = setting.recipe
    dropout = recipe.dropout_for(purpose)
    return ProxylessNetwork(code, rng, setting.width, setting.classes, setting.channels, dropout, recipe.norm)
