"""The shards of a folder: which there are, how many images they have, and what is wrong with them."""

import json

import numpy as np
import pytest
from imagenet_sample import CLASSES, HELD_OUT_PER_CLASS, PER_CLASS, SHARDS, build, write_images

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.imagenet import shards
from nasplug.training.imagenet.shards import Shard, count_images, indexed, read_folder

TOTAL = CLASSES * PER_CLASS


def write_shard(path, lengths):
    """Writes a file of records without content, whose checksums are wrong: counting does not read them."""
    path.write_bytes(b"".join(length.to_bytes(8, "little") + bytes(4 + length + 4) for length in lengths))


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder of four shards, and an ImageNet of as many images."""
    for split, numbers in (("train", range(3)), ("validation", range(1))):
        for number in numbers:
            write_shard(tmp_path / f"{split}-{number:05d}-of-{len(numbers):05d}", [5] * (number + 1))
    monkeypatch.setattr(shards, "OFFICIAL", {"train": 6, "validation": 1})
    read_folder.cache_clear()
    return tmp_path


@pytest.mark.parametrize("lengths", [[0], [3], [0, 1, 300], [70_000, 2]])
def test_images_are_counted_by_the_lengths_of_the_records(tmp_path, lengths):
    write_shard(tmp_path / "shard", lengths)
    assert count_images(str(tmp_path / "shard")) == len(lengths)


@pytest.mark.parametrize(("cut", "number"), [(1, 2), (21, 2), (23, 1), (42, 1)])
def test_a_file_that_ends_within_a_record_is_named_with_the_number_of_the_record(tmp_path, cut, number):
    path = tmp_path / "shard"
    write_shard(path, [5, 6])  # 21 and 22 bytes
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ConfigurationError, match=f"The shard {path} ends within its record number {number}\\."):
        count_images(str(path))


def test_an_empty_file_is_no_shard(tmp_path):
    (tmp_path / "shard").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="is empty. Download it again, or build it with scripts/"):
        count_images(str(tmp_path / "shard"))


def test_a_folder_without_an_index_is_imagenet_if_the_counts_are_its(small):
    folder = read_folder(small)
    assert folder.train == tuple(Shard(f"{small}/train-{number:05d}-of-00003", number + 1) for number in range(3))
    assert folder.validation == (Shard(f"{small}/validation-00000-of-00001", 1),)
    assert folder.classes == 1000


def test_other_counts_name_the_shard_that_differs_most(small):
    write_shard(small / "train-00001-of-00003", [5] * 9)
    with pytest.raises(
        ConfigurationError, match=r"The 3 train shards hold 13 images, ImageNet has 6\..* is 9 in .*-00001-"
    ):
        read_folder(small)
    write_shard(small / "train-00001-of-00003", [5] * 2)
    write_shard(small / "validation-00000-of-00001", [5] * 4)
    with pytest.raises(ConfigurationError, match="The 1 validation shards hold 4 images, ImageNet has 1"):
        read_folder(small)


def test_an_index_names_classes_images_and_bytes_and_is_believed(small):
    index = indexed(small, 7)
    files = {path.name: path.stat().st_size for path in small.iterdir()}
    assert {name: entry["bytes"] for name, entry in index["shards"].items()} == files
    assert index["shards"]["train-00002-of-00003"]["images"] == 3
    index["shards"]["train-00002-of-00003"]["images"] = 50
    (small / "index.json").write_text(json.dumps(index))
    assert [shard.images for shard in read_folder(small).train] == [1, 2, 50]
    assert read_folder(small).classes == index["classes"] == 7


def test_a_shard_that_the_index_lacks_is_named(small):
    index = indexed(small, 7)
    del index["shards"]["train-00001-of-00003"]
    (small / "index.json").write_text(json.dumps(index))
    with pytest.raises(ConfigurationError, match="The shard .*train-00001-of-00003 is not in index.json"):
        read_folder(small)


def test_five_missing_shards_are_named_and_the_others_counted(small):
    for number in range(3):
        (small / f"train-{number:05d}-of-00003").unlink()
    (small / "train-00003-of-00009").touch()
    names = ", ".join(f"train-{number:05d}-of-00009" for number in (0, 1, 2, 4, 5))
    with pytest.raises(ConfigurationError, match=f"lacks {names} and 3 more. Download or build"):
        read_folder(small)
    for number in (0, 1, 2):
        (small / f"train-{number:05d}-of-00009").touch()
    with pytest.raises(ConfigurationError, match="lacks train-00004-of-00009, .*, train-00008-of-00009. Download"):
        read_folder(small)


def test_the_script_cuts_shards_at_the_papers_boundaries(built):
    shards = read_folder(built)
    bounds = np.linspace(0, TOTAL, SHARDS + 1).astype(int)
    assert [shard.images for shard in shards.train] == np.diff(bounds).tolist()
    assert sum(shard.images for shard in shards.validation) == CLASSES * HELD_OUT_PER_CLASS
    assert shards.classes == CLASSES
    record = next(iter(tf.data.TFRecordDataset(shards.train[0].path))).numpy()
    keys = tf.train.Example.FromString(record).features.feature
    assert {"image/encoded", "image/class/label", "image/height", "image/width", "image/filename"} <= set(keys)


def test_imagenets_own_split_has_50046_images():
    assert np.diff(np.linspace(0, 1_281_167, 1025).astype(int))[-40:].sum() == 50_046


def test_missing_shards_are_named(copied):
    (copied / "train-00002-of-00008").unlink()
    (copied / "train-00005-of-00008").unlink()
    with pytest.raises(ConfigurationError, match="lacks train-00002-of-00008, train-00005-of-00008"):
        read_folder(copied)
    with pytest.raises(ConfigurationError, match="there is no such shard"):
        read_folder(copied.parent)
    (copied / "train-00002-of-00009").write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"shards of several sets, of \[8, 9\]"):
        read_folder(copied)


def test_a_shard_of_the_wrong_size_is_named(copied):
    path = copied / "train-00003-of-00008"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConfigurationError, match=r"train-00003-of-00008 has [\d,]+ bytes, index.json says"):
        read_folder(copied)
    (copied / "index.json").unlink()
    with pytest.raises(ConfigurationError, match="train-00003-of-00008 ends within its record number 15"):
        read_folder(copied)


def test_without_an_index_the_counts_must_be_imagenets(copied):
    (copied / "index.json").unlink()
    with pytest.raises(ConfigurationError, match=r"hold 120 images, ImageNet has 1,281,167.*train-0000\d-of-00008"):
        read_folder(copied)


@pytest.mark.parametrize(
    "text", ['{"classes": 4', "[]", '{"classes": 4}', '{"classes": 4, "shards": {"a": 3}}', b"\xff\xfe"]
)
def test_a_broken_index_is_named(copied, text):
    (copied / "index.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError, match=r"index.json is no index of shards .*--index DIR"):
        read_folder(copied)


def test_the_script_names_what_it_cannot_decode(tmp_path):
    write_images(tmp_path)
    (tmp_path / "train" / "n00000001" / "7.JPEG").write_bytes(b"\xff\xd8\xff no image")
    done = build(tmp_path)
    assert done.exit_code == 1
    assert "7.JPEG cannot be decoded" in done.stderr
