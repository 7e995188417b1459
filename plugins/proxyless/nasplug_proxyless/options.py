"""The options of the space that decide what its networks look like and how they are trained."""

from pathlib import Path
from typing import Any, Literal

import attrs
from attrs.validators import ge, gt, lt, optional

from nasplug import option
from nasplug.training import Augmented, Task, load_task, task_factory
from nasplug_proxyless.settings import EMBEDDED, SETTINGS, Setting


def positive(help: str, default: int | None = None, identity: bool = True) -> Any:
    """Returns an option whose values are numbers above zero."""
    return option(default, help, identity=identity, validator=optional(gt(0)))


@attrs.frozen(eq=False)
class TrainingOptions:
    """Options of tasks, networks, trainings and measurements, which are checked when they are set."""

    task: str = option("quick-fashion-mnist", "images to train on: an installed task or package.module:factory")
    data: Path | None = option(None, "folder of ImageNet's TFRecord shards; task=imagenet needs it", identity=False)
    width: float | None = positive("factor for the number of filters of every layer; default: 0.25, for imagenet 1")
    resolution: int | None = positive("height and width of the images in pixels; default: 32, for imagenet 224")
    epochs: int | None = positive("epochs of each training in a search; default: 1, for imagenet 90")
    repeats: int | None = positive(
        "trainings of each network in a search, averaged; default: 1, for other embedded tasks 12"
    )
    validation_shards: int | None = positive(
        "training shards of ImageNet that a search validates on; default: 40 of 1024, or the same share of others"
    )
    batch: int | None = positive(
        "images of a training step on each device; default: 32, for imagenet 128. learning_rate follows in proportion"
    )
    learning_rate: float | None = positive(
        "highest learning rate, for the batch of one device; default: 0.002, for imagenet 0.026"
    )
    augment: bool = option(False, "mirror and shift images at random; not for imagenet, which always varies its own")
    label_smoothing: float | None = option(
        None,
        "share of the target probability that all classes get alike; default: 0",
        validator=optional([ge(0), lt(1)]),
    )
    precision: Literal["float32", "bfloat16"] = option(
        "float32", help="number format of activations in training; weights are always float32"
    )
    accelerator: Literal["auto", "cpu", "gpu", "tpu"] = option(
        "auto",
        help="devices that networks are trained on; auto: one device, and for imagenet all GPUs there are",
        identity=False,
    )
    tpu: str | None = option(
        None, help="name or grpc:// address of the TPU; default: the one of this machine", identity=False
    )
    xla: bool = option(False, help="compile training steps with XLA, on one CPU or GPU; on TPUs this always happens")
    across_devices: bool = option(
        False, help="batch normalisation uses the whole batch of a step, not only the part on the same device"
    )
    checkpoints: Path | None = option(
        None, help="folder where trainings are saved; interrupted ones continue from there", identity=False
    )
    checkpoint_steps: int = positive("training steps from one checkpoint to the next", 1000, identity=False)
    tensorboard: Path | None = option(
        None, help="folder for TensorBoard logs, with a sub-folder for each training", identity=False
    )
    threads: int = positive(
        "TensorFlow operations that run at the same time; the results do not depend on it", 2, identity=False
    )
    latency_threads: int = positive("threads that a network runs on when the device 'host' measures its latency", 1)

    def __attrs_post_init__(self) -> None:
        if self.tpu is not None and self.accelerator != "tpu":
            raise ValueError("tpu needs accelerator=tpu; otherwise leave it out")
        if self.augment and self.task == "imagenet":
            raise ValueError("augment needs another task than imagenet, whose images are varied in any case")
        task_factory(self.task, **self._task_options)

    @property
    def _task_options(self) -> dict[str, Path | int]:
        """The arguments of the task's factory."""
        names = ("data", "validation_shards")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def load_task(self) -> Task:
        """Returns the images. Raises `ConfigurationError` if they are missing."""
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
