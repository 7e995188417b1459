"""The files of a frontier: what they contain, and that final trainings are never overwritten."""

import csv

import pytest
import toy

from nasplug.errors import StorageError
from nasplug.experiments.frontier import files
from nasplug.experiments.frontier.files import document, prepare_folder, write_candidates, write_frontier
from nasplug.experiments.frontier.frontier import Candidate, Frontier
from nasplug.types import ACCURACY, Published

FIRST = Candidate(toy.architecture(0, 0, 1), 11.0, 51.0)
TRAINED = Candidate(toy.architecture(0, 1, 1), 12.0, 52.0, (80.0, 82.0))
BEYOND = Candidate(toy.architecture(1, 1, 1), 13.0, 51.5)
PUBLISHED = (
    Published(toy.architecture(3, 3, 3), 75.3, 0.5, 20.5, "phone"),
    Candidate(toy.architecture(3, 3, 3), 19.0, 59.0),
)
FRONTIER = Frontier([FIRST, TRAINED], [FIRST, TRAINED, BEYOND], [PUBLISHED])
PUBLISHED_ROW = {"latency": 20.5, "accuracy": 75.3, "std": 0.5, "architecture": "toy:3,3,3", "predicted": 59.0}


@pytest.fixture
def figures(monkeypatch):
    """Draws nothing; returns the arguments of the figure, and the names of the files it would be saved in."""
    drawn, saved = [], []
    monkeypatch.setattr(files, "frontier_figure", lambda *arguments: drawn.append(arguments))
    monkeypatch.setattr(files, "save_figure", lambda figure, path: saved.append(path.name))
    return drawn, saved


def rows(path):
    with path.open(newline="") as file:
        return [list(row.values()) for row in csv.DictReader(file)]


def test_the_tables_have_the_frontier_the_samples_and_the_published_set(tmp_path, figures):
    write_frontier(FRONTIER, "phone", tmp_path)
    assert rows(tmp_path / "frontier.csv") == [
        ["11.0", "", "", "toy:0,0,1", "51.0"],
        ["12.0", "81.0", str(2**0.5), "toy:0,1,1", "52.0"],
    ]
    assert [row[0] for row in rows(tmp_path / "samples.csv")] == ["11.0", "12.0", "13.0"]
    assert rows(tmp_path / "published.csv") == [[str(value) for value in PUBLISHED_ROW.values()]]
    assert (tmp_path / "published.csv").read_text().partition("\n")[0] == "latency,accuracy,std,architecture,predicted"


def test_the_figure_shows_predictions_and_the_accuracies_of_trainings(tmp_path, figures):
    write_frontier(FRONTIER, "phone", tmp_path)
    sampled, front = [(11.0, 51.0), (12.0, 52.0), (13.0, 51.5)], [(11.0, 51.0), (12.0, 52.0)]
    assert figures == (
        [(sampled, front, [(12.0, 81.0)], [(19.0, 59.0)], "phone", ACCURACY)],
        [f"frontier.{s}" for s in files.FORMATS],
    )


def test_without_a_published_set_there_is_no_table_of_it(tmp_path, figures):
    write_frontier(Frontier([FIRST], [FIRST], []), "phone", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frontier.csv", "samples.csv"]


def test_the_document_has_the_number_of_samples_and_the_published_figures():
    assert document(FRONTIER) == {
        "sampled": 3,
        "frontier": [FIRST.row(), TRAINED.row()],
        "published": [PUBLISHED_ROW],
    }
    assert document(Frontier([FIRST], [FIRST], [])).keys() == {"sampled", "frontier"}


def test_a_folder_is_made_with_its_parents_and_left_empty(tmp_path):
    prepare_folder(tmp_path / "a" / "b")
    prepare_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_with_predictions_alone_may_be_written_again(tmp_path):
    write_candidates(Frontier([FIRST], [FIRST], []), tmp_path)
    prepare_folder(tmp_path)
    write_candidates(FRONTIER, tmp_path)
    assert str(FIRST.architecture) in (tmp_path / "frontier.csv").read_text()


def test_a_folder_with_final_trainings_is_refused(tmp_path):
    write_candidates(FRONTIER, tmp_path)
    with pytest.raises(StorageError, match=r"frontier\.csv holds 1 final trainings .* Name another --out\."):
        prepare_folder(tmp_path)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_one_message(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=rf"The folder .*{place} cannot be used: .+\. Name another --out\."):
        prepare_folder(tmp_path / place)


def test_a_folder_that_cannot_be_written_to_is_one_message(tmp_path, monkeypatch):
    def refuse(dir):
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(files, "TemporaryFile", refuse)
    with pytest.raises(StorageError, match="cannot be used: Permission denied"):
        prepare_folder(tmp_path)
