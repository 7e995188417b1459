"""Module hashes of many cells at once: everything but MD5 itself is done on arrays."""

import hashlib
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture
from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.hashing import INPUT_LABEL, OUTPUT_LABEL, digest, first_digest

Bytes = NDArray[np.uint8]
_CHUNK = 1 << 14  # cells at a time: bounds the memory
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint8).reshape(256, 2)
_BAR = np.frombuffer(b"|", np.uint8)


def module_hashes(codes: Bytes) -> NDArray[np.str_]:
    """Returns the module hashes of codes `[n, 26]`, pruned or not, as `[n]` texts of 32 digits.

    Equal to `Cell.module_hash` of each. Raises `InvalidArchitecture` where a cell has no path from input to output.
    """
    edges = bitmask.from_codes(codes)
    keep = bitmask.kept(edges)
    if not keep.all():
        raise InvalidArchitecture(f"cell {int(np.argmin(keep))} has no path from its input to its output")
    matrices = bitmask.to_matrices(bitmask.pruned(edges, keep))
    labels = np.pad(codes[:, bitmask.SLOTS :].astype(np.int64), ((0, 0), (1, 1)))
    labels[:, 0], labels[:, -1] = INPUT_LABEL, OUTPUT_LABEL
    hashes = np.empty(len(codes), "U32")
    for mask in np.unique(keep):
        vertices = [v for v in range(bitmask.VERTICES) if mask >> v & 1]
        chosen = np.flatnonzero(keep == mask)
        for part in np.split(chosen, range(_CHUNK, len(chosen), _CHUNK)):
            hashes[part] = _hashes(matrices[part][:, vertices][:, :, vertices], labels[part][:, vertices])
    return hashes


def _hashes(matrices: Bytes, labels: NDArray[np.int64]) -> list[str]:
    """Returns the hashes of `[n]` pruned cells with equally many vertices v: `[n, v, v]`, `[n, v]`."""
    state = _first_state(np.stack([matrices.sum(axis=2, dtype=int), matrices.sum(axis=1, dtype=int), labels], axis=2))
    for _ in range(labels.shape[1]):
        state = _next_state(matrices, state)
    return [digest(str(sorted(row.hex(" ", 16).split()))) for row in map(bytes, state.reshape(len(state), -1))]


def _first_state(facts: NDArray[np.int64]) -> Bytes:
    """Returns MD5s `[n, v, 16]` of the vertices' degrees and labels `[n, v, 3]`."""
    values, inverse = np.unique(facts.reshape(-1, 3), axis=0, return_inverse=True)
    digests = b"".join(bytes.fromhex(first_digest(*row)) for row in values.tolist())
    return np.frombuffer(digests, np.uint8).reshape(-1, 16)[inverse.ravel()].reshape(*facts.shape[:2], 16)


def _next_state(matrices: Bytes, state: Bytes) -> Bytes:
    """Returns the vertices' MD5s `[n, v, 16]` after one more round of mixing in their neighbours'."""
    n, v = state.shape[:2]
    order = np.ascontiguousarray(state[:, :, :8]).view(">u8")[:, None, :, 0].astype(np.uint64)  # sorts as the texts do
    before = _neighbours(matrices.transpose(0, 2, 1), order)  # [n·v, v], nodes numbered through all cells
    after = _neighbours(matrices, order)
    incoming, outgoing = matrices.sum(axis=1).ravel(), matrices.sum(axis=2).ravel()
    text = _HEX[state].reshape(n * v, 32)
    result = np.empty((n * v, 16), np.uint8)
    for a, b in product(range(v), repeat=2):
        nodes = np.flatnonzero((incoming == a) & (outgoing == b))
        if len(nodes):
            around = [text[ends[nodes, :k]].reshape(len(nodes), 32 * k) for ends, k in ((before, a), (after, b))]
            bar = np.broadcast_to(_BAR, (len(nodes), 1))
            result[nodes] = _md5(np.concatenate([around[0], bar, around[1], bar, text[nodes]], axis=1))
    return result.reshape(n, v, 16)


def _neighbours(matrices: Bytes, order: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Returns each node's neighbours in the order of their MD5s, `[n·v, v]`; what follows the last is void."""
    n, v, _ = matrices.shape
    places = np.argsort(np.where(matrices, order, np.iinfo(np.uint64).max), axis=2)  # [n, v, v]
    nodes: NDArray[np.int64] = (places + np.arange(n)[:, None, None] * v).reshape(n * v, v)
    return nodes


def _md5(messages: Bytes) -> Bytes:
    """Returns the MD5 of each row of `[n, length]`, `[n, 16]`."""
    length, content = messages.shape[1], messages.tobytes()
    starts = range(0, len(content), length)
    digests = [hashlib.md5(content[i : i + length], usedforsecurity=False).digest() for i in starts]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 16)
