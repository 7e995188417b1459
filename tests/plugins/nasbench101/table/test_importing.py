"""From a file to a table: once, whole or not at all, whoever else tries and wherever it is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from nasplug_nasbench101.table.folder import NoTable
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table
from nasplug_nasbench101.table.tfrecord import BadFile, TFRecordFile

CELLS = 40  # of the file


def test_the_same_file_is_not_read_twice(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = import_file(file, tmp_path / "table")
    monkeypatch.setattr(TFRecordFile, "records", lambda _: pytest.fail("read again"))
    assert import_file(file, tmp_path / "table") == first


def test_two_processes_may_import_at_once(file: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from nasplug_nasbench101.table.importing import import_file; "
        "print(import_file(Path(sys.argv[1]), Path(sys.argv[2]))['cells'])"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path / "table")]
    lock = FileLock(tmp_path / ".table.lock")
    with lock:  # both wait, then one makes the table and the other one takes it
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        assert [process.stderr.readline()[:27] for process in both if process.stderr] == [
            "Waiting for another process"
        ] * 2
        assert not (tmp_path / "table").exists()
    assert [process.communicate(timeout=60)[0] for process in both] == [f"{CELLS}\n"] * 2
    assert [process.returncode for process in both] == [0, 0]
    assert [path.name for path in tmp_path.iterdir() if "table" in path.name] == [".table.lock", "table"]


def test_an_import_killed_while_it_writes_leaves_no_table_and_can_be_repeated(file: Path, tmp_path: Path) -> None:
    killed_at("numpy.save", 3, file, tmp_path / "table")
    assert not (tmp_path / "table").exists()
    with pytest.raises(NoTable):
        Table.open(tmp_path / "table")
    assert (tmp_path / ".table.partial").exists()
    assert import_file(file, tmp_path / "table")["cells"] == CELLS
    assert sorted(path.name for path in tmp_path.iterdir()) == [".table.lock", "table"]


def test_an_import_killed_between_old_and_new_table_loses_none(file: Path, tmp_path: Path) -> None:
    import_file(file, tmp_path / "table")
    newer = tmp_path / "newer.tfrecord"
    newer.write_bytes(file.read_bytes())
    killed_at("pathlib.Path.rename", 2, newer, tmp_path / "table")
    assert not (tmp_path / "table").exists()
    bad = tmp_path / "bad.tfrecord"
    bad.write_bytes(b"no dataset")
    with pytest.raises(BadFile):
        import_file(bad, tmp_path / "table")
    assert Table.open(tmp_path / "table").manifest["source"]["file"] == file.name


def killed_at(function: str, call: int, file: Path, out: Path) -> None:
    """Imports in a process that kills itself instead of calling `function` for the `call`-th time."""
    program = f"""
import os, pkgutil, signal, sys
from pathlib import Path
from unittest.mock import patch
from nasplug_nasbench101.table.importing import import_file
real, calls = pkgutil.resolve_name("{function}"), []
def counted(*arguments, **more):
    calls.append(arguments)
    return os.kill(os.getpid(), signal.SIGKILL) if len(calls) == {call} else real(*arguments, **more)
with patch("{function}", counted):
    import_file(Path(sys.argv[1]), Path(sys.argv[2]))
"""
    process = subprocess.run([sys.executable, "-c", program, str(file), str(out)])
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("left", [0, 40, 200])
def test_a_table_that_lost_a_part_says_so(file: Path, tmp_path: Path, left: int) -> None:
    import_file(file, tmp_path / "table")
    column = tmp_path / "table" / "metrics_108.npy"
    column.write_bytes(column.read_bytes()[:left])
    with pytest.raises(NoTable, match="Import it again"):
        Table.open(tmp_path / "table")
    import_file(file, tmp_path / "table")
    assert len(Table.open(tmp_path / "table")) == CELLS


def test_a_folder_of_something_else_is_not_replaced(file: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("…")
    with pytest.raises(BadFile, match="exists and is no table"):
        import_file(file, tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "…"
    (tmp_path / "empty").mkdir()
    assert import_file(file, tmp_path / "empty")["cells"] == CELLS


def test_a_place_that_cannot_be_written_is_one_message(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for parent in (tmp_path / "file", Path("/proc")):
        with pytest.raises(BadFile, match=f"Importing .* failed: .*{parent}"):
            import_file(file, parent / "table")


def test_progress_is_told_on_standard_error(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nasplug_nasbench101.table.importing._REPORT_EVERY", 100)
    import_file(file, tmp_path / "table")
    output = capsys.readouterr()
    assert output.out == ""
    assert [line.partition(", ")[0] for line in output.err.splitlines()] == [
        f"Importing small.tfrecord: {count} records" for count in (100, 200)
    ]


def test_published_files_are_recognised(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_file(file, tmp_path / "a")["source"]["published"] is None
    sha256 = import_file(file, tmp_path / "a")["source"]["sha256"]
    monkeypatch.setattr("nasplug_nasbench101.table.folder.PUBLISHED", {sha256: "nasbench_only108.tfrecord"})
    assert import_file(file, tmp_path / "b")["source"]["published"] == "nasbench_only108.tfrecord"
