"""Saved predictors: tensors as safetensors, everything else as JSON in the header of the same file; no pickle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from nasplug_strategies.predictor.settings import PredictorError

FORMAT = "nasplug-predictor-1"


def write(path: str | Path, about: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Writes `tensors` and the JSON values `about` to one file. Raises `PredictorError` where it cannot be written."""
    contiguous = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    try:
        save_file(contiguous, path, {"format": FORMAT, "about": json.dumps(about)})
    except (SafetensorError, OSError) as error:
        raise PredictorError(f"{path} cannot be written: {error}") from error


def read(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Returns what `write` wrote. Raises `PredictorError` where the file is missing or something else."""
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise PredictorError(f"{path} is no saved predictor: {error}") from error
    if header.get("format") != FORMAT:
        raise PredictorError(f"{path} is no saved predictor: wanted format {FORMAT}, it has {header.get('format')!r}")
    try:
        about: dict[str, Any] = json.loads(header["about"])
    except (KeyError, ValueError) as error:
        raise PredictorError(f"{path} is damaged: its header does not describe the tensors") from error
    return about, tensors
