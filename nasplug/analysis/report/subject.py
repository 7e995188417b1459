"""What a report is about: a stored run, its trials, and how to see an architecture."""

from collections.abc import Callable
from typing import Any

import attrs

from nasplug.types import Architecture, Trial


@attrs.frozen
class Prediction:
    """What a predictor, having learnt from the trials before `first`, said of those from there on, in percent."""

    first: int
    numbers: list[int]
    predicted: list[float]
    measured: list[float]
    tau: float


@attrs.frozen(kw_only=True)
class Subject:
    """A run as the storage knows it. `picture` returns an SVG document, None where the space draws none."""

    run: str
    settings: dict[str, Any]
    versions: dict[str, str]
    created: float
    ended: str | None
    trials: list[Trial]
    picture: Callable[[Architecture], str | None]
    describe: Callable[[Architecture], str]
    prediction: Prediction | None = None
