"""The files of a frontier: its table, the samples, the published set, and the figure."""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from nasplug.analysis.figures import frontier_figure
from nasplug.analysis.rendering import FORMATS, save_figure, to_csv
from nasplug.errors import StorageError
from nasplug.experiments.frontier.frontier import Candidate, Frontier
from nasplug.storage.atomic_files import write_atomically


def prepare_folder(folder: Path) -> None:
    """Makes the folder of a frontier, before anything is trained.

    Raises `StorageError` where it cannot be made or written to, or holds final trainings, which would be overwritten.
    """
    path = folder / "frontier.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trained = _count_trained(path) if path.exists() else 0
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be used: {error.strerror}. Name another --out.") from error
    if trained:
        raise StorageError(
            f"{path} holds {trained} final trainings of an earlier frontier, which would be overwritten. "
            "Name another --out."
        )


def write_frontier(frontier: Frontier, device: str, folder: Path) -> None:
    """Writes the tables `frontier.csv` and `samples.csv`, `published.csv` where there is one, and the figure."""
    write_candidates(frontier, folder)
    write_atomically(folder / "samples.csv", to_csv([c.row() for c in frontier.sampled]))
    if frontier.published:
        write_atomically(folder / "published.csv", to_csv(published_rows(frontier)))
    trained = [(c.latency, c.accuracy) for c in frontier.candidates if c.accuracy is not None]
    published = _points([c for _, c in frontier.published])
    front = _points(frontier.candidates)
    figure = frontier_figure(_points(frontier.sampled), front, trained, published, device, frontier.objective)
    for suffix in FORMATS:
        save_figure(figure, folder / f"frontier.{suffix}")


def write_candidates(frontier: Frontier, folder: Path) -> None:
    """Writes `frontier.csv`. Called after every training, so that an interruption loses none."""
    write_atomically(folder / "frontier.csv", to_csv([c.row() for c in frontier.candidates]))


def document(frontier: Frontier) -> dict[str, Any]:
    """Returns what is printed as JSON."""
    tables = {"sampled": len(frontier.sampled), "frontier": [c.row() for c in frontier.candidates]}
    return tables | ({"published": published_rows(frontier)} if frontier.published else {})


def published_rows(frontier: Frontier) -> list[dict[str, Any]]:
    """Returns the published set with its published figures and with what is predicted of it here."""
    return [c.row() | {"latency": p.latency, "accuracy": p.accuracy, "std": p.std} for p, c in frontier.published]


def _count_trained(path: Path) -> int:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return sum(bool(row.get("accuracy")) for row in csv.DictReader(file))


def _points(candidates: Sequence[Candidate]) -> list[tuple[float, float]]:
    return [(c.latency, c.predicted) for c in candidates]
