"""The module hash of google-research/nasbench: equal for isomorphic cells, and the key of the dataset's records.

Every vertex of the pruned cell starts with a digest of its degrees and its label. In each of n rounds it gets a new
one, made of its own and its neighbours' digests. The hash is the digest of the sorted last digests of all n vertices.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import bitmask

INPUT_LABEL, OUTPUT_LABEL = -1, -2  # interior labels are operations: 0 conv3×3, 1 conv1×1, 2 maxpool3×3


def module_hash(matrix: Sequence[Sequence[int]], labels: Sequence[int]) -> str:
    """Returns the hash of a *pruned* cell, 32 hexadecimal digits, given its matrix `[n, n]` and its labels `[n]`."""
    successors = tuple(tuple(v for v, edge in enumerate(row) if edge) for row in matrix)
    return hash_of_graph(successors, tuple(labels))


def module_hashes(codes: NDArray[np.uint8]) -> list[str]:
    """Returns the hashes of codes `[n, 26]`; raises `InvalidArchitecture` where a cell has no path to its output."""
    edges, _ = bitmask.prune_codes(codes)
    return list(map(hash_of_edges, edges.tolist(), codes[:, bitmask.SLOTS :].tolist()))


def hash_of_edges(edges: int, ops: Sequence[int]) -> str:
    """Returns the hash of a valid cell, pruned or not, given its 21 edges as an integer and its five operations."""
    kept = bitmask.kept_vertices(edges)
    vertices = bitmask.VERTICES_OF[kept]
    place = {v: i for i, v in enumerate(vertices)}
    successors = [
        tuple([place[w] for w in bitmask.VERTICES_OF[bitmask.successors(edges, v) & kept]]) for v in vertices[:-1]
    ]
    labels = (INPUT_LABEL, *[ops[v - 1] for v in vertices[1:-1]], OUTPUT_LABEL)
    return hash_of_graph((*successors, ()), labels)


@lru_cache(maxsize=1 << 16)  # many cells prune to the same graph
def hash_of_graph(successors: tuple[tuple[int, ...], ...], labels: tuple[int, ...]) -> str:
    """Returns the hash of a *pruned* cell, given the successors `[n]` and the labels `[n]` of its vertices."""
    n = len(labels)
    predecessors = [[u for u in range(n) if v in successors[u]] for v in range(n)]
    digests = [first_digest(len(successors[v]), len(predecessors[v]), int(labels[v])) for v in range(n)]
    for _ in range(n):
        digest_of = digests.__getitem__
        digests = [
            md5(f"{''.join(sorted(map(digest_of, before)))}|{''.join(sorted(map(digest_of, after)))}|{own}")
            for before, after, own in zip(predecessors, successors, digests, strict=True)
        ]
    return md5(str(sorted(digests)))


@lru_cache(maxsize=1 << 8)
def first_digest(out_degree: int, in_degree: int, label: int) -> str:
    """Returns a vertex's digest before the first round."""
    return md5(str((out_degree, in_degree, label)))


def md5(text: str) -> str:
    """Returns the MD5 of a text in hexadecimal."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
