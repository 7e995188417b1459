"""What tests share and none of them changes: a small file in the dataset's format, its table, a cache without one."""

from pathlib import Path

import pytest
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table

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


@pytest.fixture
def without_table(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder that holds no table, but keeps what is slow to make from test to test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "without_table"))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
