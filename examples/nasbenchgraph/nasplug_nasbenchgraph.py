"""The search space of NAS-Bench-Graph (Qin et al., NeurIPS 2022, arXiv 2206.09166), from the authors' package."""

import pickle
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np
from nas_bench_graph import Arch, gnn_list, link_list

from nasplug import (
    Architecture,
    ConfigurationError,
    Evaluation,
    InvalidArchitecture,
    Objective,
    Purpose,
    hookimpl,
    option,
)
from nasplug.plugin import Space

if TYPE_CHECKING:
    from torch_geometric.data import Batch

NAME, GPU = "nasbenchgraph", "gpu"
LABELS = ("input", *gnn_list, "output")
READABLE = {("numpy.core.multiarray", "scalar"): np.float64().__reduce__()[0], ("numpy", "dtype"): np.dtype}


class TableReader(pickle.Unpickler):
    """Reads pickles of dicts of numbers, and refuses everything else, which could run code."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Returns one of two numpy names that the tables use; raises `UnpicklingError` for any other name."""
        if (module_name, global_name) not in READABLE:
            raise pickle.UnpicklingError(f"a table of numbers does not need {module_name}.{global_name}")
        return READABLE[module_name, global_name]


@attrs.define(eq=False)
class NASBenchGraph(Space):
    """Cells of four operations for networks on graphs; a code is the topology (0–8) and the four operations (0–8).

    Accuracies are means over the authors' three trainings, in percent; on `proteins` they are areas under the ROC
    curve, and the table has 2,021 networks. How long a training took is not in the tables: an evaluation costs 0 s.
    """

    dataset: Literal["cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv", "proteins"] = option(
        "cora", help="the graph whose nodes are classified"
    )

    @cached_property
    def table(self) -> dict[int, dict[str, float]]:
        """The authors' measurements by hash, ascending; the digits of a hash are a code."""
        with (files("nas_bench_graph") / "light" / f"{self.dataset}.bench").open("rb") as stream:
            return dict(sorted(TableReader(stream).load().items()))

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns one of the networks of the data set, all equally likely."""
        return _architecture(list(self.table)[int(rng.integers(len(self.table)))])

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns another network, by changing the topology or one operation."""
        parent = self._hash(architecture)
        for change in rng.permutation(5 * 9).tolist():
            code = (*architecture.code[: change // 9], change % 9, *architecture.code[change // 9 + 1 :])
            if _hash_of(code) != parent and _hash_of(code) in self.table:
                return Architecture(NAME, code)
        raise InvalidArchitecture(f"one change of {architecture} leads to no other network of {self.dataset}")

    @hookimpl
    def enumerate_space(self) -> Iterator[Architecture]:
        """Returns an iterator over the networks of the data set, by ascending hash."""
        return map(_architecture, self.table)

    @hookimpl
    def canonical(self, architecture: Architecture) -> str:
        """Returns the package's hash, which is equal for equal networks: isomorphic ones, or skips in other places."""
        return f"{self._hash(architecture):05d}"

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns graphs of 6 nodes [input, four operations, output], one-hot over 11 labels."""
        import torch
        from torch_geometric.data import Batch, Data

        cells = [_architecture(self._hash(architecture)).code for architecture in architectures]
        eye = torch.eye(len(LABELS))
        nodes = [eye[[0, *(1 + op for op in code[1:]), len(LABELS) - 1]] for code in cells]
        edges = [torch.tensor(_edges(code)).T for code in cells]
        return Batch.from_data_list([Data(x=x, edge_index=e) for x, e in zip(nodes, edges, strict=True)])

    @hookimpl
    def measure(self, architecture: Architecture) -> dict[str, float]:
        """Returns the parameters, from the table."""
        return {"parameters": round(1e6 * self.table[self._hash(architecture)]["para"])}

    @hookimpl
    def objective(self) -> Objective | None:
        """Returns the area under the ROC curve on `proteins`, None elsewhere: the accuracy in percent."""
        return Objective("roc_auc", "%", "max", 0.0, 100.0) if self.dataset == "proteins" else None

    @hookimpl
    def fidelities(self) -> tuple[Sequence[int], bool]:
        """Returns no number of epochs: all networks were trained to the end."""
        return (), False

    @hookimpl
    def devices(self) -> Sequence[str]:
        """Returns `gpu`: that of the authors."""
        return (GPU,)

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the milliseconds on the authors' GPU; None for any other device."""
        return 1e3 * self.table[self._hash(architecture)]["latency"] if device == GPU else None

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns the validation accuracy for `search`, the test accuracy for `final`."""
        if epochs is not None:
            raise ConfigurationError("NAS-Bench-Graph knows networks that are trained to the end: leave out --epochs.")
        measured = self.table[self._hash(architecture)]
        accuracy = 100 * measured["valid_perf" if purpose == "search" else "perf"]
        return Evaluation(accuracy, cost=0.0, metrics=self.measure(architecture), source="table")

    @hookimpl
    def describe(self, architecture: Architecture) -> str:
        """Returns the operations in one line, each with the node whose output it takes."""
        inputs = zip(link_list[architecture.code[0]], architecture.code[1:], strict=True)
        return ", ".join(f"{source}→{node} {gnn_list[op]}" for node, (source, op) in enumerate(inputs, 1))

    @hookimpl
    def draw(self, architecture: Architecture) -> str:
        """Returns the cell as an SVG document, operations from left to right."""
        labels = ["input", *(gnn_list[op] for op in architecture.code[1:]), "output"]
        x, y = [45 + 90 * node for node in range(6)], [90, 40, 140, 65, 115, 90]
        lines = [f"M{x[u]},{y[u]} {x[v]},{y[v]}" for u, v in _edges(architecture.code)]
        texts = [f'<text x="{x[node]}" y="{y[node]}">{label}</text>' for node, label in enumerate(labels)]
        head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 540 180" text-anchor="middle">'
        return f'{head}<path d="{" ".join(lines)}" stroke="#9bd"/>{"".join(texts)}</svg>'

    def _hash(self, architecture: Architecture) -> int:
        """Returns the hash of a network of this data set; raises `InvalidArchitecture` for anything else."""
        if architecture.space != NAME or len(architecture.code) != 5 or not set(architecture.code) <= set(range(9)):
            raise InvalidArchitecture(f"wanted {NAME}:T,O,O,O,O, five numbers from 0 to 8; got {architecture}")
        if _hash_of(architecture.code) not in self.table:
            raise InvalidArchitecture(f"{architecture} is in no table of {self.dataset}; its operations: {gnn_list}")
        return _hash_of(architecture.code)


@cache
def _hash_of(code: tuple[int, ...]) -> int:
    """Returns the package's hash of a code, of its regular form: skips come first, equal branches are sorted."""
    arch = Arch(list(link_list[code[0]]), [gnn_list[op] for op in code[1:]])
    arch.move_skip_op()
    arch.equalpart_sort()
    return int(arch.hash_arch())


def _architecture(number: int) -> Architecture:
    return Architecture(NAME, tuple(map(int, f"{number:05d}")))


def _edges(code: Sequence[int]) -> list[tuple[int, int]]:
    """Returns pairs of source and target: the topology's links, and every leaf to the output."""
    inputs = link_list[code[0]]
    return [*zip(inputs, range(1, 5), strict=True), *((node, 5) for node in range(1, 5) if node not in inputs)]
