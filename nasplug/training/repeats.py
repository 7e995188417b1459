"""Several independent trainings as one evaluation, where a single one depends too much on its seed."""

from collections.abc import Callable

import numpy as np

from nasplug.types import Evaluation


def mean_of_repeats(train_once: Callable[[int], Evaluation], repeats: int, seed: int) -> Evaluation:
    """Returns the mean accuracy and mean metrics of `repeats` trainings, and what they cost together.

    `train_once` is called with seeds derived from `seed`, or with `seed` itself for a single one. The metric
    `repeat_deviation` is the standard deviation of the accuracies, in points.
    """
    if repeats == 1:
        return train_once(seed)
    seeds = np.random.SeedSequence(seed).generate_state(repeats) >> 1
    found = [train_once(int(each)) for each in seeds]
    accuracies = [evaluation.accuracy for evaluation in found]
    metrics = {name: float(np.mean([each.metrics[name] for each in found])) for name in found[0].metrics}
    metrics |= {"repeats": float(repeats), "repeat_deviation": float(np.std(accuracies, ddof=1))}
    return Evaluation(float(np.mean(accuracies)), sum(each.cost for each in found), metrics, found[0].source)
