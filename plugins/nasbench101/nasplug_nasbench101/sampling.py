"""Random cells and random neighbours, as integers: the two draws of every evolutionary search."""

from typing import NamedTuple

import numpy as np

from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.enumeration import LABELINGS
from nasplug_nasbench101.lookup import lookup, parse

OPS = bitmask.VERTICES - 2
_BLOCK = 8  # children drawn at a time: most are valid
_EDGES = (1 << bitmask.SLOTS) - 1
_OPS = list(map(tuple, LABELINGS.tolist()))


class Spec(NamedTuple):
    """An unpruned 7×7 specification: its 21 edges as an integer and its five operations."""

    edges: int
    ops: tuple[int, ...]

    @classmethod
    def from_code(cls, code: tuple[int, ...]) -> "Spec":
        """Returns the specification of an architecture's 26 integers, which must be a valid code."""
        edges, labeling = parse(code)
        return cls(edges, _OPS[labeling])

    @property
    def code(self) -> tuple[int, ...]:
        """The specification as the 26 integers of an architecture."""
        return bitmask.to_bits(self.edges) + self.ops


def sample(rng: np.random.Generator) -> Spec:
    """Returns a valid specification: 21 edges of probability ½ and uniform operations, rejected until valid.

    The law of google-research/nasbench's sampler (`random_spec` of its NASBench.ipynb), 243 labelings being equally
    likely to within 10⁻⁷.
    """
    is_valid = lookup().is_valid
    while True:
        bits = int(rng.random() * (1 << 53))  # what numpy draws fastest: 21 bits for edges, 32 for the labeling
        if is_valid(edges := bits & _EDGES):
            return Spec(edges, _OPS[(bits >> bitmask.SLOTS) % len(_OPS)])


def mutate(parent: Spec, rng: np.random.Generator, edge_probability: float, op_probability: float) -> Spec:
    """Returns a valid neighbour: every edge flips, and every operation changes to another one, independently.

    Drawn anew from the parent until it is valid and not the parent itself (arXiv 1912.00848, supplement: 1/14, 1/10).
    """
    limits = np.repeat([edge_probability, op_probability], [bitmask.SLOTS, OPS])
    is_valid = lookup().is_valid
    while True:
        changes = (rng.random((_BLOCK, len(limits))) < limits).astype(np.int64)
        flips = changes[:, : bitmask.SLOTS] @ _POWERS
        steps = changes[:, bitmask.SLOTS :] * rng.integers(1, 3, size=(_BLOCK, OPS))
        for flip, step in zip(flips.tolist(), steps.tolist(), strict=True):
            edges = parent.edges ^ flip
            if (flip or any(step)) and is_valid(edges):
                return Spec(edges, tuple((op + by) % 3 for op, by in zip(parent.ops, step, strict=True)))


_POWERS = np.array(bitmask.POWERS, np.int64)
