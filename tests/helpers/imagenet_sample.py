"""A small set of images in ImageNet's format, made of real JPEGs by the script that users call."""

from runpy import run_path

import numpy as np
from click.testing import CliRunner
from paths import ROOT

from nasplug.training import configure
from nasplug.training.backend import tf

configure()  # before the first operation of the process

SCRIPT = run_path(str(ROOT / "scripts" / "make_imagenet_shards.py"))["main"]
CLASSES, PER_CLASS, HELD_OUT_PER_CLASS, SHARDS = 4, 30, 10, 8


def jpeg(label, rng):
    """Returns a photograph-like JPEG whose colours tell its class: smooth noise on a tint, of any shape."""
    height, width = rng.integers(30, 80, size=2)
    coarse = rng.uniform(-40, 40, (6, 6, 3))
    tint = 60 + 130 * np.array([label & 1, label >> 1 & 1, 0.5])
    image = tf.image.resize(coarse, [height, width], "bicubic") + tint
    return tf.io.encode_jpeg(tf.cast(tf.clip_by_value(image, 0, 255), tf.uint8)).numpy()


def write_images(folder):
    """Writes `train` and `validation` with one folder a class; one image is a PNG, as in ImageNet."""
    rng = np.random.default_rng(0)
    for split, count in (("train", PER_CLASS), ("validation", HELD_OUT_PER_CLASS)):
        for label in range(CLASSES):
            inner = folder / split / f"n{label:08d}"
            inner.mkdir(parents=True)
            for number in range(count):
                (inner / f"{number}.JPEG").write_bytes(jpeg(label, rng))
    png = folder / "train" / "n00000000" / "0.JPEG"
    png.write_bytes(tf.io.encode_png(tf.io.decode_jpeg(png.read_bytes())).numpy())


def build(folder, *more):
    """Returns the result of the script on `folder`; shards are in `folder/shards`."""
    options = ["--train", folder / "train", "--validation", folder / "validation", "--out", folder / "shards"]
    arguments = [*options, "--shards", SHARDS, "--validation-shards", 2, *more]
    return CliRunner().invoke(SCRIPT, [str(argument) for argument in arguments])
