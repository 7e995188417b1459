"""Laws of sampling and mutation: valid, repeatable, varied, and able to reach the whole space."""

import json
import pickle
from collections import Counter

import numpy as np

from nasplug.testing.laws import law
from nasplug.testing.space_laws import SpaceLaws
from nasplug.types import Architecture

STEPS = 20_000  # length of the random walk that must meet every common value
COMMON = 0.05  # share of the samples from which on a value is common


class SamplingLaws(SpaceLaws):
    """Laws of `sample` and `mutate`."""

    @law("sample", "mutate")
    def test_architectures_are_architectures(self) -> None:
        """sample and mutate return a nasplug.Architecture that names this space.

        Options, storage and the command line tell the architectures of spaces apart by that name.
        """
        architectures = [*self.sampled(), *self.mutants()]
        name = self.name or architectures[0].space
        foreign = [architecture for architecture in architectures if architecture.space != name]
        self.expect(not foreign, f"{foreign[:1]} is not of the space {name!r}")

    @law()
    def test_architectures_survive_text_json_and_pickle(self) -> None:
        """An architecture is equal to its copy read from text, JSON or a pickle.

        Storage and worker processes send it that way. The code must be a tuple of Python's own int.
        """
        for architecture in [*self.sampled(), *self.mutants()]:
            code = architecture.code
            types = {type(code).__name__, *(type(part).__name__ for part in code)}
            self.expect(types <= {"tuple", "int"}, f"{code!r} is made of {sorted(types)}")
            self.expect(Architecture.parse(str(architecture)) == architecture, f"{architecture} changes as a text")
            self.expect(tuple(json.loads(json.dumps(code))) == code, f"{code} changes in JSON")
            self.expect(pickle.loads(pickle.dumps(architecture)) == architecture, f"{architecture} changes in a pickle")

    @law()
    def test_sample_follows_the_generator(self) -> None:
        """The same state of `rng` gives the same samples, also in another instance of the space.

        A resumed run draws its samples again. Use no generator of your own, and keep no state between calls.
        """
        for seed in range(10):
            first, second = np.random.default_rng(seed), np.random.default_rng(seed)
            other = type(self)()
            one, two = [self.sample(first) for _ in range(3)], [other.sample(second) for _ in range(3)]
            self.expect(one == two, f"seed {seed} gave {', '.join(map(str, one))} and then {', '.join(map(str, two))}")

    @law()
    def test_mutate_follows_the_generator(self) -> None:
        """The same parent and state of `rng` give the same mutant, also in another instance of the space.

        A resumed run makes its mutants again.
        """
        for seed, parent in enumerate(self.sampled(10)):
            one = self.mutate(parent, np.random.default_rng(seed))
            two = type(self)().mutate(parent, np.random.default_rng(seed))
            self.expect(one == two, f"{parent} with seed {seed} gave {one}, and then {two}")

    @law()
    def test_global_generators_are_left_alone(self) -> None:
        """Sampling, enumerating and encoding neither use nor seed the global generators of Python, numpy or torch.

        The whole program shares them: np.random.seed() in a plugin changes the results of others.
        """
        self._call_hooks()  # the hooks may import torch, whose generator must be watched as well
        with self.no_generator_changes():
            self._call_hooks()

    def _call_hooks(self) -> None:
        """Calls every hook of a new instance that neither trains nor measures."""
        other, implemented = type(self)(), self.implemented().keys()
        architectures = [*other.sampled(10), *other.mutants(10)]
        for architecture in architectures:
            other.canonical(architecture)
            other.call("measure", architecture=architecture)
        for name in implemented & {"encode_graph", "features"}:
            other.call(name, architectures=[*architectures])
        if "enumerate_space" in implemented:
            other.enumerate_first(100)

    @law("canonical", "describe", "encode_graph", "features", "draw")
    def test_samples_and_mutants_are_valid(self) -> None:
        """Every hook that takes an architecture accepts every sample and every mutant.

        A hook that raises for one of them ends the search.
        """
        implemented = self.implemented().keys()
        for architecture in [*self.sampled(), *self.mutants()]:
            for hook in ["canonical", *implemented & {"describe", "draw"}]:
                self.call(hook, architecture=architecture)
            for hook in implemented & {"encode_graph", "features"}:
                self.call(hook, architectures=[architecture])

    @law()
    def test_mutants_differ(self) -> None:
        """A mutant never has its parent's own code.

        An evolution would train the same architecture again.
        """
        rng = np.random.default_rng(3)
        for parent in self.sampled():
            for _ in range(5):
                child = self.mutate(parent, rng)
                self.expect(child.code != parent.code, f"the mutant of {parent} is {child}")

    @law()
    def test_samples_vary(self) -> None:
        """Samples are not all the same architecture.

        A search could find nothing else.
        """
        self.expect(len(set(self.sampled())) > 1, f"{self.samples} samples are all {self.sampled(1)[0]}")

    @law()
    def test_mutation_reaches_everything(self) -> None:
        """A random walk of mutations meets every value that is common in samples, at every position of the code.

        An evolution can never improve what mutation never changes.
        """
        samples = self.sampled(4 * self.samples)
        counts = Counter(pair for architecture in samples for pair in enumerate(architecture.code))
        missing = {pair for pair, count in counts.items() if count >= COMMON * len(samples)}
        rng, architecture = np.random.default_rng(4), self.sampled(1)[0]
        for _ in range(STEPS):
            missing -= set(enumerate(architecture.code))
            if not missing:
                return
            architecture = self.mutate(architecture, rng)
        position, value = min(missing)
        self.expect(False, f"{STEPS:,} mutations never gave the value {value} at position {position} of the code")
