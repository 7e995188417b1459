"""What the space trains on each task, and what it suggests to strategies there."""

from typing import Any, Literal

import attrs

from nasplug.training.recipe import Recipe

TaskName = Literal["cluttered-fashion-mnist", "fashion-mnist", "imagenet"]


@attrs.frozen
class Setting:
    """Image size, width of the networks and recipe of a task.

    `residual_start` is the first scale of what residual layers add: 0 (Goyal et al., arXiv 1706.02677, section 5.1)
    makes short trainings of narrow networks agree with each other; the paper does not speak of it, so 1 on ImageNet.
    """

    resolution: int
    width: float
    classes: int
    channels: int
    recipe: Recipe
    residual_start: float = 1.0


_SMALL = Recipe(
    batch=32,
    epochs=2,
    final_epochs=5,
    learning_rate=0.002,
    warmup=0.1,
    epsilon=1e-3,
    final_dropout=0.0,
    norm_momentum=0.9,
)
SETTINGS: dict[str, Setting] = {
    "cluttered-fashion-mnist": Setting(48, 0.25, 10, 1, _SMALL, residual_start=0.0),
    "fashion-mnist": Setting(32, 0.25, 10, 1, _SMALL, residual_start=0.0),
    "imagenet": Setting(224, 1.0, 1000, 3, Recipe()),
}


def recommended(strategy: str, task: str) -> dict[str, Any] | None:
    """Returns option values for `strategy`: the paper's on ImageNet, on the embedded tasks those that take minutes.

    n = 119 samples, 18 layers of size 96, hidden 512 and 128, one stage are the paper's (arXiv 1912.00848,
    supplementary material); k there, and everything on the embedded tasks, is ours.
    """
    values = _IMAGENET if task == "imagenet" else _EMBEDDED
    return dict(values.get(strategy, values["*"]))


_EMBEDDED: dict[str, dict[str, Any]] = {
    "*": {"budget": 16},
    "neural_predictor": {"budget": 16, "n": 12, "k": 4, "stages": 1, "layers": 4, "size": 32},
    "regularized_evolution": {"budget": 16, "population": 8, "tournament": 3},
}
_IMAGENET: dict[str, dict[str, Any]] = {
    "*": {"budget": 129},
    "neural_predictor": {"budget": 129, "n": 119, "k": 10, "stages": 1, "layers": 18, "size": 96, "hidden": (512, 128)},
    "regularized_evolution": {"budget": 129, "population": 50, "tournament": 10},
}
