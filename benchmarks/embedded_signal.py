"""How much do trainings of the embedded task tell of architectures, against how much of their seeds, in a minute?

Each cell, an architecture with a seed, is appended to a file as soon as it is trained. The same command goes on there.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "embedded-signal"
BAR = 3.0  # times the signal²/noise² a minute of the accuracy after the last step
ARCHITECTURES, SEEDS = 14, 2
CELLS = Path("embedded-signal.jsonl")
Values = NDArray[np.float64]


def run() -> dict[str, Any]:
    """Returns signal²/noise² a minute of a core, of single trainings: of the progressive score, and of the accuracy.

    Both are of the same trainings. The architectures are others than those of `embedded-task-spearman`.
    """
    cells = _cells()
    score, accuracy, seconds = (_table(cells, name) for name in ("score", "accuracy", "cpu"))
    minutes = float(seconds.mean()) / 60
    ratios = {"score": ratio(score), "accuracy": ratio(accuracy)}
    gain = ratios["score"] / max(ratios["accuracy"], 1e-9)
    return {
        "figure": gain,
        "unit": "times the signal²/noise² of the accuracy",
        "bar": f"≥ {BAR:g}",
        "holds": gain >= BAR,
        "a_minute": {name: value / minutes for name, value in ratios.items()},
        "intervals": {"score": interval(score), "accuracy": interval(accuracy)},
        "seconds_of_a_core": 60 * minutes,
    }


def ratio(values: Values) -> float:
    """Returns the variance between architectures, without the noise in it, divided by that between seeds.

    `values` are `[architectures, seeds]`. Below 0 where architectures differ less than seeds would let them.
    """
    noise = values.var(axis=1, ddof=1).mean()
    return float(values.mean(axis=1).var(ddof=1) / noise - 1 / values.shape[1])


def interval(values: Values, draws: int = 10_000) -> tuple[float, float]:
    """Returns where `ratio` lies in 95 % of samples of the architectures, drawn with replacement."""
    rng = np.random.default_rng(0)
    samples = [ratio(values[rng.integers(0, len(values), len(values))]) for _ in range(draws)]
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(high)


def _cells() -> dict[tuple[int, int], dict[str, float]]:
    """Returns the figures of all cells, after training those that the file lacks."""
    lines = CELLS.read_text().splitlines() if CELLS.exists() else []
    cells = {(cell["architecture"], cell["seed"]): cell for cell in map(json.loads, lines)}
    for number in range(ARCHITECTURES):
        for seed in range(SEEDS):
            if (number, seed) not in cells:
                cells[number, seed] = _train(number, seed)
                with CELLS.open("a") as file:
                    file.write(json.dumps(cells[number, seed]) + "\n")
                print(f"{len(cells)} of {ARCHITECTURES * SEEDS}", file=sys.stderr)
    return cells


def _train(number: int, seed: int) -> dict[str, float]:
    """Returns what one training of random architecture `number` tells, and its seconds of a core."""
    from nasplug_proxyless.space import Proxyless

    from nasplug.training.loop import score_of

    space = Proxyless(task="cluttered-fashion-mnist", threads=1, repeats=1)
    architecture = space.sample(rng=np.random.default_rng((2024, number)))
    started = time.process_time()
    evaluation = space.evaluate(architecture=architecture, purpose="search", epochs=None, seed=seed)
    return {
        "architecture": number,
        "seed": seed,
        "score": score_of(evaluation.metrics["training_loss"]),
        "accuracy": evaluation.accuracy,
        "cpu": time.process_time() - started,
    }


def _table(cells: dict[tuple[int, int], dict[str, float]], name: str) -> Values:
    rows = [[cells[number, seed][name] for seed in range(SEEDS)] for number in range(ARCHITECTURES)]
    return np.array(rows)
