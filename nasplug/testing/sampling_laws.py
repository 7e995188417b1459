"""Laws of sampling and mutation: pure in the generator, valid, different, and everything within reach."""

import json
import pickle
from collections import Counter
from typing import Any

import numpy as np

from nasplug.testing.laws import law
from nasplug.testing.space_laws import SpaceLaws
from nasplug.types import Architecture

STEPS = 20_000  # of the walk that must meet everything
COMMON = 0.05  # of the samples: what is rarer need not be met


class SamplingLaws(SpaceLaws):
    """Samples and mutants."""

    @law("sample", "mutate")
    def test_architectures_are_architectures(self) -> None:
        """sample and mutate return a nasplug.Architecture that names this space.

        Options, storage and the command line tell architectures of different spaces apart by that name.
        """
        found = [*self.drawn(), *self.mutants()]
        wanted = self.name or found[0].space
        strange = [architecture for architecture in found if architecture.space != wanted]
        self.expect(not strange, f"{strange[:1]} is not of the space {wanted!r}")

    @law()
    def test_architectures_survive_text_json_and_pickle(self) -> None:
        """An architecture read back from its text, as JSON or from another process is equal.

        The code is a tuple of Python's own int: `Architecture` makes it so of any sequence of integers.
        """
        for architecture in [*self.drawn(), *self.mutants()]:
            code = architecture.code
            kinds = {type(code).__name__, *(type(part).__name__ for part in code)}
            self.expect(kinds <= {"tuple", "int"}, f"{code!r} is made of {sorted(kinds)}")
            self.expect(Architecture.parse(str(architecture)) == architecture, f"{architecture} reads back otherwise")
            self.expect(tuple(json.loads(json.dumps(code))) == code, f"{code} comes back otherwise from JSON")
            sent = pickle.dumps(architecture)  # our own bytes of this moment, as a worker process gets them
            again = pickle.loads(sent)
            self.expect(again == architecture, f"{architecture} changes in a pickle")

    @law()
    def test_sample_follows_the_generator(self) -> None:
        """The same generator gives the same samples, also in another instance of the space.

        A run derives the generator of every trial from its seed, and resumes by drawing again. Use the argument rng
        alone: no generator of the plugin's own, no state kept between calls.
        """
        for seed in range(10):
            other = self.build(self.fresh(), name=self.name)
            first, second = np.random.default_rng(seed), np.random.default_rng(seed)
            one, two = ([self.sample(rng, hook) for _ in range(3)] for rng, hook in ((first, None), (second, other)))
            self.expect(one == two, f"seed {seed} gave {', '.join(map(str, one))} and then {', '.join(map(str, two))}")

    @law()
    def test_mutate_follows_the_generator(self) -> None:
        """The same parent and generator give the same mutant, also in another instance of the space.

        As for samples: a resumed run makes the same mutants again.
        """
        for seed, parent in enumerate(self.drawn(10)):
            other = self.build(self.fresh(), name=self.name)
            one = self.mutate(parent, np.random.default_rng(seed))
            two = self.mutate(parent, np.random.default_rng(seed), other)
            self.expect(one == two, f"{parent} with seed {seed} gave {one}, and then {two}")

    @law()
    def test_global_generators_are_left_alone(self) -> None:
        """Sampling, enumerating and encoding neither use nor seed the global generators of Python, numpy or torch.

        They belong to the program around the search: np.random.seed() in a plugin changes everybody's numbers.
        """
        self._use(self.hook)  # first, since the hooks may import torch, whose generator is to be watched as well
        with self.untouched():
            self._use(self.build(self.fresh(), name=self.name))

    def _use(self, hook: Any) -> None:
        """Asks every hook that neither trains nor measures."""
        rng, implemented = np.random.default_rng(6), self.implemented()
        architectures = [self.sample(rng, hook) for _ in range(10)]
        architectures += [self.mutate(parent, rng, hook) for parent in architectures]
        for architecture in architectures:
            self.canonical(architecture, hook)
        for name in implemented.keys() & {"encode_graph", "features"}:
            self.ask(name, hook, architectures=[*architectures])
        if "enumerate_space" in implemented:
            self.listed(100, hook)

    @law("canonical", "describe", "encode_graph", "features", "draw")
    def test_samples_and_mutants_are_valid(self) -> None:
        """Every hook that takes an architecture takes every sample and every mutant.

        A hook that raises for some of them ends a search in its middle.
        """
        for architecture in [*self.drawn(), *self.mutants()]:
            for hook in ["canonical", *self.implemented().keys() & {"describe", "draw"}]:
                self.ask(hook, architecture=architecture)
            for hook in self.implemented().keys() & {"encode_graph", "features"}:
                self.ask(hook, architectures=[architecture])

    @law()
    def test_mutants_differ(self) -> None:
        """A mutant never has its parent's own code.

        An evolution would pay for the same architecture again.
        """
        rng = np.random.default_rng(3)
        for parent in self.drawn():
            for _ in range(5):
                child = self.mutate(parent, rng)
                self.expect(child.code != parent.code, f"the mutant of {parent} is {child}")

    @law()
    def test_samples_vary(self) -> None:
        """Samples are not all the same architecture.

        A search could find nothing else.
        """
        self.expect(len(set(self.drawn())) > 1, f"{self.samples} samples are all {self.drawn(1)[0]}")

    @law()
    def test_mutation_reaches_everything(self) -> None:
        """A walk of mutations meets every value that is common in samples, at every place of the code.

        What mutation never changes, an evolution can never improve.
        """
        missing = self._common()
        rng, at = np.random.default_rng(4), self.drawn(1)[0]
        for _ in range(STEPS):
            missing -= set(enumerate(at.code))
            if not missing:
                return
            at = self.mutate(at, rng)
        place, value = min(missing)
        self.expect(False, f"{STEPS:,} mutations never gave the value {value} at place {place} of the code")

    def _common(self) -> set[tuple[int, int]]:
        """Returns the pairs of place and value in the samples that are not rare."""
        drawn = self.drawn(4 * self.samples)
        met = Counter(pair for architecture in drawn for pair in enumerate(architecture.code))
        return {pair for pair, count in met.items() if count >= COMMON * len(drawn)}
