"""Which of the 423,624 cells a specification is, by three look-ups: no graph is compared once the tables are there."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture
from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.cache import cache_folder, cached_bytes
from nasplug_nasbench101.cell import CODE_LENGTH, check_code
from nasplug_nasbench101.enumeration import INTERIOR, LABELINGS, PLACES, all_codes, isomorphism_classes
from nasplug_nasbench101.hashing import hash_of_edges

SHA256 = "51ff7edc8eb71197d89a8a70dec4d74a73622aa54a181faacb2da853eee8408c"  # of the tables as bytes
HASHES = "nasbench101_hashes.bin"
HASHES_SHA256 = "1f4a7db984f8bb44da50e51b6c7e830bd26a761a39d60997ef500b7610ef0449"  # of all module hashes
SPECIFICATIONS = 1 << bitmask.SLOTS
SELECTIONS = [chosen for k in range(INTERIOR + 1) for chosen in permutations(range(1, INTERIOR + 1), k)]
_BITS = 9  # of a selection's number
_DIGITS = bytes(ord("012"[v]) if v < 3 else ord("x") for v in range(256))
Numbers = NDArray[np.int32]


@attrs.frozen(eq=False)
class Lookup:
    """The tables. `graph` of the edges 0 … 2²¹ − 1 is −1 where they are invalid, else class number · 512 + selection.

    A selection names the vertices that are left, in the order in which they become the first member of their class;
    `labeling` `[326, 243]` is how it reorders the five operations; `row` `[classes, 243]` is a cell's place in
    `all_codes()`. Memory views answer for one cell within 0.1 µs.
    """

    graph: memoryview
    labeling: list[bytes]
    row: memoryview
    codes: NDArray[np.uint8]

    def is_valid(self, edges: int) -> bool:
        """Returns `edges.is_valid(edges)`, some 50 times faster."""
        return bool(self.graph[edges] >= 0)

    def row_of(self, edges: int, labeling: int) -> int:
        """Returns the row of a specification, pruned or not, −1 where it is invalid; `labeling` indexes `LABELINGS`."""
        graph = self.graph[edges]
        if graph < 0:
            return -1
        place = (graph >> _BITS) * len(LABELINGS) + self.labeling[graph & (1 << _BITS) - 1][labeling]
        row: int = self.row[place]
        return row

    def rows_of(self, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Returns the rows of codes `[n, 26]`, −1 for invalid ones."""
        graph = np.asarray(self.graph)[bitmask.from_codes(codes)]
        known = np.maximum(graph, 0)
        labeling = np.frombuffer(b"".join(self.labeling), np.uint8).reshape(-1, len(LABELINGS))
        chosen = labeling[known & (1 << _BITS) - 1, codes[:, bitmask.SLOTS :] @ PLACES]
        rows = np.asarray(self.row).reshape(-1, len(LABELINGS))[known >> _BITS, chosen]
        return np.where(graph < 0, -1, rows).astype(np.int64)


@lru_cache(maxsize=1)
def lookup() -> Lookup:
    """Returns the tables: from the cache folder within 20 ms, else made within about a second."""
    numbers = cached_bytes("nasbench101_lookup.bin", _tables, SHA256).view(np.int32)
    return Lookup(numbers[:SPECIFICATIONS].data, _labelings(), numbers[SPECIFICATIONS:].data, all_codes())


@lru_cache(maxsize=1 << 16)
def row_of_code(code: tuple[int, ...]) -> int:
    """Returns the row in `all_codes()` of an architecture's 26 integers; raises `InvalidArchitecture` for others."""
    edges, labeling = parse(code)
    row = lookup().row_of(edges, labeling)
    if row < 0:
        raise InvalidArchitecture(
            f"{','.join(map(str, code))} is no cell of nasbench101: input and output must be joined by a path, and "
            f"pruning must leave at most {bitmask.MAX_EDGES} edges"
        )
    return row


def hash_of_code(code: tuple[int, ...]) -> str:
    """Returns the module hash of a valid architecture's 26 integers; equal cells are hashed once."""
    return hash_of_row(row_of_code(code))


@lru_cache(maxsize=1 << 19)  # room for the whole space
def hash_of_row(row: int) -> str:
    """Returns the module hash of a row of `all_codes()`."""
    code = lookup().codes[row].tolist()
    return hash_of_edges(bitmask.from_bits(code[: bitmask.SLOTS]), code[bitmask.SLOTS :])


