"""From a published file to a table on disk: whole or not at all, once however many processes try."""

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

from nasplug_nasbench101.bulk_hashing import module_hashes
from nasplug_nasbench101.table import folder as folders
from nasplug_nasbench101.table.columns import Columns
from nasplug_nasbench101.table.errors import BadFile, NoTable
from nasplug_nasbench101.table.record import parse_record
from nasplug_nasbench101.table.tfrecord import TFRecordFile

_CHECKED = 2000  # cells whose hash is computed anew, spread over the table
_REPORT_EVERY = 1 << 16  # records
_MOST = 1.0 + 1e-6  # of an accuracy: the figures are single precision


def import_file(path: Path, out: Path) -> dict[str, Any]:
    """Returns the manifest of the table made from a .tfrecord file in the folder `out`; tells how far it is on stderr.

    A table that is there, or an empty folder, is replaced. A lock beside `out` makes a second process wait, and take
    the first one's table if it came from the same file. Nothing is left at `out` by an import that fails.
    Raises `BadFile` for a file that is not the dataset, cut short or damaged, or that cannot be read.
    """
    try:
        return _import(path, Path(os.path.abspath(out)))
    except OSError as error:
        raise BadFile(f"importing {path} to {out} failed: {error}") from error


def _import(path: Path, out: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BadFile(f"{path} is no file. Wanted nasbench_only108.tfrecord or nasbench_full.tfrecord, plain or gzip.")
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _locked(out):
        if not out.exists() and _old(out).exists():
            _old(out).rename(out)  # an import was killed between the two steps of `_replace`
        present = _made_from(path, out)
        if present is not None:
            return present
        partial = out.with_name(f".{out.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)  # of an import that was killed
        partial.mkdir()
        try:
            _fill(partial, path)
            _replace(out, partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return folders.read(out)[0]


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Holds the lock beside `out`, after saying so if another process has it. Raises `OSError` where it cannot be."""
    tempfile.TemporaryFile(dir=out.parent).close()  # where nothing can be written, FileLock would try for ever
    lock = FileLock(out.with_name(f".{out.name}.lock"))
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        print(f"waiting for another process that imports to {out}", file=sys.stderr)
        held = lock.acquire()
    with held:
        yield


def _made_from(path: Path, out: Path) -> dict[str, Any] | None:
    """Returns the manifest at `out` if there is a whole table of this very file, untouched since."""
    try:
        manifest, _ = folders.read(out)
    except NoTable:
        return None
    same = all(manifest["source"][key] == value for key, value in _stamp(path).items())
    return manifest if same else None


def _check_replaceable(out: Path) -> None:
    """Raises `BadFile` where `out` holds something that is no table and would be lost."""
    if out.exists() and not (out.is_dir() and ((out / folders.MANIFEST).is_file() or not any(out.iterdir()))):
        raise BadFile(f"{out} exists and is no table: name a folder that does not exist yet, or an empty one")


def _stamp(path: Path) -> dict[str, Any]:
    status = path.stat()
    return {"file": path.name, "bytes": status.st_size, "modified_ns": status.st_mtime_ns}


def _fill(partial: Path, path: Path) -> None:
    stamp, file, columns, offset, count = _stamp(path), TFRecordFile(path), Columns(), 0, 0
    for offset, data in file.records():
        try:
            columns.add(parse_record(data))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadFile(f"{path}, byte {offset}: the record is none of NASBench-101: {error}.") from error
        count += 1
        if count % _REPORT_EVERY == 0:
            print(f"importing {path.name}: {count:,} records, {file.bytes_read / 1e6:.0f} MB", file=sys.stderr)
    try:
        arrays = columns.finish() if count else {}
        _check(arrays)
    except ValueError as error:
        raise BadFile(f"{path}, {file.bytes_read} bytes, last record at byte {offset}: {error}.") from error
    source = {**stamp, "records": count, "sha256": file.sha256, "published": folders.PUBLISHED.get(file.sha256)}
    folders.write(partial, arrays, source)


def _check(arrays: dict[str, NDArray[Any]]) -> None:
    """Raises `ValueError` where there is nothing, an impossible figure, or a hash that is not its cell's."""
    if not arrays:
        raise ValueError("the file is empty")
    for name in filter(lambda name: name.startswith("metrics_"), arrays):
        if not ((arrays[name] >= 0) & (arrays[name] < np.inf)).all():
            raise ValueError(f"{name} has negative or infinite figures")
        if (arrays[name][..., 1:] > _MOST).any():
            raise ValueError(f"{name} has accuracies above 1")
    chosen = np.linspace(0, len(arrays["hashes"]) - 1, _CHECKED).astype(int)
    for row, computed in zip(chosen, module_hashes(arrays["codes"][chosen]), strict=True):
        recorded = arrays["hashes"][row].astype(">u8").tobytes().hex()
        if recorded != computed:
            raise ValueError(f"the record {recorded} holds the cell with the hash {computed}")


def _replace(out: Path, partial: Path) -> None:
    shutil.rmtree(_old(out), ignore_errors=True)
    if out.exists():
        out.rename(_old(out))
    partial.rename(out)
    shutil.rmtree(_old(out), ignore_errors=True)


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")
