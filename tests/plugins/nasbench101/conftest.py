"""Data that tests share and none of them changes: a small file, its table, a cache without one, real cells."""

from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from nasplug_nasbench101.cache import cache_folder
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import dataset_parameters
from nasplug_nasbench101.lookup import lookup
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table

from benchmarks import nasbench101_rows as real
from benchmarks import nasbench101_synthetic as synthetic

CELLS = 40


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 40 cells, three trainings of 4 and of 108 epochs each."""
    path = tmp_path_factory.mktemp("dataset") / "small.tfrecord"
    synthetic.write(path, CELLS, epochs=(4, 108))
    return path


@pytest.fixture(scope="session")
def table(file: Path) -> Table:
    """The table made of `file`."""
    import_file(file, file.parent / "table")
    return Table.open(file.parent / "table")


@pytest.fixture(scope="session")
def real_rows(shared_data: Path) -> dict[str, np.ndarray]:
    """The columns of 20,001 real records."""
    return real.load(shared_data)


@pytest.fixture(scope="session")
def real_cells(real_rows: dict[str, np.ndarray]) -> list[Cell]:
    """The cells of the first 3,000 of them."""
    return real.cells(real_rows, 3000)


@pytest.fixture(scope="session")
def cache_without_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that has the look-up tables, which take seconds to build, and no imported dataset."""
    lookup(), dataset_parameters()
    home = tmp_path_factory.mktemp("without_table")
    (home / "nasplug").mkdir()
    for path in cache_folder().glob("nasbench101_*.bin"):
        copy(path, home / "nasplug")
    return home


@pytest.fixture
def without_table(cache_without_table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test run where no dataset was imported."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_without_table))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
