"""The files of a frontier: its table, what was sampled, the published set, and the figure."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from nasplug.errors import StorageError
from nasplug.experiments.frontier.frontier import Candidate, Frontier
from nasplug.storage.atomic_files import write_atomically


def write_frontier(frontier: Frontier, device: str, folder: Path) -> None:
    """Writes the tables `frontier.csv` and `samples.csv`, `published.csv` where there is one, and the figure."""
    from nasplug.analysis.drawing import FORMATS, save
    from nasplug.analysis.frontier_figure import frontier_figure

    write_candidates(frontier, folder)
    write_atomically(folder / "samples.csv", _csv([c.row() for c in frontier.sampled]))
    if frontier.published:
        write_atomically(folder / "published.csv", _csv(published_rows(frontier)))
    trained = [(c.latency, c.accuracy) for c in frontier.candidates if c.accuracy is not None]
    published = [(c.latency, c.predicted) for _, c in frontier.published]
    figure = frontier_figure(_points(frontier.sampled), _points(frontier.candidates), trained, published, device)
    for form in FORMATS:
        save(figure, folder / f"frontier.{form}")


def need_folder(folder: Path) -> None:
    """Makes the folder, before anything is trained.

    Raises `StorageError` where it cannot be made or written to, or holds final trainings already, which would be
    overwritten.
    """
    path = folder / "frontier.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trained = _trained(path) if path.exists() else 0
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be used: {error.strerror}. Name another --out.") from error
    if trained:
        raise StorageError(
            f"{path} holds {trained} final trainings of an earlier frontier, which would be overwritten. "
            "Name another --out."
        )


def _trained(path: Path) -> int:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return sum(bool(row.get("accuracy")) for row in csv.DictReader(file))


def write_candidates(frontier: Frontier, folder: Path) -> None:
    """Writes `frontier.csv`: called after every training, which is too dear to be lost."""
    write_atomically(folder / "frontier.csv", _csv([c.row() for c in frontier.candidates]))


def document(frontier: Frontier) -> dict[str, Any]:
    """Returns what is printed as JSON."""
    found = {"sampled": len(frontier.sampled), "frontier": [c.row() for c in frontier.candidates]}
    return found | ({"published": published_rows(frontier)} if frontier.published else {})


def published_rows(frontier: Frontier) -> list[dict[str, Any]]:
    """Returns the published set as it was published, with what is predicted of it here."""
    return [
        {
            "latency": p.latency,
            "accuracy": p.accuracy,
            "std": p.std,
            "architecture": str(p.architecture),
            "predicted": c.predicted,
        }
        for p, c in frontier.published
    ]


def _points(candidates: Sequence[Candidate]) -> list[tuple[float, float]]:
    return [(c.latency, c.predicted) for c in candidates]


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
