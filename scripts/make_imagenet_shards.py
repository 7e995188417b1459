"""Builds the TFRecord shards that task=imagenet reads, from two folders of images, one sub-folder a class.

    python scripts/make_imagenet_shards.py --train DIR --validation DIR --out DIR

Classes are numbered from 1 in the order of their folders' names, as those of ILSVRC 2012 are. Training images are
shuffled; image i of n belongs to the shard k with b[k] ≤ i < b[k + 1], b = int(linspace(0, n, shards + 1)), so that
the last 40 of 1024 shards hold 50,046 of ImageNet's 1,281,167 images (arXiv 1912.00848, supplementary
material). Every image is decoded once; what is no JPEG (ImageNet has a PNG) becomes one. `index.json` lists what each
shard holds; with --index DIR it is written for shards that came from elsewhere.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import click
import numpy as np

from nasplug.errors import NasplugError
from nasplug.training.backend import tf
from nasplug.training.imagenet.shards import INDEX, OFFICIAL_CLASSES, indexed

EXTENSIONS = {".jpeg", ".jpg", ".png"}
Image = tuple[Path, int]  # file, and the number of its class from 1


def listed(folder: Path, names: list[str]) -> list[Image]:
    """Returns the images of all classes in order. Raises `ClickException` for a class without any."""
    images: list[Image] = []
    for number, name in enumerate(names, start=1):
        files = sorted(path for path in (folder / name).glob("*") if path.suffix.lower() in EXTENSIONS)
        if not files:
            raise click.ClickException(f"{folder / name} has no images ({', '.join(sorted(EXTENSIONS))})")
        images += [(path, number) for path in files]
    return images


def as_jpeg(path: Path) -> tuple[bytes, tuple[int, int]]:
    """Returns the JPEG of a file, and height and width. Raises `ClickException`, naming it, if it cannot be decoded."""
    content = path.read_bytes()
    try:
        if bool(tf.io.is_jpeg(content)):
            return content, tuple(tf.io.decode_jpeg(content, channels=3).shape[:2])
        pixels = tf.io.decode_image(content, channels=3, expand_animations=False)
        return tf.io.encode_jpeg(pixels, quality=100).numpy(), tuple(pixels.shape[:2])
    except tf.errors.InvalidArgumentError as error:
        raise click.ClickException(f"{path} cannot be decoded: {str(error.message).splitlines()[0]}") from error


def example(image: Image) -> bytes:
    """Returns the serialised example of an image, with the keys of ImageNet's TFRecords."""
    path, label = image
    encoded, (height, width) = as_jpeg(path)
    values = {
        "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[encoded])),
        "image/format": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"JPEG"])),
        "image/filename": tf.train.Feature(bytes_list=tf.train.BytesList(value=[path.name.encode()])),
        "image/class/text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[path.parent.name.encode()])),
    }
    for name, number in {"class/label": label, "height": height, "width": width}.items():
        values[f"image/{name}"] = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


def write_shards(images: list[Image], out: Path, split: str, shards: int) -> None:
    """Writes all shards of a split, images in the order given. Raises `ClickException` for fewer images than shards."""
    if len(images) < shards:
        raise click.ClickException(f"{len(images)} {split} images cannot fill {shards} shards")
    bounds = np.linspace(0, len(images), shards + 1).astype(int)
    for shard, (low, high) in enumerate(pairwise(bounds.tolist())):
        path = out / f"{split}-{shard:05d}-of-{shards:05d}"
        with ThreadPoolExecutor() as pool, tf.io.TFRecordWriter(str(path)) as writer:
            for record in pool.map(example, images[low:high]):
                writer.write(record)
        click.echo(f"{path} ({high - low} images)", err=True)


@click.command(help=__doc__)
@click.option("--train", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--validation", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--shards", default=1024, show_default=True, type=click.IntRange(min=2), help="Training shards.")
@click.option("--validation-shards", default=128, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=0, show_default=True, help="Shuffles the training images.")
@click.option("--index", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Only index this folder.")
@click.option("--classes", default=OFFICIAL_CLASSES, show_default=True, help="Of the folder to index.")
def main(
    train: Path | None,
    validation: Path | None,
    out: Path | None,
    shards: int,
    validation_shards: int,
    seed: int,
    index: Path | None,
    classes: int,
) -> None:
    """Writes shards and their index, or the index alone."""
    if index is None:
        if not (train and validation and out):
            raise click.UsageError("--train, --validation and --out are needed, or --index")
        names = sorted(path.name for path in train.iterdir() if path.is_dir())
        out.mkdir(parents=True, exist_ok=True)
        images = listed(train, names)
        order = np.random.default_rng(seed).permutation(len(images))
        write_shards([images[i] for i in order], out, "train", shards)
        write_shards(listed(validation, names), out, "validation", validation_shards)
        index, classes = out, len(names)
    try:
        content = indexed(index, classes)
    except NasplugError as error:
        raise click.ClickException(str(error)) from error
    (index / INDEX).write_text(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
