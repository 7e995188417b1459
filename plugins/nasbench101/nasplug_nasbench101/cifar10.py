"""CIFAR-10 from its published files, split and prepared as the dataset's trainings were."""

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import ConfigurationError, Purpose

Split = tuple[NDArray[np.uint8], NDArray[np.int32]]  # images [n, 32, 32, 3], labels [n]
FILES = {"train": [f"data_batch_{n}" for n in range(1, 5)], "validation": ["data_batch_5"], "test": ["test_batch"]}
MEAN = np.array([125.31, 122.95, 113.87], np.float32)  # by channel, google-research/nasbench
DEVIATION = np.array([62.99, 62.09, 66.70], np.float32)
_SIDE, _PAD, _RECORD = 32, 4, 1 + 3 * 32 * 32


@attrs.frozen(eq=False)
class Cifar10:
    """40,000 images to train on, 10,000 for validation (`search`), 10,000 for test (`final`).

    As in the dataset, both purposes train on the same 40,000 images, padded by 4 pixels and cropped at random, half of
    them mirrored. All images are standardised by channel.
    """

    splits: dict[str, Split]
    classes: int = 10
    channels: int = 3
    resolution: int = _SIDE

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        return len(self.splits["train"][1])

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields the full batches of `epochs` epochs; order, crops and flips are a function of `seed`."""
        images, labels = self.splits["train"]
        for epoch in range(epochs):
            rng = np.random.default_rng((seed, epoch))
            order = rng.permutation(len(labels))
            for rows in order[: len(order) // batch * batch].reshape(-1, batch):
                yield _standardised(_augmented(images[rows], rng)), labels[rows]

    def held_out_batches(self, purpose: Purpose, batch: int = 250) -> Iterator[Any]:
        """Yields the held-out images, `batch` at a time."""
        images, labels = self.splits["test" if purpose == "final" else "validation"]
        for start in range(0, len(labels), batch):
            yield _standardised(images[start : start + batch]), labels[start : start + batch]


def load(folder: Path) -> Cifar10:
    """Returns CIFAR-10 from a folder with the python version's files or the binary version's (`….bin`).

    Raises:
        ConfigurationError: a file is missing or not as published
    """
    return Cifar10({split: _read_split(folder, names) for split, names in FILES.items()})


def _read_split(folder: Path, names: list[str]) -> Split:
    parts = [_read(folder, name) for name in names]
    return np.concatenate([images for images, _ in parts]), np.concatenate([labels for _, labels in parts])


def _read(folder: Path, name: str) -> Split:
    binary, python = folder / f"{name}.bin", folder / name
    path = binary if binary.is_file() else python
    if not path.is_file():
        raise ConfigurationError(
            f"{folder} has neither {name} nor {name}.bin. Expected the unpacked python or binary version of CIFAR-10, "
            f"https://www.cs.toronto.edu/~kriz/cifar.html"
        )
    try:
        flat, labels = _from_binary(path) if path == binary else _from_pickle(path)
        if flat.ndim != 2 or flat.shape != (len(labels), _RECORD - 1) or not len(labels) or labels.max() > 9:
            raise ValueError(f"images of the shape {flat.shape} and {len(labels)} labels")
    except (ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise ConfigurationError(f"{path} is no file of CIFAR-10 ({error}). Download it again.") from error
    images = flat.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


def _from_binary(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Returns images `[n, 3072]` and labels of records of one label byte and 3 × 1024 pixels."""
    records = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, _RECORD)
    return records[:, 1:], records[:, 0].astype(np.int32)


def _from_pickle(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Returns images `[n, 3072]` and labels of a dictionary with the keys `data` and `labels`."""
    content = _ArraysOnly(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    return np.asarray(content[b"data"], np.uint8), np.asarray(content[b"labels"], np.int32)


class _ArraysOnly(pickle.Unpickler):
    """Reads pickles of numpy arrays and of Python's own types: one that names anything else could run code."""

    def find_class(self, module: str, name: str) -> Any:
        """Returns the classes and functions of arrays; raises `UnpicklingError` for any other name."""
        if (module.replace("numpy._core", "numpy.core"), name) == ("numpy.core.multiarray", "_reconstruct"):
            return np.empty(0).__reduce__()[0]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no file of CIFAR-10 does")


def _augmented(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns `[b, 32, 32, 3]` crops at random places of the images padded by black, half of them mirrored."""
    b = len(images)
    padded = np.pad(images, ((0, 0), (_PAD, _PAD), (_PAD, _PAD), (0, 0)))
    top, left = rng.integers(2 * _PAD + 1, size=(2, b))
    rows = top[:, None] + np.arange(_SIDE)  # [b, 32]
    columns = left[:, None] + np.arange(_SIDE)
    columns = np.where(rng.random(b)[:, None] < 0.5, columns, columns[:, ::-1])
    crops: NDArray[np.uint8] = padded[np.arange(b)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return crops


def _standardised(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    standardised: NDArray[np.float32] = (images.astype(np.float32) - MEAN) / DEVIATION
    return standardised
