"""The folders of jobs: one a job below that of its run, made by `job.folder`, removed by the session."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.engine.folders import Folders


def made(folders, number):
    """Makes the folder of a job, as `job.folder` does, with a file in it."""
    path = Path(folders.path(number))
    path.mkdir(parents=True)
    (path / "checkpoint").touch()
    return path


def test_a_job_has_a_folder_beside_those_of_the_other_jobs_of_its_run(tmp_path):
    folders = Folders.of_run(tmp_path, "run")
    assert [Path(folders.path(number)) for number in (0, 12)] == [tmp_path / "run" / "0", tmp_path / "run" / "12"]
    assert not (tmp_path / "run").exists()


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_run_has_a_folder_of_its_own_directly_below_the_parent(one, other):
    parent = Path("/files")
    folders = [Path(Folders.of_run(parent, name).root) for name in (one, other)]
    assert [folder.parent for folder in folders] == [parent] * 2
    assert (folders[0] == folders[1]) == (one == other)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_run_may_be_called_like_a_folder_of_every_folder(tmp_path, name):
    made(other := Folders.of_run(tmp_path, "other"), 0)
    folders = Folders.of_run(tmp_path, name)
    made(folders, 1)
    folders.remove_all()
    assert Path(other.path(0)).exists()


def test_the_longest_name_of_a_run_is_no_obstacle(tmp_path):
    names = ["ä" * 200, "ä" * 199 + "ö"]
    made_folders = {made(Folders.of_run(tmp_path, name), 0) for name in names}
    assert len(made_folders) == 2


def test_a_run_that_is_not_stored_has_temporary_folders():
    one, other = Folders.of_run(None, "run"), Folders.of_run(None, "run")
    assert one.root != other.root
    assert not Path(one.root).exists()


def test_the_folder_of_a_job_is_removed_with_all_that_is_in_it(tmp_path):
    folders = Folders.of_run(tmp_path, "run")
    first, second = made(folders, 0), made(folders, 1)
    folders.remove(0)
    assert (first.exists(), second.exists()) == (False, True)
    folders.remove(7)  # which there never was
    folders.remove_all()
    assert not (tmp_path / "run").exists()
    folders.remove(1)
    folders.remove_all()
