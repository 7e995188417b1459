"""The TFRecord shards of ImageNet in a folder: which there are, how many images each has, what is wrong with them."""

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from nasplug.errors import ConfigurationError, error_text
from nasplug.training.backend import tf
from nasplug.training.files import tensorflow_path

INDEX = "index.json"
SHARD = re.compile(r"(train|validation)-(\d{5})-of-(\d{5})")
OFFICIAL = {"train": 1_281_167, "validation": 50_000}  # images of ILSVRC 2012
OFFICIAL_CLASSES = 1000
MEND = "Download it again, or build it with scripts/make_imagenet_shards.py."


@attrs.frozen
class Shard:
    """One file of TFRecords and the number of its images."""

    path: str
    images: int


@attrs.frozen
class Shards:
    """All shards of a folder, in the order of their numbers, and the number of classes."""

    train: tuple[Shard, ...]
    validation: tuple[Shard, ...]
    classes: int


@attrs.frozen
class Index:
    """What `index.json` says: the number of classes, and `(images, bytes)` of every file by its name."""

    classes: int
    files: Mapping[str, tuple[int, int]]


@cache
def read_folder(folder: Path) -> Shards:
    """Returns the shards of `folder`, a local folder or `gs://…`, after checking that they are whole.

    Counts come from the folder's `index.json`; without one they are read from the files, and must be ImageNet's.
    Raises `ConfigurationError`, naming the shard, for one that is missing, cut off, empty, or not as the index says.
    """
    place = tensorflow_path(folder)
    paths, index = _paths(place), _read_index(place)
    with ThreadPoolExecutor(16) as pool:
        shards = {split: tuple(pool.map(lambda path: _shard(path, index), names)) for split, names in paths.items()}
    if index is None:
        _check_official(shards)
    return Shards(shards["train"], shards["validation"], index.classes if index else OFFICIAL_CLASSES)


def indexed(folder: Path, classes: int) -> dict[str, Any]:
    """Returns the content of `index.json` for a local folder: classes, and images and bytes of every shard."""
    files = [path for split in _paths(str(folder)).values() for path in split]
    return {
        "classes": classes,
        "shards": {Path(path).name: {"images": count_images(path), "bytes": _size(path)} for path in files},
    }


def count_images(path: str) -> int:
    """Returns the number of records of a local file, from their lengths alone.

    Raises `ConfigurationError` for a file that ends within a record or has none.
    """
    position, images, size = 0, 0, _size(path)
    with open(path, "rb", buffering=0) as file:
        while position < size:
            file.seek(position)
            header = file.read(8)
            position += 8 + 4 + int.from_bytes(header, "little") + 4  # length, its checksum, data, their checksum
            images += 1
    if position != size or not images:
        what = f"ends within its record number {images}" if images else "is empty"
        raise ConfigurationError(f"The shard {path} {what}. {MEND}")
    return images


def _paths(place: str) -> dict[str, list[str]]:
    """Returns all files of both splits. Raises `ConfigurationError`, naming those that are missing."""
    names = tf.io.gfile.listdir(place) if tf.io.gfile.isdir(place) else []
    matches = [match for name in names if (match := SHARD.fullmatch(name))]
    return {split: _complete(place, split, [m for m in matches if m[1] == split]) for split in OFFICIAL}


def _complete(place: str, split: str, matches: list[re.Match[str]]) -> list[str]:
    numbers, totals = ({int(match[group]) for match in matches} for group in (2, 3))
    if len(totals) != 1:
        there = f"shards of several sets, of {sorted(totals)}" if totals else "no such shard"
        raise ConfigurationError(
            f"{place} must hold the TFRecord shards {split}-00000-of-NNNNN and so on; there is {there}. "
            "scripts/make_imagenet_shards.py builds them from folders of images."
        )
    (total,) = totals
    missing = [f"{split}-{number:05d}-of-{total:05d}" for number in range(total) if number not in numbers]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise ConfigurationError(f"{place} lacks {', '.join(missing[:5])}{more}. Download or build what is missing.")
    return [f"{place}/{split}-{number:05d}-of-{total:05d}" for number in range(total)]


def _read_index(place: str) -> Index | None:
    """Returns the folder's index, None where it has none. Raises `ConfigurationError` for a bucket without one."""
    path = f"{place}/{INDEX}"
    if tf.io.gfile.exists(path):
        with tf.io.gfile.GFile(path, "rb") as file:
            return _parse_index(file.read(), path)
    if "://" in place:
        raise ConfigurationError(
            f"{place} needs an {INDEX}: upload the one that scripts/make_imagenet_shards.py writes beside the shards, "
            "for those from elsewhere with --index DIR before they are uploaded."
        )
    return None


def _parse_index(text: bytes, path: str) -> Index:
    try:
        content = json.loads(text)
        files = {name: (int(shard["images"]), int(shard["bytes"])) for name, shard in content["shards"].items()}
        return Index(int(content["classes"]), files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} is no index of shards ({error_text(error)}). Write it anew: "
            "scripts/make_imagenet_shards.py --index DIR."
        ) from None


def _shard(path: str, index: Index | None) -> Shard:
    """Returns the shard of a path. Raises `ConfigurationError` where it is not as the index says."""
    if index is None:
        return Shard(path, count_images(path))
    if (name := path.rpartition("/")[2]) not in index.files:
        raise ConfigurationError(f"The shard {path} is not in {INDEX}. {MEND}")
    images, indexed_size = index.files[name]
    if (size := _size(path)) != indexed_size:
        raise ConfigurationError(f"The shard {path} has {size:,} bytes, {INDEX} says {indexed_size:,}. {MEND}")
    return Shard(path, images)


def _check_official(shards: Mapping[str, Sequence[Shard]]) -> None:
    """Raises `ConfigurationError` where the shards do not hold as many images as ImageNet, naming the oddest one."""
    for split, parts in shards.items():
        total = sum(shard.images for shard in parts)
        if total == OFFICIAL[split]:
            continue
        odd = max(parts, key=lambda shard: abs(shard.images - OFFICIAL[split] / len(parts)))
        raise ConfigurationError(
            f"The {len(parts)} {split} shards hold {total:,} images, ImageNet has {OFFICIAL[split]:,}. The count that "
            f"differs most is {odd.images:,} in {odd.path}. Download that shard again; another set of images needs an "
            f"{INDEX}, which scripts/make_imagenet_shards.py writes."
        )


def _size(path: str) -> int:
    return int(tf.io.gfile.stat(path).length)
