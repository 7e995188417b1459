"""Which of the 423,624 cells a code is, by table look-ups: no graphs are compared, and none is hashed.

A code, pruned or not, is two numbers: its 21 edges (see `bitmask`) and its labelling (see `enumeration`).
`lookup_tables` makes the tables that turn these numbers into a *row*: the cell's place in `all_codes()`.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache
from operator import mul

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cache import cached_bytes
from nasplug_nasbench101.cell import Cell, check_code
from nasplug_nasbench101.enumeration import CELLS, LABELLINGS, PLACE_VALUES, all_codes
from nasplug_nasbench101.hashing import hash_of_edges, module_hashes
from nasplug_nasbench101.lookup_tables import ARRANGEMENT_BITS, EDGE_SETS, build_tables, relabellings

SHA256 = "51ff7edc8eb71197d89a8a70dec4d74a73622aa54a181faacb2da853eee8408c"  # of the tables as bytes
HASHES_SHA256 = "1f4a7db984f8bb44da50e51b6c7e830bd26a761a39d60997ef500b7610ef0449"  # of all module hashes


@attrs.frozen(eq=False)
class Lookup:
    """The tables of `lookup_tables`, as memory views, which answer for one cell within 0.1 µs.

    Attributes:
        graphs: by edges, class · 512 + arrangement; −1 where the edges are invalid, `[2²¹]`
        relabellings: by arrangement and labelling, the labelling of the class's first graph, `[326][243]`
        rows: by class · 243 + labelling, the cell's place in `all_codes()`, `[classes · 243]`
        codes: `all_codes()`, `[423624, 26]`
    """

    graphs: memoryview
    relabellings: list[bytes]
    rows: memoryview
    codes: NDArray[np.uint8]

    def is_valid(self, edges: int) -> bool:
        """Returns what `bitmask.is_valid` returns, some 50 times faster."""
        return bool(self.graphs[edges] >= 0)

    def row_of(self, edges: int, labelling: int) -> int:
        """Returns the row of a cell, pruned or not; −1 where it is invalid."""
        graph = self.graphs[edges]
        if graph < 0:
            return -1
        first_labelling = self.relabellings[graph % (1 << ARRANGEMENT_BITS)][labelling]
        row: int = self.rows[(graph >> ARRANGEMENT_BITS) * len(LABELLINGS) + first_labelling]
        return row


@lru_cache(maxsize=1)
def lookup() -> Lookup:
    """Returns the tables: read from the cache folder in 20 ms, or built in about a second."""
    numbers = cached_bytes("nasbench101_lookup.bin", build_tables, SHA256).view(np.int32)
    return Lookup(numbers[:EDGE_SETS].data, relabellings(), numbers[EDGE_SETS:].data, all_codes())


@lru_cache(maxsize=1 << 16)
def row_of_code(code: tuple[int, ...]) -> int:
    """Returns the row in `all_codes()` of an architecture's code; raises `InvalidArchitecture` for any other."""
    edges, labelling = parse(code)
    row = lookup().row_of(edges, labelling)
    if row < 0:
        raise InvalidArchitecture(
            f"{','.join(map(str, code))} is no cell of nasbench101: a path must lead from input to output, and "
            f"pruning must leave at most {bitmask.MAX_EDGES} edges"
        )
    return row


def representative(cell: Cell) -> Cell:
    """Returns the isomorph of a valid cell that the dataset trained, pruned; see `enumeration`."""
    return Cell.from_code(lookup().codes[row_of_code(cell.prune().code)].tolist()).prune()


def hash_of_code(code: tuple[int, ...]) -> str:
    """Returns the module hash of a valid architecture's code; isomorphic cells are hashed once."""
    return hash_of_row(row_of_code(code))


@lru_cache(maxsize=1 << 19)  # room for the whole space
def hash_of_row(row: int) -> str:
    """Returns the module hash of a row of `all_codes()`."""
    code = lookup().codes[row].tolist()
    return hash_of_edges(bitmask.from_bits(code[: bitmask.SLOTS]), code[bitmask.SLOTS :])


def all_hashes() -> NDArray[np.uint8]:
    """Returns the module hashes of `all_codes()` as bytes `[423624, 16]`, from the cache folder or in 40 s."""

    def hash_all() -> NDArray[np.uint8]:
        print(f"Hashing all {CELLS:,} cells, only this once", file=sys.stderr)
        return np.frombuffer(bytes.fromhex("".join(module_hashes(all_codes()))), np.uint8)

    return cached_bytes("nasbench101_hashes.bin", hash_all, HASHES_SHA256).reshape(-1, 16)


def parse(code: Sequence[int]) -> tuple[int, int]:
    """Returns the edges and the labelling of a code; raises `InvalidArchitecture` where it cannot be one."""
    check_code(code)
    labelling = sum(map(mul, code[bitmask.SLOTS :], PLACE_VALUES.tolist()))
    return bitmask.from_bits(code[: bitmask.SLOTS]), labelling
