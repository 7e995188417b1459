"""Inference times that are sums over layers: the Pixel-1 model of TuNAS, and tables measured on a machine."""

import json
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from nasplug import ConfigurationError
from nasplug.plugin import expanded_path
from nasplug_proxyless.additive_latency import AdditiveLatency
from nasplug_proxyless.settings import Setting

LARGEST_TABLE = 100_000  # bytes: a table has 139 coefficients


@cache
def pixel1_model() -> AdditiveLatency:
    """Returns TuNAS's linear model for width 1 and 224×224 pixels (`pixel1.json`).

    Reproduces the nine times of Table 2 of arXiv 1912.00848 (supplementary material) within 0.03 ms.
    """
    table = json.loads(files("nasplug_proxyless").joinpath("pixel1.json").read_text(encoding="utf-8"))
    return AdditiveLatency.from_rows(table["bias_ms"], table["coefficients_ms"])


def additive_model(device: str, setting: Setting) -> AdditiveLatency | None:
    """Returns the model of `pixel1`, or of a file `….json` that `nasplug proxyless latency calibrate` wrote.

    Returns None for a device of another kind.

    Raises:
        ConfigurationError: the file is no such table, or was measured at another width or resolution than `setting` has
    """
    if device == "pixel1":
        return pixel1_model()
    if not device.endswith(".json"):
        return None
    model, measured = _table(device)
    for name, value in measured.items():
        if value != (actual := getattr(setting, name)):
            raise ConfigurationError(
                f"The table {device} was measured at {name} {value:g}, the networks here have {name} {actual:g}. "
                f"Calibrate with the options of the run, or set --space-opt {name}={value:g}."
            )
    return model


def tables() -> list[str]:
    """Returns the names of the latency tables in the current folder, sorted."""
    names = []
    for path in sorted(Path().glob("*.json")):
        with suppress(ConfigurationError):  # another JSON document
            if path.stat().st_size < LARGEST_TABLE and _table(path.name):
                names.append(path.name)
    return names


@cache
def _table(path: str) -> tuple[AdditiveLatency, dict[str, float]]:
    """Returns the model in a file, and the width and the resolution of the networks that were measured."""
    try:
        table = json.loads(Path(expanded_path(path)).read_text(encoding="utf-8"))
        model = AdditiveLatency.from_rows(table["bias_ms"], table["coefficients_ms"])
        return model, {name: float(table[name]) for name in ("width", "resolution") if name in table}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"The device {path} is no latency table ({error}). "
            "Make one with 'nasplug proxyless latency calibrate --out FILE.json'."
        ) from None
