"""The graph encoding: one call on many cells equals many calls, and a cell done by hand."""

import numpy as np
import pytest
import torch
from nasplug_nasbench101.graph import FEATURES, encode, to_array
from nasplug_nasbench101.sampling import sample

from nasplug.errors import InvalidArchitecture


def test_a_pruned_chain_by_hand() -> None:
    chain = [0, 1, 0, 1, 0, 0, *[0] * 5, 0, 0, 0, 1, *[0] * 6]  # 0→2, 2→6, and 0→4 that leads nowhere
    batch = encode(to_array([(*chain, 0, 2, 0, 1, 0)]))
    assert batch.x.tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]  # input, maxpool3x3, output
    assert batch.edge_index.tolist() == [[0, 1], [1, 2]]
    assert batch.batch.tolist() == [0, 0, 0]
    assert batch.x.dtype == torch.float32
    assert batch.edge_index.dtype == batch.batch.dtype == torch.int64


def test_many_are_the_concatenation_of_single_ones() -> None:
    rng = np.random.default_rng(0)
    codes = [sample(rng).code for _ in range(200)]
    batch = encode(to_array(codes))
    assert batch.num_graphs == 200
    singles = [encode(to_array([code])) for code in codes]
    sizes = [single.num_nodes for single in singles]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    edges = [s.edge_index + int(offset) for s, offset in zip(singles, offsets, strict=True)]
    assert torch.equal(batch.x, torch.cat([single.x for single in singles]))
    assert torch.equal(batch.edge_index, torch.cat(edges, dim=1))
    assert torch.equal(batch.batch, torch.repeat_interleave(torch.arange(200), torch.tensor(sizes)))


def test_graphs_can_be_taken_out_of_the_batch_again() -> None:
    rng = np.random.default_rng(1)
    codes = [sample(rng).code for _ in range(5)]
    batch = encode(to_array(codes))
    single = encode(to_array([codes[3]]))
    assert batch.ptr[3].item() + single.num_nodes == batch.ptr[4].item()


@pytest.mark.parametrize("code", [(0,) * 25, (2,) * 26, (0,) * 21 + (3,) * 5, (-1,) + (0,) * 25, (300,) + (0,) * 25])
def test_what_is_no_code_is_refused(code: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArchitecture, match="of nasbench101|nasbench101 code"):
        to_array([code])


def test_a_cell_without_a_path_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="Cell 1 has no path"):
        encode(to_array([(0, 0, 0, 0, 0, 1) + (0,) * 20, (0,) * 26]))


def test_operations_are_one_hot_in_the_order_of_the_paper() -> None:
    chain = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]  # 0→1→2→3→6
    batch = encode(to_array([(*chain, 0, 1, 2, 0, 0)]))
    assert [FEATURES[column] for column in batch.x.argmax(1)] == ["input", "conv3x3", "conv1x1", "maxpool3x3", "output"]
