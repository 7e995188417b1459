"""Inference time on a Pixel 1: the linear model that TuNAS publishes for this space (`pixel1.json`)."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from nasplug_proxyless.operations import LAYERS


@cache
def pixel1_table() -> tuple[float, NDArray[np.float64]]:
    """Returns the bias in ms and the coefficients in ms, float64 `[22, 7]`, NaN where a layer has no such operation."""
    model = json.loads(files("nasplug_proxyless").joinpath("pixel1.json").read_text(encoding="utf-8"))
    table = np.full((len(LAYERS), 7), np.nan)
    for layer, row in enumerate(model["coefficients_ms"]):
        table[layer, : len(row)] = row
    return float(model["bias_ms"]), table


def pixel1(codes: Sequence[Sequence[int]] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Returns the inference times in ms, float64 `[n]`, of `n` codes at width 1 and 224×224 pixels.

    Reproduces the nine times of Table 2 of arXiv 1912.00848 (supplementary material) within 0.03 ms.
    """
    bias, table = pixel1_table()
    index = np.asarray(codes, dtype=np.intp).reshape(-1, len(LAYERS))  # [n, 22]
    times: NDArray[np.float64] = table[np.arange(len(LAYERS)), index].sum(axis=1) + bias
    return times
