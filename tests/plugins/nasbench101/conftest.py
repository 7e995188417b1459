"""A small file in the dataset's format and its table, which no test changes."""

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
