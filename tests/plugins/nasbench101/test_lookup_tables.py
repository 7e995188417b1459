"""The tables by which a code's cell is found, against pruning and reordering done vertex by vertex."""

from math import comb, factorial

import numpy as np
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.enumeration import LABELLINGS, PLACE_VALUES, isomorphism_classes
from nasplug_nasbench101.lookup import lookup
from nasplug_nasbench101.lookup_tables import (
    ARRANGEMENT_BITS,
    ARRANGEMENTS,
    EDGE_SETS,
    _moved_to_front,
    _table_by_edges,
    relabellings,
)


def test_arrangements_are_the_ordered_choices_of_interior_vertices():
    sizes = [len(arrangement) for arrangement in ARRANGEMENTS]
    assert [sizes.count(k) for k in range(6)] == [comb(5, k) * factorial(k) for k in range(6)]
    assert len(set(ARRANGEMENTS)) == len(ARRANGEMENTS) == 326 < 1 << ARRANGEMENT_BITS
    assert ARRANGEMENTS[0] == ()
    assert set(ARRANGEMENTS[-1]) == {1, 2, 3, 4, 5}
    assert EDGE_SETS == 2**21


def test_an_arrangement_takes_the_operations_of_its_vertices_to_the_front():
    labels = relabellings()
    assert len(labels) == 326
    assert {len(row) for row in labels} == {243}
    labelling = int(np.array([1, 0, 2, 2, 1]) @ PLACE_VALUES)  # operations of the vertices 1 to 5
    for arrangement, front in {(): [], (4, 2): [2, 0], (1, 2, 3, 4, 5): [1, 0, 2, 2, 1], (5,): [1]}.items():
        row = labels[ARRANGEMENTS.index(arrangement)]
        assert LABELLINGS[row[labelling]].tolist() == front + [0] * (5 - len(front))


def test_kept_vertices_are_moved_to_the_front_with_their_edges():
    matrices = np.zeros((2, 7, 7), np.uint8)
    matrices[0, [0, 2, 4], [2, 4, 6]] = 1  # 0→2→4→6
    matrices[1, [0, 0, 2], [4, 2, 6]] = 1
    matrices[1, 4, 6] = 1
    moved = bitmask.to_matrices(_moved_to_front(bitmask.from_matrices(matrices), (0, 2, 4, 6)))
    assert np.argwhere(moved[0]).tolist() == [[0, 1], [1, 2], [2, 6]]
    assert np.argwhere(moved[1]).tolist() == [[0, 1], [0, 2], [1, 6], [2, 6]]


def test_edges_without_a_path_or_with_too_many_edges_have_no_entry():
    graphs = lookup().graphs
    assert graphs[0] == graphs[(1 << 21) - 1] == -1
    one_path = bitmask.from_bits([0, 0, 0, 0, 0, 1] + [0] * 15)  # input → output
    assert graphs[one_path] == 0  # the first class, and the arrangement of no vertex


def test_a_small_table_has_class_and_arrangement_of_the_graph_that_pruning_leaves():
    classes = isomorphism_classes(3)  # input, one vertex, output
    pruned = np.full((EDGE_SETS, 2), -1, np.int32)
    edges = bitmask.from_matrices(classes.matrices)
    pruned[edges, 0], pruned[edges, 1] = 5 + classes.graph_class, classes.first_order
    orders = {size: isomorphism_classes(size).orders for size in range(2, 8)}
    table = _table_by_edges(pruned, orders)
    matrix = np.zeros((1, 7, 7), np.uint8)
    matrix[0, [0, 4, 1, 0], [4, 6, 2, 5]] = 1  # vertex 4 alone is on a path
    entry = int(table[bitmask.from_matrices(matrix)[0]])
    chain = int(np.flatnonzero(edges == bitmask.from_bits([1, *[0] * 9, 1, *[0] * 10]))[0])
    assert entry >> ARRANGEMENT_BITS == 5 + classes.graph_class[chain]
    assert ARRANGEMENTS[entry % (1 << ARRANGEMENT_BITS)] == (4,)
    assert table[bitmask.from_bits([0, 0, 0, 0, 0, 1] + [0] * 15)] == -1  # of two vertices: not given a class
