"""CIFAR-10 from small files in both published formats, and what is refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import cifar10

from nasplug.errors import ConfigurationError

IMAGES = 20
NAMES = [name for names in cifar10.FILES.values() for name in names]


def content(name: str, count: int = IMAGES) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(NAMES.index(name))
    return rng.integers(256, size=(count, 3072), dtype=np.uint8), rng.integers(10, size=count)


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    """A folder of the binary version."""
    for name in NAMES:
        images, labels = content(name)
        (tmp_path / f"{name}.bin").write_bytes(np.c_[labels.astype(np.uint8), images].tobytes())
    return tmp_path


@pytest.fixture
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the python version."""
    folder = tmp_path_factory.mktemp("python")
    for name in NAMES:
        images, labels = content(name)
        (folder / name).write_bytes(python_2_pickle(name, images, labels.tolist()))
    return folder


def python_2_pickle(name: str, images: np.ndarray, labels: list[int]) -> bytes:
    """Returns a pickle as Python 2 wrote the published files: four entries, byte strings, and numpy.core by name."""
    shape = b"".join(b"K" + bytes([n]) if n < 256 else b"M" + n.to_bytes(2, "little") for n in images.shape) + b"\x86"
    raw = b"T" + images.nbytes.to_bytes(4, "little") + images.tobytes()
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
        + shape
        + dtype
        + b"\x89"
        + raw
        + b"tb"
    )
    numbers = b"](" + b"".join(b"K" + bytes([n]) for n in labels) + b"e"
    files = b"](" + b"".join(_text(f"leptodactylus_pentadactylus_s_{i:06}.png") for i in range(len(labels))) + b"e"
    entries = {"batch_label": _text(f"training batch of {name}"), "labels": numbers, "data": array, "filenames": files}
    return b"\x80\x02}q\x01(" + b"".join(_text(key) + value for key, value in entries.items()) + b"u."


def _text(text: str) -> bytes:
    return b"U" + bytes([len(text)]) + text.encode()


def test_both_versions_hold_the_same_images(binary: Path, python: Path) -> None:
    first, second = cifar10.load(binary), cifar10.load(python)
    for split, names in cifar10.FILES.items():
        images, labels = first.splits[split]
        assert images.shape == (IMAGES * len(names), 32, 32, 3)
        np.testing.assert_array_equal(images, second.splits[split][0])
        np.testing.assert_array_equal(labels, second.splits[split][1])
    flat, labels = content("data_batch_2")
    assert first.splits["train"][0][IMAGES + 3, 5, 7].tolist() == flat[3].reshape(3, 32, 32)[:, 5, 7].tolist()
    assert first.splits["train"][1][IMAGES : 2 * IMAGES].tolist() == labels.tolist()


def test_search_measures_on_the_fifth_batch_and_final_on_the_test_batch(binary: Path) -> None:
    task = cifar10.load(binary)
    for purpose, name in (("search", "data_batch_5"), ("final", "test_batch")):
        batches = list(task.held_out_batches(purpose, 8))  # type: ignore[arg-type]
        assert [len(labels) for _, labels in batches] == [8, 8, 4]
        assert np.concatenate([labels for _, labels in batches]).tolist() == content(name)[1].tolist()
        assert task.training_size(purpose) == 4 * IMAGES  # type: ignore[arg-type]
    image = content("test_batch")[0][0].reshape(3, 32, 32).transpose(1, 2, 0)
    np.testing.assert_allclose(batches[0][0][0], (image - cifar10.MEAN) / cifar10.DEVIATION, rtol=1e-5)


def test_training_images_are_crops_and_half_of_them_mirrored(binary: Path) -> None:
    task = cifar10.load(binary)
    originals = np.pad(task.splits["train"][0], ((0, 0), (4, 4), (4, 4), (0, 0)))
    batches = list(task.training_batches("search", 40, 2, seed=0))
    assert len(batches) == 4
    mirrored = 0
    for images, labels in batches:
        for image, label in zip(np.rint(images * cifar10.DEVIATION + cifar10.MEAN).astype(int), labels, strict=True):
            views = ((flip, image[:, ::-1] if flip else image) for flip in (False, True))
            matches = [(i, flip) for flip, view in views for i in places(view, originals)]
            assert len(matches) == 1
            assert task.splits["train"][1][matches[0][0]] == label
            mirrored += matches[0][1]
    assert 50 < mirrored < 110  # of 160
    again = list(task.training_batches("search", 40, 2, seed=0))
    np.testing.assert_array_equal(batches[3][0], again[3][0])
    assert not np.array_equal(batches[0][0], next(task.training_batches("search", 40, 2, seed=1))[0])


def places(image: np.ndarray, originals: np.ndarray) -> list[int]:
    """Returns which padded originals have the image as one of their 81 crops."""
    crops = np.lib.stride_tricks.sliding_window_view(originals, (32, 32), axis=(1, 2))  # [n, 9, 9, 3, 32, 32]
    same = (crops[..., 10:12, 10:12] == image.transpose(2, 0, 1)[:, 10:12, 10:12]).all(axis=(3, 4, 5))
    return sorted({int(i) for i, *_ in np.argwhere(same)})


def test_a_pickle_that_names_anything_else_is_refused_before_it_runs(python: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "touched",)  # type: ignore[return-value]

    (python / "data_batch_1").write_bytes(pickle.dumps({b"data": Evil()}))
    with pytest.raises(ConfigurationError, match="data_batch_1 is no file of CIFAR-10 .it names "):
        cifar10.load(python)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("damage", [b"", b"\x00" * 100, pickle.dumps({b"data": [1], b"labels": [1]}, 2)])
def test_damaged_files_are_refused(python: Path, damage: bytes) -> None:
    (python / "test_batch").write_bytes(damage)
    with pytest.raises(ConfigurationError, match="test_batch is no file of CIFAR-10"):
        cifar10.load(python)


def test_a_missing_file_is_named(binary: Path) -> None:
    (binary / "data_batch_4.bin").unlink()
    with pytest.raises(ConfigurationError, match=r"neither data_batch_4 nor data_batch_4\.bin"):
        cifar10.load(binary)
