"""The folders of jobs: one a job below that of its run, made by `job.folder`, removed by the session."""

from pathlib import Path

from nasplug.engine.folders import Folders


def made(folders, number):
    """Makes the folder of a job, as `job.folder` does, with a file in it."""
    path = Path(folders.path(number))
    path.mkdir(parents=True)
    (path / "checkpoint").touch()
    return path


def test_a_job_has_a_folder_beside_those_of_the_other_jobs_of_its_run(tmp_path):
    folders = Folders(f"{tmp_path}/run")
    assert [Path(folders.path(number)) for number in (0, 12)] == [tmp_path / "run" / "0", tmp_path / "run" / "12"]
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_not_stored_has_temporary_folders():
    one, other = Folders.temporary(), Folders.temporary()
    assert one.root != other.root
    assert not Path(one.root).exists()


def test_the_folder_of_a_job_is_removed_with_all_that_is_in_it(tmp_path):
    folders = Folders(f"{tmp_path}/run")
    first, second = made(folders, 0), made(folders, 1)
    folders.remove(0)
    assert (first.exists(), second.exists()) == (False, True)
    folders.remove(7)  # which there never was
    folders.remove_all()
    assert not (tmp_path / "run").exists()
    folders.remove(1)
    folders.remove_all()
