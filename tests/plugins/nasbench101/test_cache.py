"""The cache of arrays: a file is read where it is right, replaced where it is damaged, and may not be writable."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101.cache import cache_folder, cached_bytes

CONTENT = np.arange(200, dtype=np.uint8)
SHA256 = hashlib.sha256(CONTENT.tobytes()).hexdigest()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def cached() -> np.ndarray:
    return cached_bytes("numbers.bin", CONTENT.copy, SHA256)


def test_the_folder_is_that_of_the_environment_or_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == tmp_path / "nasplug"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert cache_folder() == Path.home() / ".cache" / "nasplug"
    monkeypatch.setenv("XDG_CACHE_HOME", "~/caches")
    assert cache_folder() == Path.home() / "caches" / "nasplug"


def test_the_second_call_reads_the_file() -> None:
    np.testing.assert_array_equal(cached(), CONTENT)
    again = cached_bytes("numbers.bin", lambda: pytest.fail("made again"), SHA256)
    np.testing.assert_array_equal(again, CONTENT)


@pytest.mark.parametrize("damage", [lambda content: content[:100], lambda content: b"\1" + content[1:], lambda _: b""])
def test_a_damaged_file_is_replaced(damage) -> None:  # type: ignore[no-untyped-def]
    cached()
    path = cache_folder() / "numbers.bin"
    path.write_bytes(damage(CONTENT.tobytes()))
    np.testing.assert_array_equal(cached(), CONTENT)
    assert path.read_bytes() == CONTENT.tobytes()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    np.testing.assert_array_equal(cached(), CONTENT)


def test_a_write_that_fails_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nasplug_nasbench101.cache.os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        cached()
    assert list(cache_folder().iterdir()) == []
