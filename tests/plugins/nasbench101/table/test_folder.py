"""The folder of a table: its manifest, its columns, and where it is."""

import json

import numpy as np
import pytest
from nasplug_nasbench101.table import folder
from nasplug_nasbench101.table.folder import NoTable, default_folder, find_table
from nasplug_nasbench101.table.importing import import_file

ARRAYS = {
    "hashes": np.array([[1, 2], [3, 4]], np.uint64),
    "parameters": np.array([5, 6], np.int32),
    "metrics_4": np.zeros((2, 3, 2, 4), np.float32),
    "metrics_108": np.ones((2, 3, 2, 4)),
}
SOURCE = {"file": "small.tfrecord", "records": 12}


@pytest.fixture
def written(tmp_path):
    folder.write(tmp_path, ARRAYS, SOURCE)
    return tmp_path


def test_the_home_folder_counts_in_the_variable(written, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(written.parent))
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", f"~/{written.name}")
    assert find_table() == written


def change(path, **more):
    manifest = path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | more))


def test_what_was_written_is_read_without_loading_the_columns(written):
    manifest, columns = folder.read(written)
    assert (manifest["format"], manifest["cells"], manifest["epochs"]) == (1, 2, [4, 108])
    assert manifest["source"] == SOURCE
    assert manifest["columns"]["metrics_4"] == {"shape": [2, 3, 2, 4], "type": "float32"}
    assert list(columns) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(columns[name], array)
        assert columns[name].dtype == array.dtype
        assert isinstance(columns[name].base, np.memmap)


def test_a_table_of_another_format_is_refused(written):
    change(written, format=2)
    with pytest.raises(NoTable, match=r"format 2, this version reads 1\)\. Import it again"):
        folder.read(written)


@pytest.mark.parametrize("about", [{"shape": [3], "type": "int32"}, {"shape": [2], "type": "int64"}])
def test_a_column_that_is_not_as_the_manifest_says_is_named(written, about):
    change(written, columns={"parameters": about})
    with pytest.raises(NoTable, match=r"The NASBench-101 table in .* cannot be read \(parameters.npy is not as"):
        folder.read(written)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "columns": {"a": 3}}'])
def test_a_broken_manifest_is_one_message(written, text):
    (written / "manifest.json").write_text(text)
    with pytest.raises(NoTable, match="cannot be read .*Import it again"):
        folder.read(written)


def test_a_missing_column_is_one_message(written):
    (written / "hashes.npy").unlink()
    with pytest.raises(NoTable, match="hashes.npy"):
        folder.read(written)


def test_the_default_folder_is_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "nasplug" / "nasbench101"
    assert not default_folder().exists()


def test_where_the_table_is_looked_for(file, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
    assert find_table(None) is None
    with pytest.raises(NoTable, match="nasplug nasbench101 import"):
        find_table(tmp_path / "nothing")
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "nothing"))
    with pytest.raises(NoTable, match="nothing, which NASPLUG_NASBENCH101_TABLE names, is no imported"):
        find_table(None)
    import_file(file, tmp_path / "elsewhere")
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "elsewhere"))
    assert find_table(None) == tmp_path / "elsewhere"
    import_file(file, tmp_path / "cache/nasplug/nasbench101")
    assert find_table(None) == tmp_path / "cache/nasplug/nasbench101"
