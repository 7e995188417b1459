"""What a predictor is made of: the settings, and the presets that name sets of them."""

import math
from collections.abc import Iterable
from typing import Any, Literal

import attrs

from nasplug_strategies.predictor.sizes import representation_size

Preset = Literal["paper", "best"]
Kind = Literal["gcn", "mlp", "cnn"]
Normalisation = Literal["row", "symmetric", "none"]

finite: Any = attrs.validators.lt(math.inf)
positive: Any = attrs.validators.and_(attrs.validators.gt(0), finite)
percent: Any = attrs.validators.and_(attrs.validators.ge(0), attrs.validators.le(100))
optional = attrs.validators.optional


def _widths(widths: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(width) for width in widths)


@attrs.frozen
class Settings:
    """Every choice of a predictor. The defaults are the paper's for NASBench-101 [S], in one stage.

    `size` None means Table 1 by the number of samples. `threshold` (percent) separates the two
    stages; `percentile` (of the training accuracies) replaces it where accuracies lie elsewhere.
    `structure` gives the networks scalars of the graph's structure; `process` is the weight of a
    Gaussian process on them in the score, 0 = none, 1 = no networks.
    """

    kind: Kind = attrs.field(default="gcn", validator=attrs.validators.in_(("gcn", "mlp", "cnn")))
    layers: int = attrs.field(default=3, validator=positive)
    size: int | None = attrs.field(default=None, validator=optional(positive))
    hidden: tuple[int, ...] = attrs.field(
        default=(128,),
        converter=_widths,
        validator=[attrs.validators.min_len(1), attrs.validators.deep_iterable(positive)],
    )
    normalisation: Normalisation = attrs.field(
        default="row", validator=attrs.validators.in_(("row", "symmetric", "none"))
    )
    stages: int = attrs.field(default=1, validator=attrs.validators.in_((1, 2)))
    threshold: float = attrs.field(default=91.0, validator=percent)
    percentile: float | None = attrs.field(default=None, validator=optional(percent))
    members: int = attrs.field(default=1, validator=positive)
    loss: Literal["mse", "pairwise"] = attrs.field(default="mse", validator=attrs.validators.in_(("mse", "pairwise")))
    epochs: int = attrs.field(default=300, validator=positive)
    minibatch: int = attrs.field(default=10, validator=positive)
    lr: float = attrs.field(default=1e-4, validator=positive)
    classifier_lr: float = attrs.field(default=2e-4, validator=positive)
    weight_decay: float = attrs.field(default=1e-3, validator=[attrs.validators.ge(0), finite])
    dropout: float = attrs.field(default=0.1, validator=[attrs.validators.ge(0), attrs.validators.lt(1)])
    structure: bool = False
    process: float = attrs.field(default=0.0, validator=[attrs.validators.ge(0), attrs.validators.le(1)])

    @property
    def reads_features(self) -> bool:
        """Whether anything that these settings train reads features of a graph: the MLP and the CNN do not."""
        return self.kind == "gcn" or self.process > 0

    def representation_size(self, n: int) -> int:
        """Returns D for `n` training samples."""
        return self.size or representation_size(n)


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
    return attrs.evolve(PRESETS[preset], **{name: value for name, value in changes.items() if value is not None})
