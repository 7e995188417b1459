"""Scalars of structure, counted by hand and against brute force over paths."""

from collections import Counter
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, padded
from nasplug_strategies.predictor.graphs.structural_features import structure


def random_graphs(seed, n=6, v=5, f=3):
    g = torch.Generator().manual_seed(seed)
    A = torch.triu(torch.rand(n, v, v, generator=g) < 0.5, 1)
    x = torch.eye(f)[torch.randint(f, (n, v), generator=g)]
    return Graphs(x, A, torch.ones(n, v, dtype=torch.bool))


def paths_of(A):
    v = len(A)
    sources = [i for i in range(v) if not A[:, i].any()]
    paths_to_sinks, open_ = [], [[s] for s in sources]
    while open_:
        path = open_.pop()
        successors = A[path[-1]].nonzero().flatten().tolist()
        open_ += [[*path, j] for j in successors]
        if not successors:
            paths_to_sinks.append(path)
    return paths_to_sinks


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_against_all_paths(seed):
    graphs = random_graphs(seed)
    blocks = structure(graphs, 5)
    ops = graphs.x.argmax(2)
    for i, A in enumerate(graphs.adjacency):
        paths = paths_of(A)
        counts = torch.tensor([[sum(int(ops[i, v]) == op for v in path) for op in range(3)] for path in paths]).float()
        assert blocks["path_visits"][i].tolist() == pytest.approx(counts.mean(0).tolist(), abs=1e-4)
        assert blocks["on_one_path"][i].tolist() == [*counts.amax(0).tolist(), *counts.amin(0).tolist()]
        lengths = Counter(len(path) - 1 for path in paths)
        assert torch.expm1(blocks["lengths"][i]).round().tolist() == [lengths.get(k, 0) for k in range(5)]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_order_of_nodes_does_not_matter(seed):
    graphs = random_graphs(seed)
    order = torch.randperm(5, generator=torch.Generator().manual_seed(seed))
    turned = Graphs(graphs.x[:, order], graphs.adjacency[:, order][:, :, order], graphs.mask)
    for name, block in structure(turned, 5).items():
        assert torch.allclose(block, structure(graphs, 5)[name], atol=1e-4), name


def test_a_larger_graph_has_the_columns_of_the_smaller_ones():
    graphs = random_graphs(1, v=7)
    whole, cut = structure(graphs, 7), structure(graphs, 4)
    assert cut["depth"].tolist() == whole["depth"].view(6, 3, 8)[:, :, :5].flatten(1).tolist()
    for name in ("lengths", "path_length", "forward_length", "backward_length"):
        assert cut[name].tolist() == whole[name][:, :4].tolist()


def test_padding_adds_nothing_but_columns():
    graphs = random_graphs(1)
    for name, block in structure(padded(graphs, 7), 7).items():
        assert block.abs().sum().item() == pytest.approx(structure(graphs, 5)[name].abs().sum().item(), rel=1e-5), name


@pytest.mark.parametrize(("v", "edges"), [*product([1, 2, 6], ["none", "all", "cycle"]), (140, "all"), (22, "both")])
def test_always_finite(v, edges):
    A = torch.zeros(1, v, v, dtype=torch.bool)
    if edges == "all":
        A = torch.triu(torch.ones(1, v, v), 1).bool()
    if edges == "both":
        A = ~torch.eye(v).bool()[None]
    if edges == "cycle":
        A[0, torch.arange(v), (torch.arange(v) + 1) % v] = v > 1
    blocks = structure(Graphs(torch.ones(1, v, 2), A, torch.ones(1, v).bool()), v)
    assert all(bool(torch.isfinite(block.square()).all()) for block in blocks.values())
