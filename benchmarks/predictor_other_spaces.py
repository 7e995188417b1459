"""The predictor, not tuned for them, on other spaces: NAS-Bench-Graph and 22-layer networks on three small data sets.

Beside it a ridge regression on one-hot codes and the paper's predictor. `pip install -e examples/nasbenchgraph` first.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

import nasplug
from benchmarks.predictor_deep import PAPER as DEEP
from benchmarks.predictor_search_nasbenchgraph import DATASETS
from benchmarks.predictor_shared import SHARED, splits, verdict
from nasplug import Architecture
from nasplug.analysis.figures import kendall_tau

NAME = "predictor-other-spaces"
SEEDS = 5
TRAINED, PREDICTED = 172, 2000  # of NAS-Bench-Graph
TASKS = ("caltech", "oxford_pet", "cifar100")

Data = tuple[str, Graphs, Any, Any, Any, int, dict[str, Any]]  # name, graphs, features, codes, accuracies, n, options


def run() -> dict[str, Any]:
    """Returns the mean τ over all data sets and seeds, with those of ridge regression and the paper's predictor."""
    found = np.array([_taus(*data) for data in (*_graph_networks(), *_image_networks())])  # [sets, 3]
    best, ridge, paper = found.mean(0)
    detail = f"ridge {ridge:.3f}, paper {paper:.3f}; better than both on {_wins(found)} of {len(found)} data sets"
    return verdict(best, "Kendall τ", "> ridge, > paper", best > max(ridge, paper), detail)


def _wins(found: Any) -> int:
    return int((found[:, 0] > found[:, 1:].max(1)).sum())


def _taus(name: str, graphs: Graphs, features: Any, codes: Any, y: Any, n: int, paper: dict[str, Any]) -> list[float]:
    """Returns mean τ of best, ridge and paper over splits into `n` rows and at most `PREDICTED` others."""
    one_hot = (codes[:, :, None] == np.arange(codes.max() + 1)).reshape(len(codes), -1)

    def best(seed: int, train: Any, test: Any) -> Any:
        f, g = (None, None) if features is None else (features[train], features[test])
        predictor = NeuralPredictor(seed=seed).fit(graphs[torch.from_numpy(train)], y[train], f)
        return predictor.predict(graphs[torch.from_numpy(test)], g)

    def ridge(_: int, train: Any, test: Any) -> Any:
        return _ridge(one_hot[train], y[train], one_hot[test])

    def gcn(seed: int, train: Any, test: Any) -> Any:
        predictor = NeuralPredictor(preset="paper", seed=seed, **{"stages": 1, **paper})
        return predictor.fit(graphs[torch.from_numpy(train)], y[train]).predict(graphs[torch.from_numpy(test)])

    learners: list[Callable[[int, Any, Any], Any]] = [best, ridge, gcn]
    parts = [(seed, train, test[:PREDICTED]) for seed, train, test in splits(np.arange(len(y)), n, SEEDS)]
    taus = [float(np.mean([kendall_tau(learn(*part), y[part[2]]) for part in parts])) for learn in learners]
    print(f"{name}: best {taus[0]:.3f}, ridge {taus[1]:.3f}, paper {taus[2]:.3f}", file=sys.stderr, flush=True)
    return taus


def _graph_networks() -> Iterator[Data]:
    for dataset in DATASETS:
        space = nasplug.space("nasbenchgraph", dataset=dataset)
        everything = list(space.enumerate_space())
        drawn = np.random.default_rng(0).permutation(len(everything))[: TRAINED + PREDICTED]
        architectures = [everything[i] for i in drawn]
        y = [space.evaluate(architecture=a, purpose="search", epochs=None, seed=0).accuracy for a in architectures]
        yield (
            dataset,
            *_encoded(space, architectures),
            _codes(architectures),
            np.array(y),
            min(TRAINED, len(y) // 2),
            {},
        )


def _image_networks() -> Iterator[Data]:
    space = nasplug.space("proxyless")
    with np.load(SHARED / "proxylessnas_small_tasks.npz") as file:
        for task in TASKS:
            architectures = [Architecture("proxyless", tuple(code.tolist())) for code in file[f"{task}_arch"]]
            y = file[f"{task}_val_acc"].astype(float) * 100.0
            yield task, *_encoded(space, architectures), _codes(architectures), y, round(len(y) * 2 / 3), DEEP


def _encoded(space: Any, architectures: list[Architecture]) -> tuple[Graphs, Any]:
    pool = Pool.encoded(space, architectures)
    return pool.graphs, pool.features


def _codes(architectures: list[Architecture]) -> Any:
    return np.array([architecture.code for architecture in architectures])


def _ridge(X: Any, y: Any, new: Any) -> Any:
    """Returns predictions of a ridge regression whose penalty has the least leave-one-out error."""
    X, new, mean = X - X.mean(0), new - X.mean(0), y.mean()
    U, s, V = np.linalg.svd(X, full_matrices=False)
    fits = []
    for penalty in 10.0 ** np.arange(-2, 4):
        shrunk = s**2 / (s**2 + penalty)
        left_out = (y - mean - U @ (shrunk * (U.T @ (y - mean)))) / (1 - 1 / len(y) - (U**2) @ shrunk)
        fits.append((float((left_out**2).mean()), new @ V.T @ (s / (s**2 + penalty) * (U.T @ (y - mean)))))
    return min(fits, key=lambda fit: fit[0])[1]
