"""Random cells and random neighbours, drawn as integers: `sample` and `mutate` of the space."""

from typing import NamedTuple

import numpy as np

from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.enumeration import INTERIOR, LABELLINGS
from nasplug_nasbench101.lookup import lookup, parse

_CHILDREN = 8  # drawn at a time: most are valid
_ALL_EDGES = (1 << bitmask.SLOTS) - 1
_OPS = list(map(tuple, LABELLINGS.tolist()))


class Spec(NamedTuple):
    """An unpruned 7×7 cell: its 21 edges as an integer (see `bitmask`) and its five operations."""

    edges: int
    ops: tuple[int, ...]

    @classmethod
    def from_code(cls, code: tuple[int, ...]) -> "Spec":
        """Returns the cell of a valid architecture's 26 integers."""
        edges, labelling = parse(code)
        return cls(edges, _OPS[labelling])

    @property
    def code(self) -> tuple[int, ...]:
        """The 26 integers of an architecture."""
        return bitmask.to_bits(self.edges) + self.ops


def sample(rng: np.random.Generator) -> Spec:
    """Returns a valid cell: every edge with probability ½, operations uniform, drawn again until it is valid.

    This is the distribution of `random_spec` in NASBench.ipynb of google-research/nasbench; all labellings are equally
    likely to within 10⁻⁷.
    """
    is_valid = lookup().is_valid
    while True:
        bits = int(rng.random() * (1 << 53))  # what numpy draws fastest: 21 bits for edges, 32 for the labelling
        if is_valid(edges := bits & _ALL_EDGES):
            return Spec(edges, _OPS[(bits >> bitmask.SLOTS) % len(_OPS)])


def mutate(parent: Spec, rng: np.random.Generator, edge_probability: float, op_probability: float) -> Spec:
    """Returns a valid neighbour of a valid cell: each edge may flip, each operation may become another, independently.

    Children are drawn from the parent until one is valid and differs from it (arXiv 1912.00848, supplement). The paper
    has the probabilities 1/14 for an edge and 1/10 for an operation.
    """
    probabilities = np.repeat([edge_probability, op_probability], [bitmask.SLOTS, INTERIOR])
    is_valid = lookup().is_valid
    while True:
        changes = (rng.random((_CHILDREN, len(probabilities))) < probabilities).astype(np.int64)
        flips = bitmask.from_codes(changes)
        steps = changes[:, bitmask.SLOTS :] * rng.integers(1, 3, size=(_CHILDREN, INTERIOR))
        for flip, step in zip(flips.tolist(), steps.tolist(), strict=True):
            edges = parent.edges ^ flip
            if (flip or any(step)) and is_valid(edges):
                return Spec(edges, tuple((op + by) % 3 for op, by in zip(parent.ops, step, strict=True)))
