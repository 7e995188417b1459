"""Inference times that are sums over layers: the Pixel-1 model of TuNAS, and tables measured on a machine."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasplug.errors import ConfigurationError
from nasplug_proxyless.additive import Additive, Codes


def pixel1(codes: Codes) -> NDArray[np.float64]:
    """Returns the inference times in ms, float64 `[n]`, of `n` codes at width 1 and 224×224 pixels.

    Reproduces the nine times of Table 2 of arXiv 1912.00848 (supplementary material) within 0.03 ms.
    """
    return pixel1_model().of(codes)


@cache
def pixel1_model() -> Additive:
    """Returns the linear model that TuNAS publishes for this space (`pixel1.json`)."""
    return _parsed(files("nasplug_proxyless").joinpath("pixel1.json").read_text(encoding="utf-8"))


def additive_model(device: str) -> Additive | None:
    """Returns the model of `pixel1`, or of a file `….json` that `nasplug proxyless latency calibrate` wrote.

    None for a device of another kind. Raises `ConfigurationError` for a file that is no such table.
    """
    if device == "pixel1":
        return pixel1_model()
    return _table(device) if device.endswith(".json") else None


@cache
def _table(path: str) -> Additive:
    try:
        return _parsed(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"the device {path} is no latency table ({error}). "
            "Make one with 'nasplug proxyless latency calibrate --out FILE.json'."
        ) from None


def _parsed(text: str) -> Additive:
    model = json.loads(text)
    return Additive.of_rows(model["bias_ms"], model["coefficients_ms"])
