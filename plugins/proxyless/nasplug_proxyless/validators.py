"""What the space's options may be, each alone and all together."""

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from nasplug_proxyless.space import Proxyless


def positive(_: Any, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
    """Raises `ValueError` for a number that is not above 0."""
    if value is not None and not value > 0:
        raise ValueError(f"{attribute.name} must be positive, got {value}")


def share(_: Any, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
    """Raises `ValueError` for a number that is not in [0, 1)."""
    if value is not None and not 0 <= value < 1:
        raise ValueError(f"{attribute.name} must be at least 0 and below 1, got {value}")


def probability(_: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    """Raises `ValueError` for a number that is not in [0, 1]."""
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} must be 0 to 1, got {value}")


def check_together(space: "Proxyless") -> None:
    """Raises `ValueError` for an option that would change nothing, because another one is not what it needs."""
    imagenet = space.task == "imagenet"
    needs = {
        "data": (space.data is not None, imagenet, "task=imagenet"),
        "validation_shards": (space.validation_shards is not None, imagenet, "task=imagenet"),
        "augment": (space.augment, not imagenet, "an embedded task (ImageNet's images are varied in any case)"),
        "tpu": (space.tpu is not None, space.accelerator == "tpu", "accelerator=tpu"),
    }
    for name, (given, met, need) in needs.items():
        if given and not met:
            raise ValueError(f"{name} needs {need}; else leave it away")
