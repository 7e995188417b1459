"""Spaces that break exactly one law each, named in `breaks`; all are the kit's toy with one thing wrong."""

import time

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, hookimpl
from nasplug.testing import Toy
from nasplug.testing.toy import NAME


class MisspeltHook(Toy):
    breaks = "test_hooks_exist"

    @hookimpl
    def encode_grahp(self, architectures):
        return None


class UnknownArgument(Toy):
    breaks = "test_hooks_exist"

    @hookimpl
    def sample(self, generator):
        return Toy.sample(self, generator)


class NoMutation(Toy):
    breaks = "test_required_hooks_are_there"

    def mutate(self, architecture, rng):
        return Toy.mutate(self, architecture, rng)


class DefaultDevice(Toy):
    breaks = "test_hooks_have_no_defaults"

    @hookimpl
    def measure_latency(self, architecture, device="toyphone"):
        return 10.0


@attrs.define
class ComparedByValue(Toy):
    breaks = "test_instances_can_be_hashed"


@attrs.define(eq=False)
class UnexplainedOption(Toy):
    width: float = 1.0
    breaks = "test_options_are_explained"


class TupleSample(Toy):
    breaks = "test_architectures_are_architectures"

    @hookimpl
    def sample(self, rng):
        return Toy.sample(self, rng).code


class OtherName(Toy):
    breaks = "test_architectures_are_architectures"

    @hookimpl
    def mutate(self, architecture, rng):
        code = Toy.mutate(self, Architecture(NAME, architecture.code), rng).code
        return Architecture("toys", code)

    def checked(self, architecture):
        return architecture.code


class OwnKind(Architecture):
    """Never equal to the plain architecture that its text is read as."""


class OwnArchitecture(Toy):
    breaks = "test_architectures_survive_text_json_and_pickle"

    @hookimpl
    def sample(self, rng):
        return OwnKind(NAME, Toy.sample(self, rng).code)


class OwnGeneratorForSamples(Toy):
    breaks = "test_sample_follows_the_generator"

    @hookimpl
    def sample(self, rng):
        return Toy.sample(self, np.random.default_rng())


class CountingSamples(Toy):
    breaks = "test_sample_follows_the_generator"

    @hookimpl
    def sample(self, rng):
        drawn = Toy.sample(self, rng)
        return Architecture(NAME, ((drawn.code[0] + self._asked) % self.operations, *drawn.code[1:]))


class OwnGeneratorForMutants(Toy):
    breaks = "test_mutate_follows_the_generator"

    @hookimpl
    def mutate(self, architecture, rng):
        return Toy.mutate(self, architecture, np.random.default_rng())


class SeedsNumpy(Toy):
    breaks = "test_global_generators_are_left_alone"

    @hookimpl
    def mutate(self, architecture, rng):
        np.random.seed(1)
        return Toy.mutate(self, architecture, rng)


class DescribesSomeOnly(Toy):
    breaks = "test_samples_and_mutants_are_valid"

    @hookimpl
    def describe(self, architecture):
        return {0: "none", 1: "few", 2: "some"}[architecture.code[0]]


class EncodesSomeOnly(Toy):
    breaks = "test_samples_and_mutants_are_valid"

    @hookimpl
    def encode_graph(self, architectures):
        if any(architecture.code[0] == 3 for architecture in architectures):
            raise IndexError("index 3 is out of range")
        return Toy.encode_graph(self, architectures)


class MutantIsParent(Toy):
    breaks = "test_mutants_differ"

    @hookimpl
    def mutate(self, architecture, rng):
        return architecture if rng.random() < 0.1 else Toy.mutate(self, architecture, rng)


class OneSample(Toy):
    breaks = "test_samples_vary"

    @hookimpl
    def sample(self, rng):
        return Architecture(NAME, (0,) * self.layers)


class MutatesTheFirstLayers(Toy):
    breaks = "test_mutation_reaches_everything"

    @hookimpl
    def mutate(self, architecture, rng):
        code = list(architecture.code)
        layer = int(rng.integers(self.layers - 1))
        code[layer] = (code[layer] + 1 + int(rng.integers(self.operations - 1))) % self.operations
        return Architecture(NAME, tuple(code))


class CanonicalTuple(Toy):
    breaks = "test_canonical_is_a_text"

    @hookimpl
    def canonical(self, architecture):
        return self._sorted(architecture)


class SaltedCanonical(Toy):
    breaks = "test_canonical_is_the_same_in_another_process"

    @hookimpl
    def canonical(self, architecture):
        return str(hash(str(self._sorted(architecture))))


class ListsEqualNetworks(Toy):
    breaks = "test_enumeration_is_distinct"

    @hookimpl
    def enumerate_space(self):
        found = list(Toy.enumerate_space(self))
        return iter([*found, found[7]])


class ListsHalf(Toy):
    breaks = "test_enumeration_is_complete"

    @hookimpl
    def enumerate_space(self):
        return (architecture for architecture in Toy.enumerate_space(self) if architecture.code[0] < 2)


class ListsInAnyOrder(Toy):
    breaks = "test_enumeration_repeats"

    @hookimpl
    def enumerate_space(self):
        found = list(Toy.enumerate_space(self))
        return iter([found[i] for i in np.random.default_rng().permutation(len(found))])


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


class BareFloat(Toy):
    breaks = "test_evaluate_answers_for_both_purposes"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Toy.evaluate(self, architecture, purpose, seed).accuracy


class OverHundred(Toy):
    breaks = "test_evaluate_answers_for_both_purposes"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Evaluation(1.5 * Toy.evaluate(self, architecture, purpose, seed).accuracy + 60, cost=1.0)


class InfiniteMetric(Toy):
    breaks = "test_evaluate_answers_for_both_purposes"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return attrs.evolve(Toy.evaluate(self, architecture, purpose, seed), metrics={"loss": float("inf")})


class Fractions(Toy):
    breaks = "test_accuracy_is_in_percent"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Evaluation(Toy.evaluate(self, architecture, purpose, seed).accuracy / 100, cost=1.0)


class IgnoresTheSeed(Toy):
    breaks = "test_evaluation_repeats"

    @hookimpl
    def evaluate(self, architecture, purpose):
        return Toy.evaluate(self, architecture, purpose, seed=time.perf_counter_ns())


class Prints(Toy):
    breaks = "test_evaluation_leaves_the_program_alone"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        print("epoch 1/1")
        return Toy.evaluate(self, architecture, purpose, seed)


class NoLatency(Toy):
    breaks = "test_latency_is_positive_or_none"

    @hookimpl
    def measure_latency(self, architecture, device):
        return 10.0 if device == "toyphone" else 0.0


class OutsideTheWindow(Toy):
    breaks = "test_samples_lie_within_a_window"

    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        return [Toy.sample(self, rng) for _ in range(count)]


class UnknownRecommendation(Toy):
    breaks = "test_recommendations_are_options"

    @hookimpl
    def recommend(self, strategy):
        return {"populaton": 12}
