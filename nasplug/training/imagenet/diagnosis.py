"""Which image of which shard is broken, found when a batch could not be made."""

from typing import Any

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.imagenet.images import parsed
from nasplug.training.imagenet.shards import MEND, Shards


def explained(records: Any, shards: Shards, error: Exception | None) -> Exception:
    """Returns a `ConfigurationError` that names the shard and the image, or `error` where nothing is found broken.

    `records` is the dataset of `(path, number, record)` that the failing batch was to be made of.
    """
    try:
        for path, number, record in records:
            if (reason := _fault(record, shards.classes)) is not None:
                where = f"image {int(number)} (from 0) of the shard {path.numpy().decode()}"
                return ConfigurationError(f"{where} {reason}. {MEND}")
    except tf.errors.DataLossError as lost:
        return _damaged(shards, lost)
    return error or RuntimeError("a batch could not be made, but each of its images can be read")


def _fault(record: Any, classes: int) -> str | None:
    """Returns what is wrong with a record, None for a good one."""
    try:
        encoded, label = parsed(record)
        if not tf.io.is_jpeg(encoded):
            return "is no JPEG"  # decode_jpeg takes others too, cropping does not
        tf.io.decode_jpeg(encoded, channels=3)
    except tf.errors.InvalidArgumentError as error:
        return f"cannot be decoded ({str(error.message).splitlines()[0]})"
    return None if 0 <= label < classes else f"has the label {int(label) + 1}, not one of 1 to {classes}"


def _damaged(shards: Shards, error: Exception) -> Exception:
    """Returns the `ConfigurationError` for the first shard whose checksums are wrong."""
    for shard in shards.train + shards.validation:
        count = 0
        try:
            for _ in tf.data.TFRecordDataset(shard.path):
                count += 1
        except tf.errors.DataLossError:
            return ConfigurationError(f"the shard {shard.path} is damaged at its record {count} (from 0). {MEND}")
    return error