def all_hashes() -> NDArray[np.uint8]:
    """Returns the module hashes of `all_codes()` as bytes `[423624, 16]`; their first making takes half a minute."""
    from nasplug_nasbench101.bulk_hashing import module_hashes

    def make() -> NDArray[np.uint8]:
        return np.frombuffer(bytes.fromhex("".join(module_hashes(all_codes()))), np.uint8)

    return cached_bytes(HASHES, make, HASHES_SHA256).reshape(-1, 16)


def hashes_are_kept() -> bool:
    """Returns whether `all_hashes` finds a file in the cache folder."""
    return (cache_folder() / HASHES).is_file()


def parse(code: Sequence[int]) -> tuple[int, int]:
    """Returns a code's edges as an integer and its operations as an index; raises `InvalidArchitecture`."""
    try:  # digits are read by int() itself, which refuses what is not one
        edges = int(bytes(code[bitmask.SLOTS - 1 :: -1]).translate(_DIGITS), 2)
        labeling = int(bytes(code[bitmask.SLOTS :]).translate(_DIGITS), 3)
    except (ValueError, TypeError):
        edges = -1
    if edges < 0 or len(code) != CODE_LENGTH:
        check_code(code)
        raise InvalidArchitecture(f"a nasbench101 code is 26 integers, got {code}")
    return edges, labeling


def _labelings() -> list[bytes]:
    """Returns, for each of the 326 selections, the index of the reordered operations by that of all five."""
    columns = [LABELINGS[:, [v - 1 for v in chosen]] @ PLACES[: len(chosen)] for chosen in SELECTIONS]
    return [column.astype(np.uint8).tobytes() for column in columns]


def _tables() -> NDArray[np.uint8]:
    """Returns `graph` `[2²¹]` and `row` `[classes, 243]` of a `Lookup`, int32, one after the other, as bytes."""
    whole = np.full((SPECIFICATIONS, 3), -1, np.int32)  # of edges in front: class, size, order
    orders: dict[int, list[tuple[int, ...]]] = {}
    rows: list[Numbers] = []
    graphs = cells = 0
    for size in range(2, bitmask.VERTICES + 1):
        classes = isomorphism_classes(size)
        orders[size] = classes.orders
        edges = bitmask.from_matrices(classes.matrices)
        whole[edges] = np.stack([graphs + classes.graph, np.full(len(edges), size), classes.order], axis=1)
        number = np.cumsum(classes.is_first).reshape(classes.is_first.shape) - 1
        rows.append((cells + np.take_along_axis(number, classes.first, axis=1)).astype(np.int32))
        graphs, cells = graphs + len(classes.chosen), cells + int(classes.is_first.sum())
    return np.concatenate([_graphs(whole, orders), np.concatenate(rows).ravel()]).view(np.uint8)


def _graphs(whole: Numbers, orders: dict[int, list[tuple[int, ...]]]) -> Numbers:
    """Returns the table `graph`, given class, size and order of those edges that pruning leaves in front."""
    number = {chosen: i for i, chosen in enumerate(SELECTIONS)}
    edges = np.arange(SPECIFICATIONS, dtype=np.int64)
    keep = bitmask.kept(edges)
    left = bitmask.pruned(edges, keep)
    graph = np.full(SPECIFICATIONS, -1, np.int32)
    for mask in np.unique(keep[keep > 0]).tolist():
        vertices = [v for v in range(bitmask.VERTICES) if mask >> v & 1]
        members = np.flatnonzero(keep == mask)
        front = whole[_to_front(left[members], vertices)]
        selections = [
            number[tuple(vertices[v] for v in order[1 : len(vertices) - 1])] for order in orders[len(vertices)]
        ]
        found = front[:, 0] << _BITS | np.array(selections, np.int32)[front[:, 2]]
        graph[members] = np.where(front[:, 0] < 0, -1, found)  # not there: more than 9 edges
    return graph


def _to_front(edges: NDArray[np.int64], vertices: list[int]) -> NDArray[np.int64]:
    """Returns edges between `vertices` alone as edges of 0, 1 … and the output."""
    place = {v: i for i, v in enumerate(vertices[:-1])} | {bitmask.OUTPUT: bitmask.OUTPUT}
    slots = {
        (u, v): slot for slot, (u, v) in enumerate(zip(bitmask.ROWS.tolist(), bitmask.COLUMNS.tolist(), strict=True))
    }
    moved = np.zeros_like(edges)
    for (u, v), slot in slots.items():
        if u in place and v in place:
            moved |= (edges >> slot & 1) << slots[place[u], place[v]]
    return moved
