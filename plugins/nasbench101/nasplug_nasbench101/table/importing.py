"""Imports a published file into a table on disk: completely or not at all, and once even if two processes try."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from nasplug_nasbench101.hashing import module_hashes
from nasplug_nasbench101.table import folder
from nasplug_nasbench101.table.columns import Columns
from nasplug_nasbench101.table.folder import NoTable
from nasplug_nasbench101.table.record import parse_record
from nasplug_nasbench101.table.tfrecord import BadFile, TFRecordFile

_CHECKED_CELLS = 2000  # whose hashes are computed anew, spread over the table
_REPORT_EVERY = 1 << 16  # records
_MAX_ACCURACY = 1.0 + 1e-6  # figures are single precision


def import_file(path: Path, out: Path) -> dict[str, Any]:
    """Imports a .tfrecord file into the folder `out`, reports progress on standard error, and returns the manifest.

    A table in `out`, or an empty folder, is replaced; an import that fails leaves what was there. A lock beside `out`
    makes a second process wait, and then take the first one's table if it was made of the same file.

    Raises:
        BadFile: the file is not the dataset, is damaged or cut short, or cannot be read or imported there
    """
    try:
        return _import(path, Path(os.path.abspath(out)))
    except OSError as error:
        raise BadFile(f"Importing {path} to {out} failed: {error}") from error


def _import(path: Path, out: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BadFile(
            f"{path} is no file. Expected nasbench_only108.tfrecord or nasbench_full.tfrecord, plain or gzip."
        )
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _locked(out):
        if not out.exists() and _backup(out).exists():
            _backup(out).rename(out)  # an import was killed between the two steps of `_replace`
        manifest = _manifest_of_same_file(path, out)
        if manifest is not None:
            return manifest
        partial = out.with_name(f".{out.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)  # of an import that was killed
        partial.mkdir()
        try:
            _write_table(path, partial)
            _replace(out, partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return folder.read(out)[0]


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Holds the lock beside `out`; says so where another process has it. Raises `OSError` where it cannot be made."""
    tempfile.TemporaryFile(dir=out.parent).close()  # where nothing can be written, FileLock would try for ever
    lock = FileLock(out.with_name(f".{out.name}.lock"))
    try:
        acquired = lock.acquire(blocking=False)
    except Timeout:
        print(f"Waiting for another process that imports to {out}", file=sys.stderr)
        acquired = lock.acquire()
    with acquired:
        yield


def _manifest_of_same_file(path: Path, out: Path) -> dict[str, Any] | None:
    """Returns the manifest of the table in `out` if it was made of this file, unchanged since; else None."""
    try:
        manifest, _ = folder.read(out)
    except NoTable:
        return None
    same = all(manifest["source"][key] == value for key, value in _file_state(path).items())
    return manifest if same else None


def _check_replaceable(out: Path) -> None:
    """Raises `BadFile` where `out` holds something that is no table and would be lost."""
    if out.exists() and not (out.is_dir() and ((out / folder.MANIFEST).is_file() or not any(out.iterdir()))):
        raise BadFile(f"{out} exists and is no table: name a folder that does not exist yet, or an empty one")


def _file_state(path: Path) -> dict[str, Any]:
    """Returns name, size and time of change of a file: while these are the same, so is the content."""
    status = path.stat()
    return {"file": path.name, "bytes": status.st_size, "modified_ns": status.st_mtime_ns}


def _write_table(path: Path, partial: Path) -> None:
    """Reads the file at `path` and writes its table into the folder `partial`."""
    state, file, columns, offset, count = _file_state(path), TFRecordFile(path), Columns(), 0, 0
    for offset, data in file.records():
        try:
            columns.add(parse_record(data))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadFile(f"{path}, byte {offset}: the record is none of NASBench-101: {error}.") from error
        count += 1
        if count % _REPORT_EVERY == 0:
            print(f"Importing {path.name}: {count:,} records, {file.bytes_read / 1e6:.0f} MB", file=sys.stderr)
    try:
        arrays = columns.finish() if count else {}
        _check(arrays)
    except ValueError as error:
        raise BadFile(f"{path}, {file.bytes_read} bytes, last record at byte {offset}: {error}.") from error
    source = {**state, "records": count, "sha256": file.sha256, "published": folder.PUBLISHED.get(file.sha256)}
    folder.write(partial, arrays, source)


def _check(arrays: dict[str, NDArray[Any]]) -> None:
    """Raises `ValueError` where there is nothing, an impossible figure, or a hash that is not its cell's."""
    if not arrays:
        raise ValueError("the file is empty")
    for name in filter(lambda name: name.startswith("metrics_"), arrays):
        if not ((arrays[name] >= 0) & (arrays[name] < np.inf)).all():
            raise ValueError(f"{name} has negative or infinite figures")
        if (arrays[name][..., 1:] > _MAX_ACCURACY).any():
            raise ValueError(f"{name} has accuracies above 1")
    rows = np.unique(np.linspace(0, len(arrays["hashes"]) - 1, _CHECKED_CELLS).astype(int))
    for row, computed in zip(rows, module_hashes(arrays["codes"][rows]), strict=True):
        recorded = arrays["hashes"][row].astype(">u8").tobytes().hex()
        if recorded != computed:
            raise ValueError(f"the record {recorded} holds the cell with the hash {computed}")


def _replace(out: Path, partial: Path) -> None:
    """Puts the folder `partial` in the place of `out`, so that a kill at any moment leaves one of the two tables."""
    shutil.rmtree(_backup(out), ignore_errors=True)
    if out.exists():
        out.rename(_backup(out))
    partial.rename(out)
    shutil.rmtree(_backup(out), ignore_errors=True)


def _backup(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")
