"""The options of the space that decide what its networks look like and how they are trained."""

from pathlib import Path
from typing import Literal

import attrs
from attrs.validators import and_, ge, gt, lt, optional

from nasplug import option
from nasplug.training.tasks.registry import load_task, task_factory
from nasplug.training.tasks.task import Task
from nasplug.training.tasks.wrappers import Augmented
from nasplug_proxyless.settings import EMBEDDED, SETTINGS, Setting

positive = optional(gt(0))


@attrs.frozen(eq=False)
class TrainingOptions:
    """Options of tasks, networks, trainings and measurements; a value, checked when it is made."""

    task: str = option("cluttered-fashion-mnist", help="images to learn: an installed task, or package.module:factory")
    data: Path | None = option(None, help="folder of the ImageNet TFRecord shards, for task=imagenet")
    width: float | None = option(None, help="multiplies all filters [0.25; imagenet 1]", validator=positive)
    resolution: int | None = option(None, help="pixels of an image's side [32; imagenet 224]", validator=positive)
    epochs: int | None = option(None, help="epochs of a search training [the task's recipe]", validator=positive)
    repeats: int | None = option(
        None, help="trainings whose mean accuracy a search trial reports [12; imagenet 1]", validator=positive
    )
    validation_shards: int | None = option(
        None,
        help="training shards a search validates on [40 of 1024, of others the same share]",
        validator=positive,
    )
    batch: int | None = option(
        None, help="images of a device's batch; the learning rate follows it [32; imagenet 128]", validator=positive
    )
    learning_rate: float | None = option(None, help="of a device's batch [the task's recipe]", validator=positive)
    augment: bool = option(False, help="mirror and shift training images at random; ImageNet's are varied in any case")
    label_smoothing: float | None = option(
        None,
        help="probability taken from the true class [the recipe: 0]",
        validator=optional(and_(ge(0), lt(1))),
    )
    precision: Literal["float32", "bfloat16"] = option("float32", help="what activations are computed in")
    accelerator: Literal["auto", "cpu", "gpu", "tpu"] = option("auto", help="where networks are trained")
    tpu: str | None = option(None, help="name of the TPU, for accelerator=tpu")
    xla: bool = option(False, help="compile training steps with XLA, on one CPU or GPU; TPUs always do")
    across_devices: bool = option(False, help="batch normalisation over the batches of all devices, not of each")
    checkpoints: Path | None = option(None, help="folder where trainings are saved, to go on after an interruption")
    checkpoint_steps: int = option(1000, help="steps between two checkpoints", validator=gt(0))
    tensorboard: Path | None = option(None, help="folder for TensorBoard scalars, one run a training")
    threads: int = option(2, help="operations that run side by side; never changes results", validator=gt(0))
    latency_threads: int = option(1, help="threads of a network on the device 'host'", validator=gt(0))

    def __attrs_post_init__(self) -> None:
        if self.tpu is not None and self.accelerator != "tpu":
            raise ValueError("tpu needs accelerator=tpu; else leave it away")
        if self.augment and self.task == "imagenet":
            raise ValueError("augment needs another task than imagenet, whose images are varied in any case")
        task_factory(self.task, **self._task_options)

    @property
    def _task_options(self) -> dict[str, Path | int]:
        """The arguments of the task's factory."""
        names = ("data", "validation_shards")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def load_task(self) -> Task:
        """Returns the images. Raises `ConfigurationError` where they are not there."""
        resolution = self.resolution or SETTINGS.get(self.task, EMBEDDED).resolution
        task = load_task(self.task, resolution, **self._task_options)
        return Augmented(task) if self.augment else task

    @property
    def setting(self) -> Setting:
        """What networks look like and how they are trained: the task's setting, changed by the options.

        Tasks of other packages are loaded, to learn their resolution, classes and channels.
        """
        setting = SETTINGS.get(self.task) or EMBEDDED.for_task(self.load_task())
        recipe, batch = setting.recipe, self.batch or setting.recipe.batch
        recipe = attrs.evolve(
            recipe,
            batch=batch,
            epochs=self.epochs or recipe.epochs,
            learning_rate=self.learning_rate or recipe.learning_rate * batch / recipe.batch,
            label_smoothing=recipe.label_smoothing if self.label_smoothing is None else self.label_smoothing,
            precision=self.precision,
            xla=self.xla,
            across_devices=self.across_devices,
        )
        return attrs.evolve(
            setting,
            width=self.width or setting.width,
            resolution=self.resolution or setting.resolution,
            recipe=recipe,
            repeats=self.repeats or setting.repeats,
        )
