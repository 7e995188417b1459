"""From the space's options to trainings: which images, which devices, which files."""

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug import Architecture, ConfigurationError, Evaluation, Purpose
from nasplug.training import configure, load_task, mean_of_repeats
from nasplug.training.distribution import Placement, place
from nasplug.training.loop import Trained, Training
from nasplug.training.records import Records
from nasplug.training.tasks.augmentation import Augmented
from nasplug.training.tasks.embedded import Task
from nasplug_proxyless.network import ProxylessNetwork
from nasplug_proxyless.settings import Setting

if TYPE_CHECKING:
    from nasplug_proxyless.space import Proxyless


@attrs.frozen(eq=False)
class Trainer:
    """Trains architectures as the options of `space` say. Raises `ConfigurationError` for missing data or devices."""

    space: "Proxyless"
    task: Task
    placement: Placement

    @classmethod
    def of(cls, space: "Proxyless") -> "Trainer":
        """Returns the trainer, when the images are checked and the devices are there."""
        return cls(space, _task(space), started(space))

    @property
    def setting(self) -> Setting:
        """The space's setting with as many classes as the images have."""
        return attrs.evolve(self.space.setting, classes=self.task.classes)

    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns the mean of the setting's `repeats` trainings for `search`, one training for `final`."""
        repeats = self.setting.repeats if purpose == "search" else 1
        training = self._training(architecture, purpose, epochs)

        def once(each: int) -> Evaluation:
            return training.run(each, self._records(f"{architecture} {purpose} {epochs} {each}")).evaluation

        return mean_of_repeats(once, repeats, seed)

    def train(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Trained:
        """Returns the network after one training, and what it gave."""
        records = self._records(f"{architecture} {purpose} {epochs} {seed}")
        return self._training(architecture, purpose, epochs).run(seed, records)

    def _training(self, architecture: Architecture, purpose: Purpose, epochs: int | None) -> Training:
        setting = self.setting
        factory = partial(build, architecture.code, setting, purpose)
        return Training(factory, self.task, setting.recipe, purpose, epochs, self.placement)

    def export(self, trained: Trained, folder: Path) -> dict[str, Any]:
        """Writes the network of a final training into `folder`; returns files and accuracies: see `export`."""
        from nasplug.training.export import export

        found = attrs.asdict(export(trained.network, self.task, "final", folder))
        return {name: str(value) if isinstance(value, Path) else value for name, value in found.items()}

    def _records(self, training: str) -> Records:
        """Returns folders of their own for a training, named after all that decides its result."""
        space = self.space
        identity = f"{training} {space.task} {space.data} {space.validation_shards} {space.augment}"
        identity += f" {self.setting} {self.placement.replicas} {self.placement.hosts}"
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        checkpoints, tensorboard = (folder and folder / name for folder in (space.checkpoints, space.tensorboard))
        return Records(checkpoints, space.checkpoint_steps, tensorboard)


def started(space: "Proxyless") -> Placement:
    """Returns where `space` trains, when TensorFlow is set up for it; called before the first of its operations.

    Embedded tasks are trained on one device unless `accelerator` names a kind: a network of theirs fills none.
    """
    configure(space.threads, space.accelerator)
    alone = space.task != "imagenet" and space.accelerator == "auto"
    return Placement.default() if alone else place(space.accelerator, space.tpu)


def build(code: tuple[int, ...], setting: Setting, purpose: Purpose, rng: np.random.Generator) -> ProxylessNetwork:
    """Returns the network of `code`, its weights drawn with `rng`, ready to be trained for `purpose`."""
    return ProxylessNetwork(
        code,
        rng,
        setting.width,
        setting.classes,
        setting.channels,
        setting.recipe.dropout_for(purpose),
        setting.recipe.norm,
    )


def _task(space: "Proxyless") -> Task:
    resolution = space.setting.resolution
    if space.task != "imagenet":
        task = load_task(space.task, resolution)
        return Augmented(task) if space.augment else task
    if space.data is None:
        raise ConfigurationError(
            "task=imagenet needs --space-opt data=DIR, the folder of the TFRecord shards of ImageNet "
            "(scripts/make_imagenet_shards.py builds them from images)."
        )
    from nasplug.training.imagenet.task import load_imagenet

    return load_imagenet(space.data, resolution, space.validation_shards)
