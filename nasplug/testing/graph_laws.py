"""Laws of the graphs that predictors learn from, and of the canonical form, which must agree with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from operator import eq
from typing import TYPE_CHECKING, Any

import numpy as np

from nasplug.loading.packages import require_packages
from nasplug.testing.laws import Fault, NotApplicable, law
from nasplug.testing.space_laws import SpaceLaws
from nasplug.testing.toy import GRAPH_PACKAGES
from nasplug.types import Architecture

if TYPE_CHECKING:
    from torch_geometric.data import Batch


class GraphLaws(SpaceLaws):
    """Laws of `encode_graph` and `features`, and of `canonical` beside them."""

    def requires_graphs(self) -> None:
        """Ends the law as not applicable where the space has no graphs, and as not checked where torch is missing."""
        self.requires("encode_graph")
        require_packages(*GRAPH_PACKAGES)

    def graphs(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns the architectures as one batch. An answer of the wrong format is a fault of the `format`."""
        self.requires_graphs()
        import torch
        from torch_geometric.data import Batch

        batch = self.call("encode_graph", architectures=list(architectures))
        if not isinstance(batch, Batch):
            raise Fault("format", f"it returned {type(batch).__name__}, not torch_geometric.data.Batch")
        if batch.num_graphs != len(architectures):
            raise Fault("format", f"it returned {batch.num_graphs} graphs for {len(architectures)} architectures")
        for name, dtype in (("x", torch.float32), ("edge_index", torch.int64)):
            tensor = getattr(batch, name)
            if tensor is None or tensor.dtype != dtype or tensor.dim() != 2:
                raise Fault("format", f"{name} is {None if tensor is None else (tensor.dtype, list(tensor.shape))}")
        if batch.edge_index.shape[0] != 2:
            raise Fault("format", f"edge_index has the shape {list(batch.edge_index.shape)}")
        return batch

    def single_graphs(self) -> "list[Batch]":
        """Returns 20 samples and 20 mutants, each encoded on its own."""
        return [self.graphs([architecture]) for architecture in [*self.sampled(20), *self.mutants(20)]]

    @law("format")
    def test_graphs_have_the_format_of_the_hook(self) -> None:
        """encode_graph returns one Batch: x float32 [nodes, features], edge_index int64 [2, edges], a graph a code.

        Every predictor reads this format.
        """
        self.single_graphs()
        self.graphs(self.sampled(7))

    @law()
    def test_feature_width_is_constant(self) -> None:
        """The nodes of all graphs have the same number of features.

        A predictor learns one weight for each feature.
        """
        widths = sorted({graph.x.shape[1] for graph in self.single_graphs()})
        self.expect(len(widths) == 1, f"there are graphs of widths {widths}")

    @law()
    def test_a_batch_is_its_graphs_one_after_the_other(self) -> None:
        """encode_graph returns the graphs in the order of the architectures, each as if it were encoded alone.

        Predictors match graphs and accuracies by their order.
        """
        self.requires_graphs()
        from torch_geometric.data import Batch, Data

        architectures = [*self.sampled(20), *self.mutants(20)]
        graphs = [self.graphs([architecture]) for architecture in architectures]
        parts = [Data(x=graph.x, edge_index=graph.edge_index) for graph in graphs]
        if len({part.x.shape[1] for part in parts}) > 1:
            raise NotApplicable("the graphs have different widths (another law reports this)")
        together, expected = self.graphs(architectures), Batch.from_data_list(parts)
        for name in ("x", "edge_index", "batch"):
            self.expect(together[name].equal(expected[name]), f"{name} of {len(parts)} together is not that of each")

    @law()
    def test_graphs_are_acyclic(self) -> None:
        """No graph has a cycle, a self-loop, or an edge to a node that does not exist.

        Edges follow the data from input to output. Predictors add the self-loops that they need.
        """
        for graph in self.single_graphs():
            edges, nodes = graph.edge_index.T.tolist(), graph.x.shape[0]
            outside = [edge for edge in edges if not 0 <= min(edge) <= max(edge) < nodes]
            self.expect(not outside, f"the edge {outside[:1]} leaves the {nodes} nodes")
            self.expect(_is_acyclic(edges), f"there is a cycle in the edges {edges}")

    @law()
    def test_arguments_are_left_as_they_were(self) -> None:
        """encode_graph and features do not change the list of architectures that they are given.

        The caller goes on to use it.
        """
        for hook in self.implemented().keys() & {"encode_graph", "features"}:
            argument = [*(before := self.sampled(5))]
            self.call(hook, architectures=argument)
            self.expect(argument == before, f"{hook} left {[str(a) for a in argument]}")

    @law()
    def test_features_are_a_table_of_finite_numbers(self) -> None:
        """features returns None, or finite float32 [n, f] whose rows do not depend on the other architectures.

        A predictor adds the row of an architecture to its graph.
        """
        self.requires("features")
        architectures = self.sampled(7)
        if (table := self.call("features", architectures=list(architectures))) is None:
            return
        shape, dtype = getattr(table, "shape", None), str(getattr(table, "dtype", type(table).__name__))
        self.expect(dtype == "float32" and shape and len(shape) == 2 and shape[0] == 7, f"it gave {dtype} {shape}")
        self.expect(bool(np.isfinite(table).all()), f"there are infinite or missing numbers: {table}")
        alone = np.concatenate([self.call("features", architectures=[one]) for one in architectures])
        self.expect(np.allclose(alone, table), "the row of an architecture alone is another than among others")

    @law()
    def test_isomorphic_graphs_are_equal_networks(self) -> None:
        """Architectures whose graphs and features are isomorphic have the same canonical form.

        Otherwise a search trains one network twice. Derive the form from the pruned graph, not from the sorted code.
        """
        self.requires_graphs()
        require_packages(["networkx"], "The kit's laws of graphs", "'nasplug[testing]'")
        import networkx
        from torch_geometric.utils import to_networkx

        features = "features" in self.implemented()
        by_fingerprint: dict[str, list[tuple[Any, Architecture]]] = defaultdict(list)
        rng = np.random.default_rng(5)  # mutants of few samples are the likeliest to have isomorphic graphs
        children = [self.mutate(parent, rng) for parent in self.sampled(8) for _ in range(15)]
        grandchildren = [self.mutate(parent, rng) for parent in children]
        for architecture in dict.fromkeys([*self.sampled(), *children, *grandchildren]):
            graph = to_networkx(self.graphs([architecture]), node_attrs=["x"])
            row = self.call("features", architectures=[architecture]) if features else ""
            alike = by_fingerprint[f"{row} {_fingerprint(graph)}"]
            for other_graph, other in alike:
                one, two = self.canonical(architecture), self.canonical(other)
                equal = one == two or not networkx.is_isomorphic(graph, other_graph, node_match=eq)
                self.expect(
                    equal, f"{architecture} and {other} have isomorphic graphs, but the forms {one!r} and {two!r}"
                )
            alike.append((graph, architecture))


def _is_acyclic(edges: Iterable[tuple[int, int]]) -> bool:
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for source, target in edges:
        sorter.add(target, source)
    try:
        sorter.prepare()
    except CycleError:
        return False
    return True


def _fingerprint(graph: Any) -> str:
    """Returns a text that is equal for isomorphic graphs, and rarely for others."""
    x = graph.nodes.data("x")
    return str(sorted((x[node], sorted(x[n] for n in graph.pred[node]), len(graph.succ[node])) for node in graph))
