"""The folders of runs: one for each name, beside the database, and moved or removed with all that is in them."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from nasplug.storage.run_folders import folder_beside, folder_name, move, remove


def made(folder, text="kept"):
    """Makes the folder of a run with a file of a job in it."""
    (folder / "0").mkdir(parents=True)
    (folder / "0" / "checkpoint").write_text(text)
    return folder


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_run_has_a_name_of_its_own_that_stays_below_its_parent(one, other):
    assert "/" not in folder_name(one)
    assert (folder_name(one) == folder_name(other)) == (one == other)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_run_may_be_called_like_a_folder_of_every_folder(name):
    assert set(folder_name(name)) == set("%2E")


def test_the_longest_name_of_a_run_is_no_obstacle(tmp_path):
    for name in ("ä" * 200, "ä" * 199 + "ö"):
        made(tmp_path / folder_name(name))
    assert len(list(tmp_path.iterdir())) == 2


def test_the_files_are_beside_a_sqlite_file_whatever_its_folder_is_called(tmp_path):
    url = sa.URL.create("sqlite", database=f"{tmp_path}/a b/runs.db")
    assert folder_beside(url, str(url)) == tmp_path / "a b" / "runs.db-files"


def test_a_folder_is_removed_with_all_that_is_in_it_or_was_never_there(tmp_path):
    remove(made(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
    remove(tmp_path / "run")


def test_a_folder_moves_in_place_of_what_nobody_needs_any_more(tmp_path):
    move(made(tmp_path / "old", "ours"), made(tmp_path / "new", "left over"))
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert (tmp_path / "new" / "0" / "checkpoint").read_text() == "ours"


def test_what_is_left_over_goes_too_where_nothing_moves(tmp_path):
    move(tmp_path / "old", made(tmp_path / "new"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_keeps_its_name_stays(tmp_path):
    move(made(tmp_path / "run"), tmp_path / "run")
    assert (tmp_path / "run" / "0" / "checkpoint").exists()
