"""A toy space of cells whose accuracy is known, and the real cells of NASBench-101 as graphs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch_geometric.data import Batch, Data

from nasplug import Architecture, Evaluation, Trial, hookimpl
from nasplug.engine.objectives import DEFAULT_GOAL
from nasplug.types import ACCURACY

INTERIOR = 3
UPPER = [(i, j) for i in range(INTERIOR + 2) for j in range(i + 1, INTERIOR + 2)]


class ToyCells:
    """Cells of 3 interior operations (3 kinds) between input and output; code = operations, then 10 edges."""

    name = "toycells"

    def __init__(self, fails: Callable[[Architecture], bool] = lambda _: False, enumerable: bool = False) -> None:
        self.fails, self.enumerable = fails, enumerable

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        code = (*rng.integers(0, 3, INTERIOR).tolist(), *rng.integers(0, 2, len(UPPER)).tolist())
        return Architecture(self.name, code)

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        code = list(architecture.code)
        place = int(rng.integers(len(code)))
        base = 3 if place < INTERIOR else 2
        code[place] = (code[place] + 1 + int(rng.integers(base - 1))) % base
        return Architecture(self.name, tuple(code))

    @hookimpl
    def canonical(self, architecture: Architecture) -> str:
        ops, matrix = parts(architecture)
        orders = [(0, *order, INTERIOR + 1) for order in permutations(range(1, INTERIOR + 1))]
        return str(min(([ops[i - 1] for i in o[1:-1]], matrix[np.ix_(o, o)].tolist()) for o in orders))

    @hookimpl
    def enumerate_space(self) -> Iterator[Architecture] | None:
        if not self.enumerable:
            return None
        codes = product(*([range(3)] * INTERIOR + [range(2)] * (len(UPPER) - 4)))  # a part: enough, and quick
        architectures = (Architecture(self.name, (*code, 1, 1, 0, 1)) for code in codes)
        return iter({self.canonical(architecture): architecture for architecture in architectures}.values())

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> Batch:
        return Batch.from_data_list([data(*parts(architecture)) for architecture in architectures])

    @hookimpl
    def features(self, architectures: Sequence[Architecture]) -> np.ndarray[Any, Any] | None:
        return None

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float:
        return float(sum(architecture.code))

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, epochs: int | None, seed: int) -> Evaluation:
        if self.fails(architecture):
            raise RuntimeError("no such luck")
        return Evaluation(accuracy(architecture), cost=1.0)


def parts(architecture: Architecture) -> tuple[list[int], np.ndarray[Any, Any]]:
    ops, edges = architecture.code[:INTERIOR], architecture.code[INTERIOR:]
    matrix = np.zeros((INTERIOR + 2, INTERIOR + 2), int)
    for (i, j), edge in zip(UPPER, edges, strict=True):
        matrix[i, j] = edge
    return list(ops), matrix


def data(ops: Sequence[int], matrix: np.ndarray[Any, Any]) -> Data:
    x = torch.eye(5)[[0, *[op + 1 for op in ops], 4]]
    return Data(x=x, edge_index=torch.tensor(np.array(np.nonzero(matrix)), dtype=torch.long))


def accuracy(architecture: Architecture) -> float:
    """Many edges and operations 2 behind the input are good; between 60 and 98 percent."""
    ops, matrix = parts(architecture)
    return 60.0 + 2.0 * float(matrix.sum()) + 6.0 * sum(op == 2 and matrix[0, i + 1] for i, op in enumerate(ops))


@pytest.fixture
def toy_space() -> type[ToyCells]:
    return ToyCells


@pytest.fixture
def toy_accuracy() -> Callable[[Architecture], float]:
    return accuracy


@pytest.fixture
def toy_batch() -> Callable[..., tuple[Batch, np.ndarray[Any, Any]]]:
    """Returns `n` random toy cells as a batch, and their accuracies."""

    def make(n: int, seed: int = 0) -> tuple[Batch, np.ndarray[Any, Any]]:
        space, rng = ToyCells(), np.random.default_rng(seed)
        architectures = [space.sample(rng) for _ in range(n)]
        return space.encode_graph(architectures), np.array([accuracy(a) for a in architectures])

    return make


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    """Returns a trial told to a strategy; failed where `value` is None."""

    def make(number: int, architecture: Architecture, value: float | None, canonical: str = "") -> Trial:
        evaluation = None if value is None else Evaluation(value, 1.0)
        state, error = ("failed", "no such luck") if evaluation is None else ("complete", None)
        return Trial(number, architecture, state, evaluation, error, "search", 0.0, 0.0, canonical)  # type: ignore[arg-type]

    return make


@pytest.fixture
def fake_run() -> Callable[..., Any]:
    """Returns what a strategy sees of a run, as plain attributes."""

    def make(hook: Any, trials: list[Trial] | None = None, seed: int = 0, **more: Any) -> Any:
        fields = {"space": hook, "budget": None, "remaining": None, "device": "cpu", "latency_window": None}
        fields |= {
            "batch": 1,
            "middleware": (),
            "pending": (),
            "known": (),
            "limits": (),
            "objectives": (ACCURACY,),
            "score": DEFAULT_GOAL.score,
        }
        fields |= more
        return SimpleNamespace(hook=hook, trials=trials or [], rng=np.random.default_rng(seed), seed=seed, **fields)

    return make


@pytest.fixture(scope="session")
def real_cells(shared_data: Path) -> tuple[Any, np.ndarray[Any, Any]]:
    """The 20,001 real cells as dense graphs, and their validation accuracy in percent."""
    from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

    with np.load(shared_data / "nasbench101_rank_0_20000.npz") as file:
        v, ops = file["num_vertices"].astype(int), file["interior_ops"].astype(int)
        x = np.zeros((len(v), 7, 5), np.float32)
        for op, column in {0: 2, 1: 1, 2: 3}.items():  # conv3x3, conv1x1, maxpool3x3
            x[:, 1:6, column] = ops == op
        x[:, 0, 0] = x[np.arange(len(v)), v - 1, 4] = 1.0
        mask = np.arange(7) < v[:, None]
        graphs = (torch.from_numpy(x), torch.from_numpy(file["adjacency"].astype(bool)), torch.from_numpy(mask))
        return Graphs(*graphs), file["val_acc_108"].astype(float) * 100.0
