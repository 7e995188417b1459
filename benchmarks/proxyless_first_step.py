"""Time from nothing to the end of the first training step of a new proxyless network, tracing included."""

from typing import Any

from benchmarks.proxyless_twins import alone, batch_of, fastest, keras_twin, timed

NAME = "proxyless-first-step"
BAR, KERAS_BAR = 4.0, 5.0
CASES = {
    224: {"task": "imagenet", "batch": 8},
    32: {"task": "fashion-mnist", "resolution": 32, "width": 0.25, "batch": 32},
}


def run() -> dict[str, Any]:
    """Returns the slower one of 224 and 32 pixels, in seconds, and how many times longer Keras 3 `model.fit` takes.

    ProxylessNAS-mobile: at 224 pixels with the paper's width, 1000 classes and a batch of 8, at 32 pixels with a
    quarter of the width and a batch of 32. Each side builds, traces and trains one step in a process of its own that
    has imported its library, twice in turn; the faster time counts, for both sides.
    """
    seconds: dict[tuple[str, int], list[dict[str, float]]] = {
        (side, size): [] for size in CASES for side in ("ours", "keras")
    }
    for _ in range(2):
        for (side, size), values in seconds.items():
            values.append(alone(f"proxyless_first_step.{side}({size})"))
    best = {key: fastest(values) for key, values in seconds.items()}
    slowest = max(best["ours", size]["wall"] for size in CASES)
    ratios = {kind: min(best["keras", s][kind] / best["ours", s][kind] for s in CASES) for kind in ("wall", "cpu")}
    return {
        "figure": slowest,
        "unit": "s",
        "bar": f"≤ {BAR:g}, and Keras takes ≥ {KERAS_BAR:g} × as long",
        "holds": slowest <= BAR and ratios["wall"] >= KERAS_BAR,
        "keras_ratio": ratios["wall"],
        "keras_cpu_ratio": ratios["cpu"],
        "each": {f"{side} {size}": each for (side, size), each in best.items()},
    }


def ours(size: int) -> dict[str, float]:
    """Returns the seconds of this project's trainer."""
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    from nasplug import Architecture
    from nasplug.training import configure
    from nasplug.training.step import TrainingStep

    configure()
    space = Proxyless(**CASES[size])
    images, labels = batch_of(space)

    def first_step() -> None:
        network = space.build_network(architecture=Architecture("proxyless", MOBILE))
        step = TrainingStep(network, space.setting, space.setting.recipe, 100)
        float(step(images, labels, 0))

    return timed(first_step)


def keras(size: int) -> dict[str, float]:
    """Returns the seconds of Keras 3: the model is built, compiled, and fitted to one batch."""
    import keras as _  # noqa: F401  # the import is not counted
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    space = Proxyless(**CASES[size])
    images, labels = batch_of(space)
    return timed(lambda: keras_twin(space, MOBILE).fit(images, labels, batch_size=len(labels), verbose=0))
