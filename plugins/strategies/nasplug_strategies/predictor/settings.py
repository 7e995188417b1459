"""What a predictor is made of: the settings, and the presets that name sets of them."""

import math
import operator
from collections.abc import Iterable
from typing import Any, Literal

import attrs
import numpy as np

Preset = Literal["paper", "best"]
Kind = Literal["gcn", "mlp", "cnn"]
Normalisation = Literal["row", "symmetric", "none"]

# Table 1 of the paper's supplementary material, as its re-implementations carry it: D by training samples.
TABLE_1 = {43: 48, 86: 72, 129: 96, 172: 144, 344: 210, 860: 320}

finite: Any = attrs.validators.lt(math.inf)
positive: Any = attrs.validators.and_(attrs.validators.gt(0), finite)
percent: Any = attrs.validators.and_(attrs.validators.ge(0), attrs.validators.le(100))
widths: Any = [attrs.validators.min_len(1), attrs.validators.deep_iterable(positive)]
optional, one_of = attrs.validators.optional, attrs.validators.in_


def _whole(value: Any, field: "attrs.Attribute[Any]") -> int:
    """Returns a whole number of any library as an int, which JSON knows. Raises `ValueError` for anything else."""
    try:
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{field.name!r} must be a whole number, got {value!r}") from None


def _number(value: Any, field: "attrs.Attribute[Any]") -> float:
    """Returns a number of any library as a float, which JSON knows. Raises `ValueError` for anything else."""
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise ValueError(f"{field.name!r} must be a number, got {value!r}")
    return float(value)


def _widths(widths: Iterable[int], field: "attrs.Attribute[Any]") -> tuple[int, ...]:
    return tuple(_whole(width, field) for width in widths)


WHOLE: Any = attrs.Converter(_whole, takes_field=True)
NUMBER: Any = attrs.Converter(_number, takes_field=True)
WIDTHS: Any = attrs.Converter(_widths, takes_field=True)


def _converted(converter: Any, default: Any, validator: Any) -> Any:
    return attrs.field(default=default, converter=converter, validator=validator)


def _count(default: int) -> Any:
    return _converted(WHOLE, default, positive)


def _real(default: float, validator: Any) -> Any:
    return _converted(NUMBER, default, validator)


def _maybe(converter: Any, validator: Any) -> Any:
    return _converted(attrs.converters.optional(converter), None, optional(validator))


@attrs.frozen
class Settings:
    """Every choice of a predictor. The defaults are the paper's for NASBench-101 [S], in one stage.

    `size` None means `TABLE_1` by the number of samples. `threshold` (percent) separates the two
    stages; `percentile` (of the training accuracies) replaces it where accuracies lie elsewhere.
    `structure` gives the networks scalars of the graph's structure; `process` is the weight of a
    Gaussian process on them in the score, 0 = none, 1 = no networks.
    """

    kind: Kind = attrs.field(default="gcn", validator=one_of(("gcn", "mlp", "cnn")))
    layers: int = _count(3)
    size: int | None = _maybe(WHOLE, positive)
    hidden: tuple[int, ...] = _converted(WIDTHS, (128,), widths)
    normalisation: Normalisation = attrs.field(default="row", validator=one_of(("row", "symmetric", "none")))
    stages: int = _converted(WHOLE, 1, one_of((1, 2)))
    threshold: float = _real(91.0, percent)
    percentile: float | None = _maybe(NUMBER, percent)
    members: int = _count(1)
    loss: Literal["mse", "pairwise"] = attrs.field(default="mse", validator=one_of(("mse", "pairwise")))
    epochs: int = _count(300)
    minibatch: int = _count(10)
    lr: float = _real(1e-4, positive)
    classifier_lr: float = _real(2e-4, positive)
    weight_decay: float = _real(1e-3, [attrs.validators.ge(0), finite])
    dropout: float = _real(0.1, [attrs.validators.ge(0), attrs.validators.lt(1)])
    structure: bool = attrs.field(default=False, converter=bool)
    process: float = _real(0.0, [attrs.validators.ge(0), attrs.validators.le(1)])

    @property
    def reads_features(self) -> bool:
        """Whether anything that these settings train reads features of a graph: the MLP and the CNN do not."""
        return self.kind == "gcn" or self.process > 0

    def representation_size(self, n: int) -> int:
        """Returns D for `n` training samples: `size`, or Table 1, linear between its entries (our choice)."""
        return self.size or round(float(np.interp(n, list(TABLE_1), list(TABLE_1.values()))))


PRESETS: dict[str, Settings] = {
    "paper": Settings(stages=2),
    "best": Settings(
        loss="pairwise", lr=1e-3, minibatch=43, epochs=100, size=64, members=4, structure=True, process=0.7
    ),
}


def settings(preset: str, changes: dict[str, Any]) -> Settings:
    """Returns the preset's settings with `changes`; a change that is None keeps the preset's value.

    Raises `ValueError` for an unknown preset or a value out of bounds, `TypeError` for an unknown setting.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    known = attrs.fields_dict(Settings)
    if unknown := [name for name in changes if name not in known]:
        raise TypeError(f"there is no setting {unknown[0]!r}; the settings are {', '.join(known)}")
    return attrs.evolve(PRESETS[preset], **{name: value for name, value in changes.items() if value is not None})
