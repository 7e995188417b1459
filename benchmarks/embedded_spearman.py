"""Do twelve trainings tell architectures apart? 20 random ones on the embedded task, evaluated twice."""

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from typing import Any

import numpy as np

NAME = "embedded-task-spearman"
BAR = 0.5
ARCHITECTURES, SEEDS = 20, (0, 1)


def run() -> dict[str, Any]:
    """Returns the Spearman correlation between two trainings of 20 architectures, in the settings of a search trial.

    Trainings run two at a time on one thread each: their results do not depend on that, see `backend.configure`.
    """
    from scipy.stats import spearmanr

    jobs = list(product(range(ARCHITECTURES), SEEDS))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(train_one, jobs))
    accuracy = np.array([row["accuracy"] for row in rows]).reshape(ARCHITECTURES, len(SEEDS))  # [20, 2]
    rho = float(spearmanr(accuracy[:, 0], accuracy[:, 1]).statistic)
    return {
        "figure": rho,
        "unit": "Spearman ρ",
        "bar": f"≥ {BAR}",
        "holds": rho >= BAR,
        "between_architectures": float(accuracy.mean(axis=1).std(ddof=1)),
        "between_seeds": float(np.sqrt((np.diff(accuracy, axis=1) ** 2).mean() / 2)),
        "cost": float(np.mean([row["cost"] for row in rows])),
        "accuracies": {
            row["architecture"]: pair for row, pair in zip(rows[:: len(SEEDS)], accuracy.tolist(), strict=True)
        },
    }


def train_one(job: tuple[int, int]) -> dict[str, Any]:
    """Returns accuracy (percent) and cost (s) of random architecture number `job[0]`, trained with seed `job[1]`."""
    from nasplug_proxyless.space import Proxyless

    number, seed = job
    space = Proxyless(task="cluttered-fashion-mnist", threads=1)
    architecture = space.sample(rng=np.random.default_rng((108, number)))
    found = space.evaluate(architecture=architecture, purpose="search", epochs=None, seed=seed)
    return {"architecture": str(architecture), "accuracy": found.accuracy, "cost": found.cost}
