"""Architectures for predictors and caches: the graph that a predictor reads, and the text that equal networks share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nasplug_proxyless.operations import LAYERS, OPERATIONS, ZERO, by_block

if TYPE_CHECKING:
    from torch_geometric.data import Batch


def canonical_text(code: Sequence[int]) -> str:
    """Returns the operations of each block without zeros: within a block it does not matter which layers are zero."""
    return "/".join(",".join(str(op) for _, op in layers if op != ZERO) for layers in by_block(code))


def encode_chain(codes: Sequence[Sequence[int]]) -> "Batch":
    """Returns `n` codes as one batch of chains, each of 22 nodes with one-hot operations.

    `x` is float32 `[22·n, 7]`, `edge_index` int64 `[2, 21·n]`, `batch` int64 `[22·n]`.
    """
    import torch
    from torch_geometric.data import Batch, Data

    n, nodes = len(codes), len(LAYERS)
    index = np.asarray(codes, dtype=np.int64).reshape(n * nodes)
    start = (np.arange(n)[:, None] * nodes + np.arange(nodes - 1)).reshape(-1)  # [21·n]
    batch = Batch(_base_cls=Data)
    batch.x = torch.from_numpy(np.eye(OPERATIONS, dtype=np.float32)[index])
    batch.edge_index = torch.from_numpy(np.stack([start, start + 1]).astype(np.int64))
    batch.batch = torch.arange(n).repeat_interleave(nodes)
    batch.ptr = torch.arange(n + 1) * nodes
    batch._num_graphs = n
    batch._slice_dict = {"x": batch.ptr, "edge_index": torch.arange(n + 1) * (nodes - 1)}
    batch._inc_dict = {"x": torch.zeros(n, dtype=torch.long), "edge_index": batch.ptr[:-1]}
    return batch
