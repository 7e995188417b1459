"""ImageNet's input pipeline, on a small set of real JPEGs in its format."""

import json
from pathlib import Path

import numpy as np
import pytest
from imagenet_sample import CLASSES, HELD_OUT_PER_CLASS, PER_CLASS

from nasplug.errors import ConfigurationError
from nasplug.training.backend import tf
from nasplug.training.tasks.imagenet import imagenet

TOTAL = CLASSES * PER_CLASS
SIZE = 32


def batches(task, start=0, seed=0, batch=8, epochs=2, purpose="search"):
    dataset = task.training_batches_from(purpose, batch, epochs, seed, start)
    return [(images.numpy(), labels.numpy()) for images, labels in dataset]


@pytest.fixture(scope="module")
def whole(built):
    """The batches of two epochs of a search, seed 0."""
    return batches(imagenet(SIZE, built))


def equal(a, b):
    return len(a) == len(b) and all(
        np.array_equal(x, y) for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True)
    )


def test_search_keeps_the_last_shards_for_validation_and_final_trains_on_all(built):
    task = imagenet(SIZE, built)
    last = task.shards.train[-1].images
    assert task.training_size("search") == TOTAL - last
    assert task.training_size("final") == TOTAL
    assert sum(len(labels) for _, labels in task.held_out_batches("search")) == last
    assert sum(len(labels) for _, labels in task.held_out_batches("final")) == CLASSES * HELD_OUT_PER_CLASS
    three = imagenet(SIZE, built, 3)
    assert three.training_size("search") == sum(shard.images for shard in three.shards.train[:5])


def test_batches_are_a_function_of_the_seed_alone(built, whole):
    task = imagenet(SIZE, built)
    assert [images.shape for images, _ in whole] == [(8, SIZE, SIZE, 3)] * (2 * (task.training_size("search") // 8))
    assert equal(whole, batches(task))
    assert not equal(whole[:13], batches(task, seed=1, epochs=1))
    assert not np.array_equal(whole[0][1], whole[len(whole) // 2][1])  # another order in the next epoch


@pytest.mark.parametrize("start", [1, 12, 15, 26])
def test_starting_in_the_middle_gives_the_same_batches(built, whole, start):
    assert equal(batches(imagenet(SIZE, built), start), whole[start:])


def test_an_epoch_holds_every_image_once(built):
    task = imagenet(SIZE, built)
    labels = np.concatenate([labels for _, labels in batches(task, batch=1, epochs=1, purpose="final")])
    assert np.bincount(labels).tolist() == [PER_CLASS] * CLASSES


def test_hosts_read_different_shards_and_make_up_the_batch(built):
    task = imagenet(SIZE, built)
    parts = [batches(task.share(host, 2), epochs=1) for host in range(2)]
    assert [len(part) for part in parts] == [13, 13]
    assert {len(labels) for part in parts for _, labels in part} == {4}
    assert not equal(*parts)
    held_out = [sum(len(labels) for _, labels in task.share(host, 2).held_out_batches("final")) for host in range(2)]
    assert held_out == [20, 20]
    with pytest.raises(ConfigurationError, match="7 training shards cannot be shared among 9 hosts"):
        batches(task.share(8, 9))


def corrupt(folder, change):
    """Changes the third example of a shard and writes the shard again, with good checksums and a new index."""
    path = folder / "train-00004-of-00008"
    records = [record.numpy() for record in tf.data.TFRecordDataset(str(path))]
    example = tf.train.Example.FromString(records[2])
    change(example.features.feature)
    records[2] = example.SerializeToString()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    index = json.loads((folder / "index.json").read_text())
    index["shards"][path.name]["bytes"] = path.stat().st_size
    (folder / "index.json").write_text(json.dumps(index))


def cut(feature):
    value = feature["image/encoded"].bytes_list.value
    value[0] = value[0][:200]


def as_png(feature):
    value = feature["image/encoded"].bytes_list.value
    value[0] = tf.io.encode_png(tf.io.decode_jpeg(value[0])).numpy()


def relabel(feature):
    feature["image/class/label"].int64_list.value[0] = 5


@pytest.mark.parametrize(("change", "message"), [
    (cut, "cannot be decoded"), (as_png, "is no JPEG"), (relabel, "has the label 5, not one of"),
])  # fmt: skip
def test_a_bad_image_names_its_shard(copied, change, message):
    corrupt(copied, change)
    task = imagenet(SIZE, copied)
    with pytest.raises(ConfigurationError, match=rf"Image 2 \(from 0\) of the shard .*train-00004-of-00008 {message}"):
        batches(task)


def test_a_wrong_checksum_names_its_shard(copied):
    path = copied / "train-00001-of-00008"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"train-00001-of-00008 is damaged at its record \d+"):
        batches(imagenet(SIZE, copied))


def test_images_are_read_from_a_bucket_that_has_an_index(built, whole):
    bucket = "ram://imagenet"  # TensorFlow's file system in memory, reached as gs:// is
    tf.io.gfile.makedirs(bucket)
    for path in sorted(built.iterdir()):
        if path.name != "index.json":
            tf.io.gfile.copy(str(path), f"{bucket}/{path.name}", overwrite=True)
    with pytest.raises(ConfigurationError, match="ram://imagenet needs an index.json: upload"):
        imagenet(SIZE, Path(bucket))
    tf.io.gfile.copy(str(built / "index.json"), f"{bucket}/index.json", overwrite=True)
    assert equal(batches(imagenet(SIZE, Path(bucket)), 13), whole[13:])


def test_too_few_images_for_a_batch(built):
    with pytest.raises(ConfigurationError, match="105 training images do not make one batch of 128"):
        batches(imagenet(SIZE, built), batch=128)
