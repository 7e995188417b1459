"""ImageNet as a task: batches out of TFRecord shards, in an order and with crops that the seed alone decides."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.imagenet.diagnosis import explained
from nasplug.training.imagenet.images import held_out_image, parsed, training_image
from nasplug.training.imagenet.shards import Shard, Shards, read_folder
from nasplug.training.tasks.task import batches_per_epoch
from nasplug.types import Purpose

VALIDATION_SHARDS, TRAINING_SHARDS = 40, 1024  # the paper validates on the last 40 of 1024 shards, 50,046 images
FILES, SHUFFLED = 16, 4096  # files read side by side, and images among which one is drawn


@attrs.frozen(eq=False)
class ImageNet:
    """ImageNet, or any set of images in its format.

    `search` trains on all training shards but the last `held_out`, and measures on those; `final` trains on all and
    measures on the official validation images (arXiv 1912.00848, supplementary material). Each host reads every
    `hosts`th shard.
    """

    shards: Shards
    resolution: int
    held_out: int
    host: int = 0
    hosts: int = 1
    channels: int = 3

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.shards.classes

    def share(self, host: int, hosts: int) -> "ImageNet":
        """Returns the task of one host."""
        return attrs.evolve(self, host=host, hosts=hosts)

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images of all hosts."""
        return sum(shard.images for shard in self._training(purpose))

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields this host's part of `epochs` times `training_size // batch` batches."""
        return self.training_batches_from(purpose, batch, epochs, seed, 0)

    def training_batches_from(self, purpose: Purpose, batch: int, epochs: int, seed: int, start: int) -> Iterator[Any]:
        """Yields the same batches without the first `start`, whose images are read but not decoded.

        Raises `ConfigurationError`, naming shard and image, for what cannot be read or decoded.
        """
        own, per_epoch = batch // self.hosts, batches_per_epoch(self, purpose, batch)
        first, skipped = divmod(start, per_epoch)
        records = _epochs(self._own(self._training(purpose)), range(first, epochs), per_epoch * own, seed)
        records = records.skip(skipped * own)

        def prepared(number: Any, record: Any) -> Any:
            encoded, label = parsed(record[2])
            crop = tf.stack([tf.cast(seed, tf.int64), number * self.hosts + self.host])
            return training_image(encoded, crop, self.resolution), label

        images = records.enumerate(start * own).map(prepared, tf.data.AUTOTUNE, deterministic=True)
        return self._batches(records, images.batch(own, drop_remainder=True), own)

    def held_out_batches(self, purpose: Purpose, batch: int = 100) -> Iterator[Any]:
        """Yields this host's held-out images, `batch` at a time."""
        shards = self.shards.validation if purpose == "final" else self.shards.train[-self.held_out :]
        paths = [shard.path for shard in shards[self.host :: self.hosts]]
        files = tf.constant(paths, tf.string)  # none, where there are more hosts than shards
        records = _side_by_side(tf.data.Dataset.from_tensor_slices(files), len(paths))

        def prepared(path: Any, number: Any, record: Any) -> Any:
            encoded, label = parsed(record)
            return held_out_image(encoded, self.resolution), label

        images = records.map(prepared, tf.data.AUTOTUNE, deterministic=True)
        return self._batches(records, images.batch(batch), batch)

    def _batches(self, records: Any, batches: Any, size: int) -> Iterator[Any]:
        options = tf.data.Options()
        options.threading.private_threadpool_size = os.cpu_count() or 1
        iterator = iter(batches.prefetch(2).with_options(options))
        number = 0
        while True:
            try:
                images, labels = next(iterator)
            except StopIteration:
                return
            except (tf.errors.InvalidArgumentError, tf.errors.DataLossError) as error:
                raise explained(records.skip(number * size).take(size), self.shards, error) from error
            if not 0 <= int(tf.reduce_min(labels)) <= int(tf.reduce_max(labels)) < self.classes:
                raise explained(records.skip(number * size).take(size), self.shards, None)
            yield images, labels
            number += 1

    def _training(self, purpose: Purpose) -> Sequence[Shard]:
        return self.shards.train if purpose == "final" else self.shards.train[: -self.held_out]

    def _own(self, shards: Sequence[Shard]) -> list[str]:
        paths = [shard.path for shard in shards[self.host :: self.hosts]]
        if not paths:
            raise ConfigurationError(f"{len(shards)} training shards cannot be shared among {self.hosts} hosts")
        return paths


def load_imagenet(folder: Path, resolution: int, held_out: int | None = None) -> ImageNet:
    """Returns the task of the shards in `folder`, after checking them: see `read_folder`.

    `held_out` training shards are kept for validation, by default 40 of 1024 and the same share of other numbers.
    """
    shards = read_folder(folder)
    number = len(shards.train)
    kept = max(1, round(number * VALIDATION_SHARDS / TRAINING_SHARDS)) if held_out is None else held_out
    if not 0 < kept < number:
        raise ConfigurationError(f"{kept} of {number} training shards cannot be kept for validation: some must be left")
    return ImageNet(shards, resolution, kept)


def _epochs(paths: list[str], epochs: range, images: int, seed: int) -> Any:
    """Returns a dataset of `(path, number, record)`: `images` of every epoch, shuffled by `(seed, epoch)`."""

    def one(epoch: Any) -> Any:
        """Returns the records of one epoch."""
        key = tf.stack([tf.cast(seed, tf.int64), epoch])
        files = tf.random.experimental.stateless_shuffle(tf.constant(paths), key)
        among = tf.random.stateless_uniform([], key, maxval=2**31 - 1, dtype=tf.int64)
        records = _side_by_side(tf.data.Dataset.from_tensor_slices(files), len(paths))
        return records.shuffle(SHUFFLED, among, reshuffle_each_iteration=False).repeat().take(images)

    return tf.data.Dataset.range(epochs.start, epochs.stop).flat_map(one)


def _side_by_side(files: Any, count: int) -> Any:
    """Returns the records of `files`, each with its path and number, from up to `FILES` files in turn."""

    def records(path: Any) -> Any:
        return tf.data.TFRecordDataset(path, buffer_size=1 << 20).enumerate().map(lambda i, record: (path, i, record))

    width = max(1, min(FILES, count))
    return files.interleave(records, width, num_parallel_calls=min(4, width), deterministic=True)
