"""A file is whole or not there, and what killed writers leave is removed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nasplug.errors import StorageError
from nasplug.plugin import write_atomically
from nasplug.storage.atomic_files import process_is_alive, remove_partial_files


@pytest.fixture(scope="module")
def gone():
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("content", "stored"), [("τ = 0.9\n", "τ = 0.9\n".encode()), (b"\xff\0", b"\xff\0")])
def test_a_file_and_its_folders_are_made_and_nothing_else(tmp_path, content, stored):
    path = tmp_path / "a" / "b" / "file.json"
    write_atomically(path, "earlier")
    write_atomically(path, content)
    assert path.read_bytes() == stored
    assert names(path.parent) == ["file.json"]


def test_what_cannot_be_written_is_one_message_and_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match=r"folder cannot be written: Is a directory. Name another --out\."):
        write_atomically(tmp_path / "folder", "x")
    assert names(tmp_path) == ["folder"]


@pytest.mark.parametrize("stage", ["write_bytes", "replace"])
def test_an_interruption_leaves_the_older_file_and_no_half_of_a_newer(tmp_path, monkeypatch, stage):
    path = tmp_path / "file.json"
    write_atomically(path, "older")

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, stage, interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, "newer")
    assert (path.read_text(), names(tmp_path)) == ("older", ["file.json"])


def test_two_threads_never_write_to_the_same_temporary_file(tmp_path, monkeypatch):
    partials, replace, both = set(), Path.replace, threading.Barrier(2)

    def meets(partial, path):
        partials.add(partial.name)
        both.wait(20)
        return replace(partial, path)

    monkeypatch.setattr(Path, "replace", meets)
    threads = [threading.Thread(target=write_atomically, args=(tmp_path / "file.json", "same")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(partials) == 2
    assert names(tmp_path) == ["file.json"]


@pytest.mark.parametrize("form", ["file.json.{}.part", "file.csv.{}.140234.part", "file.parquet.{}.1.part"])
def test_what_a_killed_writer_left_is_removed_and_what_a_live_one_writes_stays(tmp_path, gone, form):
    for pid in (gone, os.getpid()):
        (tmp_path / form.format(pid)).write_text("half")
    remove_partial_files(tmp_path)
    assert names(tmp_path) == [form.format(os.getpid())]


def test_files_of_others_stay(tmp_path, gone):
    others = [f"video.mp4.{gone}.part", "file.json.part", f"file.json.{gone}", f"file.json.{gone}.part.txt"]
    for name in others:
        (tmp_path / name).write_text("theirs")
    remove_partial_files(tmp_path)
    assert names(tmp_path) == sorted(others)


def test_a_process_of_whomever_is_alive(gone, monkeypatch):
    def forbidden(*_):
        raise PermissionError

    assert process_is_alive(os.getpid())
    assert not process_is_alive(gone)
    monkeypatch.setattr(os, "kill", forbidden)
    assert process_is_alive(1)
