"""The folder of an imported table: a manifest and one .npy file for each column."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug import ConfigurationError
from nasplug.plugin import expanded_path
from nasplug_nasbench101.cache import cache_folder

FORMAT = 1
MANIFEST = "manifest.json"
VARIABLE = "NASPLUG_NASBENCH101_TABLE"
PUBLISHED = {  # SHA-256 of the files under https://storage.googleapis.com/nasbench/
    "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c": "nasbench_full.tfrecord",
    "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1": "nasbench_only108.tfrecord",
}


class NoTable(ConfigurationError):
    """There is no imported table, or it is damaged or lacks an epoch budget."""


def default_folder() -> Path:
    """Returns the folder into which the table is imported by default; it need not exist yet."""
    return cache_folder() / "nasbench101"


def find_table(folder: Path | None = None) -> Path | None:
    """Returns `folder`, else the default folder if it has a table, else that of the environment; None: no table.

    Raises:
        NoTable: `folder`, or the folder that the environment variable names, has no table
    """
    if folder is None and (default_folder() / MANIFEST).is_file():
        return default_folder()
    named = folder or (Path(expanded_path(text)) if (text := os.environ.get(VARIABLE)) else None)
    if named is not None and not (named / MANIFEST).is_file():
        source = "" if folder else f", which {VARIABLE} names,"
        raise NoTable(
            f"{named}{source} is no imported NASBench-101 table: it needs a folder with {MANIFEST}. "
            f"Make one: nasplug nasbench101 import FILE.tfrecord --out {named}"
        )
    return named


def write(folder: Path, arrays: dict[str, NDArray[Any]], source: dict[str, Any]) -> None:
    """Writes a table into an empty folder, the manifest last; `source` says which file it was made of."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    epochs = [int(name.partition("_")[2]) for name in arrays if name.startswith("metrics_")]
    manifest = {
        "format": FORMAT,
        "cells": len(arrays["hashes"]),
        "epochs": epochs,
        "source": source,
        "columns": {name: {"shape": array.shape, "type": str(array.dtype)} for name, array in arrays.items()},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def read(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Returns the manifest and the memory-mapped columns of a table; raises `NoTable` where they are not whole."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']}, this version reads {FORMAT}")
        columns = {name: _open_column(folder, name, about) for name, about in manifest["columns"].items()}
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise NoTable(f"The NASBench-101 table in {folder} cannot be read ({error}). Import it again.") from error
    return manifest, columns


def _open_column(folder: Path, name: str, about: dict[str, Any]) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
    if list(array.shape) != about["shape"] or str(array.dtype) != about["type"]:
        raise ValueError(f"{name}.npy is not as the manifest says")
    return array
