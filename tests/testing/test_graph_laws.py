"""The kit reports every way in which a batch of graphs can have the wrong format."""

import pytest

from nasplug import hookimpl
from nasplug.testing import SpaceConformance, Toy
from nasplug.testing.laws import Fault, NotApplicable

CHANGES = {
    "x is None": lambda batch: batch.update({"x": None}),
    "x is .torch.float64": lambda batch: batch.update({"x": batch.x.double()}),
    "x is .torch.float32, .24": lambda batch: batch.update({"x": batch.x.flatten()}),
    "edge_index is None": lambda batch: batch.update({"edge_index": None}),
    "edge_index is .torch.int32": lambda batch: batch.update({"edge_index": batch.edge_index.int()}),
    "edge_index has the shape .5, 2": lambda batch: batch.update({"edge_index": batch.edge_index.T}),
}


@pytest.mark.parametrize("message", CHANGES)
def test_a_tensor_of_the_wrong_kind_is_a_fault_of_the_format(message):
    class Changed(Toy):
        @hookimpl
        def encode_graph(self, architectures):
            batch = Toy.encode_graph(self, architectures)
            CHANGES[message](batch)
            return batch

    laws = type("Checked", (SpaceConformance,), {"space": Changed})()
    with pytest.raises(Fault, match=message) as fault:
        laws.graphs(laws.sampled(1))
    assert fault.value.subject == "format"


def test_a_missing_graph_is_a_fault_of_the_format():
    class Short(Toy):
        @hookimpl
        def encode_graph(self, architectures):
            return Toy.encode_graph(self, architectures[:2])

    laws = type("Checked", (SpaceConformance,), {"space": Short})()
    with pytest.raises(Fault, match="2 graphs for 3 architectures"):
        laws.graphs(laws.sampled(3))


def test_a_space_without_graphs_need_not_keep_their_laws():
    class Bare(Toy):
        encode_graph = None

    with pytest.raises(NotApplicable, match="does not implement encode_graph"):
        type("Checked", (SpaceConformance,), {"space": Bare})().test_graphs_have_the_format_of_the_hook()
