"""The settings of a predictor, the presets that name sets of them, and the error of what does not fit one.

Light: a strategy reads this without importing torch.
"""

import math
import operator
from collections.abc import Iterable
from typing import Any, Literal

import attrs
import numpy as np

from nasplug import UsageError
from nasplug_strategies.predictor.networks import kinds

Preset = Literal["paper", "best"]
Normalisation = Literal["row", "symmetric", "none"]
Loss = Literal["mse", "pairwise"]

# D by training samples: table 1 of the paper's supplementary material, as its re-implementations carry it
REPRESENTATION_SIZES = {43: 48, 86: 72, 129: 96, 172: 144, 344: 210, 860: 320}

one_of, finite = attrs.validators.in_, attrs.validators.lt(math.inf)
not_negative: Any = attrs.validators.and_(attrs.validators.ge(0), finite)
positive: Any = attrs.validators.and_(attrs.validators.gt(0), finite)
percent: Any = attrs.validators.and_(attrs.validators.ge(0), attrs.validators.le(100))


class PredictorError(UsageError, ValueError):
    """Graphs, labels, features or a file do not fit a predictor."""


def _whole(value: Any, field: "attrs.Attribute[Any]") -> int:
    """Returns a whole number of any library as an int, which JSON can hold. Raises `ValueError` for anything else."""
    try:
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{field.name!r} must be a whole number, got {value!r}") from None


def _number(value: Any, field: "attrs.Attribute[Any]") -> float:
    """Returns a number of any library as a float, which JSON can hold. Raises `ValueError` for anything else."""
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise ValueError(f"{field.name!r} must be a number, got {value!r}")
    return float(value)


def _whole_numbers(values: Iterable[int], field: "attrs.Attribute[Any]") -> tuple[int, ...]:
    return tuple(_whole(value, field) for value in values)


def _field(default: Any, convert: Any, *validators: Any) -> Any:
    """Returns a field whose values are converted, then validated; None is allowed where it is the default."""
    converter: Any = attrs.Converter(convert, takes_field=True)
    if default is not None:
        return attrs.field(default=default, converter=converter, validator=list(validators))
    validator = attrs.validators.optional(list(validators))
    return attrs.field(default=None, converter=attrs.converters.optional(converter), validator=validator)


def _known_kind(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if value not in kinds():
        raise ValueError(f"{field.name!r} must be one of {', '.join(kinds())}, got {value!r}")


@attrs.frozen
class Settings:
    """Every choice of a predictor; `nasplug show neural_predictor` explains those that are options of searches.

    The defaults are the paper's for NASBench-101, in one stage. `size` None takes D from `REPRESENTATION_SIZES`, by the
    number of samples. With `structure`, the networks see the structural features of a graph. The keyword `process` sets
    `gaussian_process_weight`, the weight of the Gaussian process in a score: 0 is networks alone, 1 no networks.
    """

    kind: str = attrs.field(default="gcn", validator=_known_kind)
    layers: int = _field(3, _whole, positive)
    size: int | None = _field(None, _whole, positive)
    hidden: tuple[int, ...] = _field(
        (128,), _whole_numbers, attrs.validators.min_len(1), attrs.validators.deep_iterable(positive)
    )
    normalisation: Normalisation = attrs.field(default="row", validator=one_of(("row", "symmetric", "none")))
    stages: int = _field(1, _whole, one_of((1, 2)))
    threshold: float = _field(91.0, _number, percent)
    percentile: float | None = _field(None, _number, percent)
    members: int = _field(1, _whole, positive)
    loss: Loss = attrs.field(default="mse", validator=one_of(("mse", "pairwise")))
    epochs: int = _field(300, _whole, positive)
    minibatch: int = _field(10, _whole, positive)
    lr: float = _field(1e-4, _number, positive)
    classifier_lr: float = _field(2e-4, _number, positive)
    weight_decay: float = _field(1e-3, _number, not_negative)
    dropout: float = _field(0.1, _number, attrs.validators.ge(0), attrs.validators.lt(1))
    structure: bool = attrs.field(default=False, converter=bool)
    gaussian_process_weight: float = attrs.field(
        default=0.0,
        alias="process",
        converter=attrs.Converter(_number, takes_field=True),  # type: ignore[misc]
        validator=[attrs.validators.ge(0), attrs.validators.le(1)],
    )

    def representation_size(self, n: int) -> int:
        """Returns D for `n` training samples: `size`, or the table's, linear between its entries (our choice)."""
        sizes = REPRESENTATION_SIZES
        return self.size or round(float(np.interp(n, list(sizes), list(sizes.values()))))

    def by_keyword(self) -> dict[str, Any]:
        """Returns the keyword arguments of these settings, as files store them."""
        return {field.alias or field.name: getattr(self, field.name) for field in attrs.fields(Settings)}


KEYWORDS = tuple(Settings().by_keyword())

PRESETS: dict[str, Settings] = {
    "paper": Settings(stages=2),
    "best": Settings(
        loss="pairwise", lr=1e-3, minibatch=43, epochs=100, size=64, members=4, structure=True, process=0.7
    ),
}


def settings_of_preset(preset: str, changes: dict[str, Any]) -> Settings:
    """Returns the preset's settings with `changes`; a change that is None keeps the preset's value.

    Raises `ValueError` for an unknown preset or a value out of bounds, `TypeError` for an unknown setting.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    if unknown := [name for name in changes if name not in KEYWORDS]:
        raise TypeError(f"there is no setting {unknown[0]!r}; the settings are {', '.join(KEYWORDS)}")
    return attrs.evolve(PRESETS[preset], **{name: value for name, value in changes.items() if value is not None})
