"""ImageNet as a task by name. TensorFlow is imported when the shards are read: a task is named long before that."""

from pathlib import Path

from nasplug.errors import ConfigurationError
from nasplug.training.tasks.task import Task

VALIDATION_SHARDS, TRAINING_SHARDS = 40, 1024  # the paper validates on the last 40 of 1024 shards, 50,046 images


def imagenet(resolution: int, data: Path | None = None, validation_shards: int | None = None) -> Task:
    """ImageNet, or any set of images in its format, as TFRecord shards in the folder `data`.

    Args:
        resolution: the height and width of images, in pixels
        data: the folder of the shards, local or `gs://…`
        validation_shards: training shards that a search validates on; None for 40 of 1024, or the same share of others

    Raises:
        ConfigurationError: `data` is missing, a shard is not whole (see `read_folder`), or no training shard is left
    """
    if data is None:
        raise ConfigurationError(
            "task=imagenet needs --space-opt data=DIR, the folder of the TFRecord shards of ImageNet "
            "(scripts/make_imagenet_shards.py builds them from images)."
        )
    from nasplug.training.imagenet.shards import read_folder
    from nasplug.training.imagenet.task import ImageNet

    shards = read_folder(data)
    number = len(shards.train)
    share = max(1, round(number * VALIDATION_SHARDS / TRAINING_SHARDS))
    held_out = share if validation_shards is None else validation_shards
    if not 0 < held_out < number:
        raise ConfigurationError(
            f"{held_out} of {number} training shards cannot be kept for validation. Keep at least one, and leave one."
        )
    return ImageNet(shards, resolution, held_out)
