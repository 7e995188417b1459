"""ImageNet as a task: batches out of TFRecord shards, in an order and with crops that the seed alone decides."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.imagenet.images import held_out_image, parsed, training_image
from nasplug.training.imagenet.shards import MEND, Shard, Shards
from nasplug.training.tasks.task import batches_per_epoch
from nasplug.types import Purpose

PARALLEL_FILES = 16  # files that are read in turn
SHUFFLED = 4096  # images among which the next one is drawn


@attrs.frozen(eq=False)
class ImageNet:
    """ImageNet, or any set of images in its format; each host reads every `hosts`th shard.

    `search` trains on all training shards but the last `held_out`, and measures on those; `final` trains on all and
    measures on the official validation images (arXiv 1912.00848, supplementary material).
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
        return sum(shard.images for shard in self._training_shards(purpose))

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields this host's part of `epochs * (training_size // batch)` batches."""
        return self.training_batches_from(purpose, batch, epochs, seed, 0)

    def training_batches_from(self, purpose: Purpose, batch: int, epochs: int, seed: int, start: int) -> Iterator[Any]:
        """Yields the same batches without the first `start`, whose images are read but not decoded.

        Raises `ConfigurationError`, naming shard and image, for what cannot be read or decoded.
        """
        size, per_epoch = batch // self.hosts, batches_per_epoch(self, purpose, batch)
        paths = [shard.path for shard in self._training_shards(purpose)]
        if not (own_paths := paths[self.host :: self.hosts]):
            raise ConfigurationError(f"{len(paths)} training shards cannot be shared among {self.hosts} hosts.")
        first, skipped = divmod(start, per_epoch)
        records = _epochs(own_paths, range(first, epochs), per_epoch * size, seed).skip(skipped * size)

        def prepared(number: Any, record: Any) -> Any:
            encoded, label = parsed(record[2])
            crop_seed = tf.stack([tf.cast(seed, tf.int64), number * self.hosts + self.host])
            return training_image(encoded, crop_seed, self.resolution), label

        images = records.enumerate(start * size).map(prepared, tf.data.AUTOTUNE, deterministic=True)
        return self._batches(records, images.batch(size, drop_remainder=True), size)

    def held_out_batches(self, purpose: Purpose, batch: int = 100) -> Iterator[Any]:
        """Yields this host's held-out images, `batch` at a time."""
        shards = self.shards.validation if purpose == "final" else self.shards.train[-self.held_out :]
        paths = [shard.path for shard in shards[self.host :: self.hosts]]
        files = tf.constant(paths, tf.string)  # none, where there are more hosts than shards
        records = _in_turn(tf.data.Dataset.from_tensor_slices(files), len(paths))

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
                raise _explained(records.skip(number * size).take(size), self.shards, error) from error
            if not 0 <= int(tf.reduce_min(labels)) <= int(tf.reduce_max(labels)) < self.classes:
                raise _explained(records.skip(number * size).take(size), self.shards, None)
            yield images, labels
            number += 1

    def _training_shards(self, purpose: Purpose) -> Sequence[Shard]:
        return self.shards.train if purpose == "final" else self.shards.train[: -self.held_out]


def _epochs(paths: list[str], epochs: range, images: int, seed: int) -> Any:
    """Returns a dataset of `(path, number, record)`: `images` of every epoch, shuffled by `(seed, epoch)`."""

    def one_epoch(epoch: Any) -> Any:
        key = tf.stack([tf.cast(seed, tf.int64), epoch])
        files = tf.random.experimental.stateless_shuffle(tf.constant(paths), key)
        shuffle_seed = tf.random.stateless_uniform([], key, maxval=2**31 - 1, dtype=tf.int64)
        records = _in_turn(tf.data.Dataset.from_tensor_slices(files), len(paths))
        return records.shuffle(SHUFFLED, shuffle_seed, reshuffle_each_iteration=False).repeat().take(images)

    return tf.data.Dataset.range(epochs.start, epochs.stop).flat_map(one_epoch)


def _in_turn(files: Any, count: int) -> Any:
    """Returns the records of `files`, each with its path and number, from up to `PARALLEL_FILES` files in turn."""

    def records(path: Any) -> Any:
        return tf.data.TFRecordDataset(path, buffer_size=1 << 20).enumerate().map(lambda i, record: (path, i, record))

    width = max(1, min(PARALLEL_FILES, count))
    return files.interleave(records, width, num_parallel_calls=min(4, width), deterministic=True)


def _explained(records: Any, shards: Shards, error: Exception | None) -> Exception:
    """Returns a `ConfigurationError` that names the broken image and its shard, or `error` where all can be read.

    `records` is the dataset of `(path, number, record)` from which the failing batch was made.
    """
    try:
        for path, number, record in records:
            if (reason := _fault(record, shards.classes)) is not None:
                where = f"Image {int(number)} (from 0) of the shard {path.numpy().decode()}"
                return ConfigurationError(f"{where} {reason}. {MEND}")
    except tf.errors.DataLossError as lost:
        return _damaged(shards, lost)
    return error or RuntimeError("A batch could not be made, but each of its images can be read.")


def _fault(record: Any, classes: int) -> str | None:
    """Returns the fault of a record in words, None for a good one."""
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
            return ConfigurationError(f"The shard {shard.path} is damaged at its record {count} (from 0). {MEND}")
    return error
