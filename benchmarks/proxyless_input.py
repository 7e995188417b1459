"""Images per second of the ImageNet input pipeline, against a bare loop that only decodes and crops the same JPEGs."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

NAME = "proxyless-input-pipeline"
BAR = 0.9
IMAGES, COPIES, SHARDS, BATCH, SIZE = 512, 12, 8, 64, 224  # an epoch is longer than what is shuffled, as ImageNet's is
ROUNDS = 5


def run() -> dict[str, Any]:
    """Returns the median ratio over rounds in which all take their turn, with JPEGs of 500×375 pixels.

    The pipeline reads shards, shuffles, parses, samples crops, decodes, resizes (bicubic), flips, standardises and
    makes batches, on all cores. The loop is one of Python that calls `tf.io.decode_and_crop_jpeg` on JPEGs in memory,
    with crops of the same distribution: on one core. `of_parallel` is the ratio to the same calls in a parallel
    `tf.data` map, on all cores; of their CPU time the pipeline needs another two thirds, mostly for the resizing.
    """
    from nasplug.training import configure
    from nasplug.training.tasks.imagenet import imagenet

    configure()
    with tempfile.TemporaryDirectory() as name:
        jpegs = _write(Path(name))
        task = imagenet(SIZE, Path(name), validation_shards=1)
        rounds = [(_pipeline(task, seed), _loop(jpegs, seed), _parallel(jpegs, seed)) for seed in range(ROUNDS)]
    ratio = float(np.median([ours / loop for ours, loop, _ in rounds]))
    return {
        "figure": ratio,
        "unit": "×",
        "bar": f"≥ {BAR:g}",
        "holds": ratio >= BAR,
        "of_parallel": float(np.median([ours / parallel for ours, _, parallel in rounds])),
        "ours": float(np.median([ours for ours, *_ in rounds])),
        "loop": float(np.median([loop for _, loop, _ in rounds])),
    }


def _pipeline(task: Any, seed: int) -> float:
    """Returns images per second of one epoch, after its first batch."""
    batches = task.training_batches("final", BATCH, 2, seed)
    next(batches)
    started = time.perf_counter()
    count = sum(len(labels) for _, labels in batches)
    return count / (time.perf_counter() - started)


def _loop(jpegs: list[bytes], seed: int) -> float:
    """Returns images per second of a plain loop."""
    from nasplug.training.backend import tf

    crops = list(zip(jpegs, _windows(len(jpegs), seed), strict=True))
    for jpeg, window in crops[:BATCH]:
        tf.io.decode_and_crop_jpeg(jpeg, window, channels=3)
    started = time.perf_counter()
    for jpeg, window in crops:
        tf.io.decode_and_crop_jpeg(jpeg, window, channels=3)
    return len(crops) / (time.perf_counter() - started)


def _parallel(jpegs: list[bytes], seed: int) -> float:
    """Returns images per second of the same calls in a parallel map."""
    from nasplug.training.backend import tf

    data = tf.data.Dataset.from_tensor_slices((jpegs, _windows(len(jpegs), seed))).repeat(2)
    decoded = data.map(lambda jpeg, window: tf.io.decode_and_crop_jpeg(jpeg, window, channels=3), tf.data.AUTOTUNE)
    iterator = iter(decoded)
    for _ in range(BATCH):
        next(iterator)
    started = time.perf_counter()
    count = sum(1 for _ in iterator)
    return count / (time.perf_counter() - started)


def _windows(count: int, seed: int) -> Any:
    """Returns int32 `[count, 4]`: crops as in a training."""
    from nasplug.training.backend import tf
    from nasplug.training.imagenet.images import training_window

    shape = tf.constant([375, 500, 3])
    return np.stack([training_window(shape, [seed, i]).numpy() for i in range(count)])


def _write(folder: Path) -> list[bytes]:
    """Writes shards of photograph-like JPEGs, of about as many bytes as ImageNet's, and returns the JPEGs."""
    from nasplug.training.backend import tf
    from nasplug.training.imagenet.shards import INDEX, indexed

    rng = np.random.default_rng(0)
    jpegs = [_jpeg(rng) for _ in range(IMAGES // 8)] * 8
    for split, count in (("train", SHARDS), ("validation", 1)):
        for shard in range(count):
            with tf.io.TFRecordWriter(f"{folder}/{split}-{shard:05d}-of-{count:05d}") as writer:
                for jpeg in COPIES * jpegs[shard::count]:
                    writer.write(_example(jpeg))
    (folder / INDEX).write_text(json.dumps(indexed(folder, 1)))
    return jpegs


def _jpeg(rng: np.random.Generator) -> bytes:
    from nasplug.training.backend import tf

    image = sum(
        scale * tf.image.resize(rng.standard_normal((375 // step, 500 // step, 3)), [375, 500], "bicubic")
        for step, scale in ((75, 40.0), (15, 20.0), (4, 12.0), (1, 4.0))
    )
    content: bytes = tf.io.encode_jpeg(tf.cast(tf.clip_by_value(image + 120.0, 0, 255), tf.uint8), quality=95).numpy()
    return content


def _example(jpeg: bytes) -> bytes:
    from nasplug.training.backend import tf

    feature = {
        "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[jpeg])),
        "image/class/label": tf.train.Feature(int64_list=tf.train.Int64List(value=[1])),
    }
    return bytes(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
