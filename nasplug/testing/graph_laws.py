"""Laws of the graphs that predictors see, and of the canonical form that must agree with them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nasplug.testing.laws import Fault, NotApplicable, law
from nasplug.testing.space_laws import SpaceLaws
from nasplug.types import Architecture

if TYPE_CHECKING:
    from torch_geometric.data import Batch


class GraphLaws(SpaceLaws):
    """`encode_graph`, `features`, and `canonical` beside them."""

    def graphs(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns the batch of these architectures, its types checked; anything else is a fault of its format."""
        self.needs("encode_graph")
        batch = self.ask("encode_graph", architectures=list(architectures))
        if wrong := _wrong_format(batch, len(architectures)):
            raise Fault("format", wrong)
        return batch

    def singles(self) -> "list[Batch]":
        """Returns the graphs of some samples and mutants, one at a time."""
        return [self.graphs([architecture]) for architecture in [*self.drawn(20), *self.mutants(20)]]

    @law("format")
    def test_graphs_have_the_format_of_the_hook(self) -> None:
        """encode_graph returns one Batch: x float32 [nodes, features], edge_index int64 [2, edges], a graph a code.

        Predictors of everybody read this format.
        """
        self.singles()
        self.graphs(self.drawn(7))

    @law()
    def test_feature_width_is_constant(self) -> None:
        """All graphs have the same number of features a node.

        A predictor learns one weight a feature.
        """
        widths = sorted({single.x.shape[1] for single in self.singles()})
        self.expect(len(widths) == 1, f"there are graphs of widths {widths}")

    @law()
    def test_a_batch_is_its_graphs_one_after_the_other(self) -> None:
        """Encoding several architectures gives the graphs of each, in the same order.

        Predictors match graphs and accuracies by their order.
        """
        from torch_geometric.data import Batch, Data

        architectures = [*self.drawn(20), *self.mutants(20)]
        parts = [Data(x=one.x, edge_index=one.edge_index) for one in self.singles()]
        if len({part.x.shape[1] for part in parts}) > 1:
            raise NotApplicable("the graphs have different widths")
        together, expected = self.graphs(architectures), Batch.from_data_list(parts)
        for name in ("x", "edge_index", "batch"):
            self.expect(together[name].equal(expected[name]), f"{name} of {len(parts)} together is not that of each")

    @law()
    def test_graphs_are_acyclic(self) -> None:
        """No graph has a cycle, a self-loop, or an edge to a node that is not there.

        Edges go where the data go, from the input to the output; predictors add self-loops themselves.
        """
        import networkx

        for single in self.singles():
            edges, nodes = single.edge_index, single.x.shape[0]
            inside = edges.numel() == 0 or (int(edges.min()) >= 0 and int(edges.max()) < nodes)
            self.expect(inside, f"an edge leads to node {edges.max() if edges.numel() else 0} of {nodes}")
            graph = networkx.DiGraph(edges.T.tolist())
            self.expect(networkx.is_directed_acyclic_graph(graph), f"there is a cycle in the edges {edges.T.tolist()}")

    @law()
    def test_arguments_are_left_as_they_were(self) -> None:
        """encode_graph and features leave the list of architectures that they are given as it was.

        It belongs to the caller, who goes on to use it.
        """
        for hook in self.implemented().keys() & {"encode_graph", "features"}:
            given = self.drawn(5)
            self.ask(hook, architectures=given)
            self.expect(given == self.drawn(5), f"{hook} left {[str(a) for a in given]}")

    @law()
    def test_features_are_a_table_of_finite_numbers(self) -> None:
        """features returns float32 [n, f], finite, a row an architecture, the same row alone and among others; or None.

        A predictor adds them to its representation of the graph.
        """
        self.needs("features")
        architectures = self.drawn(7)
        if (table := self.ask("features", architectures=list(architectures))) is None:
            return
        shape, kind = getattr(table, "shape", None), str(getattr(table, "dtype", type(table).__name__))
        self.expect(kind == "float32" and shape and len(shape) == 2 and shape[0] == 7, f"it gave {kind} {shape}")
        self.expect(bool(np.isfinite(table).all()), f"there are infinite or missing numbers: {table}")
        alone = np.concatenate([self.ask("features", architectures=[one]) for one in architectures])
        self.expect(np.allclose(alone, table), "the rows of architectures asked for alone differ")

    @law()
    def test_isomorphic_graphs_are_equal_networks(self) -> None:
        """Architectures whose graphs (and features) are isomorphic have the same canonical form.

        Else a search pays twice for one network. A form made of the sorted code is not enough: use the pruned graph.
        """
        known: dict[str, list[tuple[Any, Architecture]]] = defaultdict(list)
        for architecture in dict.fromkeys([*self.drawn(), *self._neighbours()]):
            graph = _labelled(self.graphs([architecture]), self._features_of(architecture))
            for other_graph, other in known[_fingerprint(graph)]:
                same = self.canonical(architecture) == self.canonical(other)
                self.expect(
                    same or not _isomorphic(graph, other_graph),
                    f"{architecture} and {other} have isomorphic graphs, but the forms "
                    f"{self.canonical(architecture)!r} and {self.canonical(other)!r}",
                )
            known[_fingerprint(graph)].append((graph, architecture))

    def _neighbours(self) -> list[Architecture]:
        """Returns mutants of few samples, and mutants of those: where isomorphic graphs are found, if there are any."""
        rng = np.random.default_rng(5)
        near = [self.mutate(parent, rng) for parent in self.drawn(8) for _ in range(15)]
        return [*near, *(self.mutate(parent, rng) for parent in near)]

    def _features_of(self, architecture: Architecture) -> str:
        if "features" not in self.implemented():
            return ""
        return str(self.ask("features", architectures=[architecture]))


def _wrong_format(batch: Any, count: int) -> str:
    """Returns what is wrong with an answer of `encode_graph`, or an empty string."""
    import torch
    from torch_geometric.data import Batch

    if not isinstance(batch, Batch):
        return f"it returned {type(batch).__name__}, not torch_geometric.data.Batch"
    if batch.num_graphs != count:
        return f"it returned {batch.num_graphs} graphs for {count} architectures"
    if batch.x is None or batch.x.dtype != torch.float32 or batch.x.dim() != 2:
        return f"x is {None if batch.x is None else (batch.x.dtype, tuple(batch.x.shape))}"
    edges = batch.edge_index
    if edges is None or edges.dtype != torch.int64 or edges.dim() != 2 or edges.shape[0] != 2:
        return f"edge_index is {None if edges is None else (edges.dtype, tuple(edges.shape))}"
    return ""


def _labelled(single: "Batch", more: str) -> Any:
    """Returns the graph for networkx, each node labelled with its row of `x` and what else is known of the whole."""
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from((node, {"label": f"{row} {more}"}) for node, row in enumerate(single.x.tolist()))
    graph.add_edges_from(single.edge_index.T.tolist())
    return graph


def _fingerprint(graph: Any) -> str:
    """Returns a text that is equal for isomorphic graphs, and rarely for others."""
    around = [
        (
            graph.nodes[node]["label"],
            sorted(graph.nodes[n]["label"] for n in graph.predecessors(node)),
            graph.out_degree(node),
        )
        for node in graph
    ]
    return str(sorted(around))


def _isomorphic(one: Any, other: Any) -> bool:
    import networkx

    return bool(networkx.is_isomorphic(one, other, node_match=lambda a, b: a["label"] == b["label"]))
