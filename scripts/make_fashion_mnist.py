"""Makes nasplug/training/tasks/fashion_mnist.npz from the Debian package `dataset-fashion-mnist`.

    apt-get install dataset-fashion-mnist && python scripts/make_fashion_mnist.py

The file holds uint8 images `[n, 28, 28]` and labels `[n]` of three balanced, disjoint splits: training and validation
come from the official training set, test from the official test set, each the first of its class in the official order.
The members are stored with LZMA (a fifth smaller than deflate here); `numpy.load` reads them without pickle. The same
input gives the same bytes.
"""

import gzip
import io
import zipfile
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

PER_CLASS = {"train": 1000, "validation": 1000, "test": 300}
CLASSES = 10
Bytes = NDArray[np.uint8]


def read_idx(path: Path) -> Bytes:
    """Returns the array of a gzipped IDX file of bytes: big-endian magic 0x0800|rank, the sizes, the values."""
    data = gzip.decompress(path.read_bytes())
    if data[:3] != b"\0\0\x08":
        raise click.ClickException(f"{path} is not an IDX file of bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">i4", count=rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def first_of_each_class(labels: Bytes, start: int, count: int) -> NDArray[np.intp]:
    """Returns, in ascending order, the indices of the examples number `start` to `start + count` of every class."""
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[start : start + count] for c in range(CLASSES)]))


def select(folder: Path) -> dict[str, Bytes]:
    """Returns the six members of the file: `{split}_images` uint8 `[n, 28, 28]` and `{split}_labels` uint8 `[n]`."""
    official = {
        part: (read_idx(folder / f"{part}-images-idx3-ubyte.gz"), read_idx(folder / f"{part}-labels-idx1-ubyte.gz"))
        for part in ("train", "t10k")
    }
    members = {}
    for split, part, start in (("train", "train", 0), ("validation", "train", PER_CLASS["train"]), ("test", "t10k", 0)):
        images, labels = official[part]
        chosen = first_of_each_class(labels, start, PER_CLASS[split])
        members[f"{split}_images"], members[f"{split}_labels"] = images[chosen], labels[chosen]
    return members


def write_npz(target: Path, members: dict[str, Bytes]) -> None:
    """Writes `members` as an LZMA-compressed `.npz` with fixed time stamps."""
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_LZMA) as archive:
        for name, values in members.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, values, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_LZMA
            archive.writestr(entry, buffer.getvalue())


@click.command(help=__doc__)
@click.option("--source", type=click.Path(exists=True, path_type=Path), default="/usr/share/datasets/fashion-mnist")
@click.option("--target", type=click.Path(path_type=Path), default="nasplug/training/tasks/fashion_mnist.npz")
def main(source: Path, target: Path) -> None:
    """Reads the four official files and writes the embedded one."""
    write_npz(target, select(source))
    click.echo(f"{target}: {target.stat().st_size / 1e6:.2f} MB", err=True)


if __name__ == "__main__":
    main()
