"""Spaces whose canonical forms, enumerations, pictures or graphs break exactly one law each, named in `breaks`."""

import numpy as np

from nasplug import Architecture, hookimpl
from nasplug.testing import Toy
from nasplug.testing.toy import NAME


class CanonicalTuple(Toy):
    breaks = "test_canonical_is_a_text"

    @hookimpl
    def canonical(self, architecture):
        return self._sorted(architecture)


class OneForm(Toy):
    breaks = "test_forms_vary"

    @hookimpl
    def canonical(self, architecture):
        return "toy"

    @hookimpl
    def enumerate_space(self):
        return None


class SaltedCanonical(Toy):
    breaks = "test_canonical_is_the_same_in_another_process"

    @hookimpl
    def canonical(self, architecture):
        return str(hash(str(self._sorted(architecture))))


class ListsEqualNetworks(Toy):
    breaks = "test_enumeration_is_distinct"

    @hookimpl
    def enumerate_space(self):
        architectures = list(Toy.enumerate_space(self))
        return iter([*architectures, architectures[7]])


class ListsUntilItRaises(Toy):
    breaks = "test_enumeration_is_distinct"

    @hookimpl
    def enumerate_space(self):
        yield Architecture(NAME, (0,) * self.layers)
        raise IndexError("operation 4 of 4")


class ListsHalf(Toy):
    breaks = "test_enumeration_is_complete"

    @hookimpl
    def enumerate_space(self):
        return (architecture for architecture in Toy.enumerate_space(self) if architecture.code[0] < 2)


class ListsInAnyOrder(Toy):
    breaks = "test_enumeration_repeats"

    @hookimpl
    def enumerate_space(self):
        architectures = list(Toy.enumerate_space(self))
        return iter([architectures[i] for i in np.random.default_rng().permutation(len(architectures))])


class TwoLines(Toy):
    breaks = "test_descriptions_are_one_line"

    @hookimpl
    def describe(self, architecture):
        return f"toy\n{architecture.code}"


class NoSvg(Toy):
    breaks = "test_drawings_are_svg"

    @hookimpl
    def draw(self, architecture):
        return "<svg><text>no namespace</text></svg>"


class DoubleGraphs(Toy):
    breaks = "test_graphs_have_the_format_of_the_hook"

    @hookimpl
    def encode_graph(self, architectures):
        batch = Toy.encode_graph(self, architectures)
        batch.x = batch.x.double()
        return batch


class ListOfGraphs(Toy):
    breaks = "test_graphs_have_the_format_of_the_hook"

    @hookimpl
    def encode_graph(self, architectures):
        return Toy.encode_graph(self, architectures).to_data_list()


class GrowingWidth(Toy):
    breaks = "test_feature_width_is_constant"

    @hookimpl
    def encode_graph(self, architectures):
        batch = Toy.encode_graph(self, architectures)
        batch.x = batch.x[:, : 1 + max(max(a.code) for a in architectures)]
        return batch


class BackwardBatch(Toy):
    breaks = "test_a_batch_is_its_graphs_one_after_the_other"

    @hookimpl
    def encode_graph(self, architectures):
        return Toy.encode_graph(self, architectures[::-1])


class SelfLoops(Toy):
    breaks = "test_graphs_are_acyclic"

    @hookimpl
    def encode_graph(self, architectures):
        import torch
        from torch_geometric.data import Batch, Data

        loops = torch.arange(self.layers).repeat(2, 1)
        graphs = Toy.encode_graph(self, architectures).to_data_list()
        return Batch.from_data_list([Data(x=g.x, edge_index=torch.cat([g.edge_index, loops], 1)) for g in graphs])


class EmptiesTheList(Toy):
    breaks = "test_arguments_are_left_as_they_were"

    @hookimpl
    def encode_graph(self, architectures):
        batch = Toy.encode_graph(self, architectures)
        architectures.clear()
        return batch


class DoubleFeatures(Toy):
    breaks = "test_features_are_a_table_of_finite_numbers"

    @hookimpl
    def features(self, architectures):
        return np.array([[sum(architecture.code)] for architecture in architectures], dtype=np.float64)


class CodeIsCanonical(Toy):
    breaks = "test_isomorphic_graphs_are_equal_networks"

    @hookimpl
    def canonical(self, architecture):
        return str(architecture)

    @hookimpl
    def enumerate_space(self):
        return None
