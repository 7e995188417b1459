"""Spaces whose class, samples or mutants break exactly one law each, named in `breaks`: toys with one thing wrong."""

import attrs
import numpy as np

from nasplug import Architecture, hookimpl
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


class RaisesWhenMade(Toy):
    breaks = "test_instances_can_be_made"

    def __init__(self):
        raise RuntimeError("no accelerator")


class MisspeltExemption(Toy):
    breaks = "test_exemptions_name_laws"
    conformance_exempt = {"test_mutants_difer": "mutants may stay as they are"}


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
        return Architecture(NAME, ((drawn.code[0] + self._calls) % self.operations, *drawn.code[1:]))


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


class SeedsTorch(Toy):
    breaks = "test_global_generators_are_left_alone"

    @hookimpl
    def encode_graph(self, architectures):
        import torch

        torch.manual_seed(1)
        return Toy.encode_graph(self, architectures)


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
