"""The module hash: equal for isomorphic cells, and the key of every record of the dataset."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from nasplug_nasbench101 import edges as bitmask

INPUT_LABEL, OUTPUT_LABEL = -1, -2
_MEMBERS = tuple(tuple(v for v in range(bitmask.VERTICES) if mask >> v & 1) for mask in range(1 << bitmask.VERTICES))


def digest(text: str) -> str:
    """Returns the MD5 of a text in hexadecimal."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=1 << 8)
def first_digest(out_degree: int, in_degree: int, label: int) -> str:
    """Returns a vertex's digest before the first round."""
    return digest(str((out_degree, in_degree, label)))


def module_hash(matrix: Sequence[Sequence[int]], labels: Sequence[int]) -> str:
    """Returns the hash of a *pruned* cell, 32 hexadecimal digits.

    `matrix` is `[n, n]` upper triangular, `labels` is `[n]`: −1 input, −2 output, 0 conv3×3, 1 conv1×1, 2 maxpool3×3.
    As in google-research/nasbench: one digest a vertex, n rounds that mix in the neighbours' digests.
    """
    after = tuple(tuple(v for v, edge in enumerate(row) if edge) for row in matrix)
    return hash_of_graph(after, tuple(labels))


def hash_of_edges(edges: int, ops: Sequence[int]) -> str:
    """Returns the same for a valid specification, pruned or not: its 21 edges as an integer and its five operations."""
    keep = bitmask.kept(edges)
    vertices = _MEMBERS[keep]
    place = {v: i for i, v in enumerate(vertices)}
    after = [tuple([place[w] for w in _MEMBERS[bitmask.successors(edges, v) & keep]]) for v in vertices[:-1]]
    labels = (INPUT_LABEL, *[ops[v - 1] for v in vertices[1:-1]], OUTPUT_LABEL)
    return hash_of_graph((*after, ()), labels)


@lru_cache(maxsize=1 << 16)
def hash_of_graph(after: tuple[tuple[int, ...], ...], labels: tuple[int, ...]) -> str:
    """Returns the hash of a pruned cell given by each vertex's successors; many specifications prune to the same."""
    n = len(labels)
    before: list[list[int]] = [[] for _ in range(n)]
    for u, targets in enumerate(after):
        for v in targets:
            before[v].append(u)
    state = [first_digest(len(after[v]), len(before[v]), int(labels[v])) for v in range(n)]
    around = list(zip(before, after, strict=True))
    for _ in range(n):
        one = state.__getitem__
        texts = [
            f"{''.join(sorted(map(one, sources)))}|{''.join(sorted(map(one, targets)))}|{own}"
            for (sources, targets), own in zip(around, state, strict=True)
        ]
        state = [digest(text) for text in texts]
    return digest(str(sorted(state)))
