"""ImageNet as a task: shards, images and batches."""

from pathlib import Path

from nasplug.errors import ConfigurationError
from nasplug.training.tasks.task import Task


def imagenet(resolution: int, data: Path | None = None, validation_shards: int | None = None) -> Task:
    """ImageNet, or any set of images in its format, as TFRecord shards in the folder `data`."""
    if data is None:
        raise ConfigurationError(
            "task=imagenet needs --space-opt data=DIR, the folder of the TFRecord shards of ImageNet "
            "(scripts/make_imagenet_shards.py builds them from images)."
        )
    from nasplug.training.imagenet.task import load_imagenet

    return load_imagenet(data, resolution, validation_shards)
