"""What the space trains on each task, and what it suggests to strategies there."""

from typing import Any

import attrs

from nasplug.training import Recipe, Task


@attrs.frozen
class Setting:
    """Image size in pixels, width of the networks and recipe of a task.

    A search trial is the mean of `repeats` trainings: one short training of a narrow network says more of its seed than
    of its architecture, and many short ones say more than a long one of the same cost.
    """

    resolution: int
    classes: int
    channels: int
    recipe: Recipe
    width: float = 1.0
    repeats: int = 1

    def for_task(self, task: Task) -> "Setting":
        """Returns the setting with the image size, classes and channels of a task."""
        return attrs.evolve(self, resolution=task.resolution, classes=task.classes, channels=task.channels)


_PAPER = Recipe()  # which says what is the paper's and what is ours; the batch is that of a TPU core, of 32
_SMALL = Recipe(  # all ours
    batch=32,
    epochs=1,
    final_epochs=3,  # of twice as many images, with the search's validation images among them
    learning_rate=0.002,
    warmup=0.1,
    epsilon=1e-3,
    final_dropout=0.0,
    norm_momentum=0.9,
    estimate_batches=4,
)
EMBEDDED = Setting(32, 10, 1, _SMALL, width=0.25, repeats=12)  # tasks of other packages start from it
QUICK = attrs.evolve(EMBEDDED, recipe=attrs.evolve(_SMALL, scores=True), repeats=1)
_LIKE_EMBEDDED = ("cluttered-fashion-mnist", "fashion-mnist")
SETTINGS = {
    "imagenet": Setting(224, 1000, 3, _PAPER),
    "quick-fashion-mnist": QUICK,
    **dict.fromkeys(_LIKE_EMBEDDED, EMBEDDED),
}


def recommended(strategy: str, task: str) -> dict[str, Any] | None:
    """Returns option values for `strategy`: the paper's on ImageNet, on other tasks those that take minutes.

    120 samples, 18 layers of size 96, hidden 512 and 128, one stage, for `preset=paper`, are the paper's (arXiv
    1912.00848, supplementary material); the rest of the budget there, and everything on the embedded tasks, is ours.
    """
    values = {"imagenet": _IMAGENET, "quick-fashion-mnist": _OF_MANY}.get(task, _OF_FEW)
    return dict(values.get(strategy, values["*"]))


# a training keeps to one core, so two run at a time; the batch is fixed, so that results do not depend on that
_FEW = {"budget": 8, "batch": 2, "workers": 2, "device": "pixel1", "confirm": (3, 1)}
_MANY = {**_FEW, "budget": 44, "objectives": ("score",), "confirm": (3, 4)}
_SMALL_PREDICTOR = {"stages": 1, "layers": 4, "size": 32}
_OF_FEW: dict[str, dict[str, Any]] = {  # where a trial is the mean of many trainings
    "*": _FEW,
    "neural_predictor": {**_FEW, "refit": 2, "paper": _SMALL_PREDICTOR},
    "regularized_evolution": {**_FEW, "population": 4, "tournament": 2},
}
_OF_MANY: dict[str, dict[str, Any]] = {
    "*": _MANY,
    "neural_predictor": {**_MANY, "n": 16, "refit": 4, "paper": _SMALL_PREDICTOR},
    "regularized_evolution": {**_MANY, "population": 12, "tournament": 4},
}
_IMAGENET: dict[str, dict[str, Any]] = {
    "*": {"budget": 129},
    "neural_predictor": {
        "budget": 180,  # with preset=paper 120 of these are random, as the paper's were
        "paper": {"stages": 1, "layers": 18, "size": 96, "hidden": (512, 128), "lr": 1e-3, "weight_decay": 1e-5},
    },
    "regularized_evolution": {"budget": 129, "population": 50, "tournament": 10},
}
