"""Cells as one batch of graphs, for predictors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cell import CODE_LENGTH

if TYPE_CHECKING:
    from torch_geometric.data import Batch

FEATURES = ("input", "conv1x1", "conv3x3", "maxpool3x3", "output")  # the one-hot order of arXiv 1912.00848
_FEATURE_OF_OP = np.array([2, 1, 3])


def to_array(codes: Sequence[tuple[int, ...]]) -> NDArray[np.uint8]:
    """Returns codes as one array `[n, 26]`; raises `InvalidArchitecture` where one cannot be a code."""
    try:
        array = np.frombuffer(b"".join(map(bytes, codes)), np.uint8).reshape(len(codes), CODE_LENGTH)
    except (ValueError, TypeError):
        raise InvalidArchitecture(f"Codes of nasbench101 are {CODE_LENGTH} small integers each") from None
    if (array[:, : bitmask.SLOTS] > 1).any() or (array[:, bitmask.SLOTS :] > 2).any():
        raise InvalidArchitecture("A nasbench101 code is 21 edge bits 0 or 1, then 5 operations 0, 1 or 2")
    return array


def encode(codes: NDArray[np.uint8]) -> "Batch":
    """Returns the pruned cells of codes `[n, 26]` as one batch, five one-hot features a vertex; see `prune_codes`."""
    import torch
    from torch_geometric.data import Batch

    edges, masks = bitmask.prune_codes(codes)
    present = (masks[:, None] >> np.arange(bitmask.VERTICES) & 1).astype(bool)  # [n, 7]
    sizes = present.sum(axis=1)
    node_of = np.cumsum(present).reshape(present.shape) - 1  # [n, 7], numbers through the whole batch
    tensors: dict[str, Any] = {
        "x": torch.from_numpy(_one_hot(codes, present)),
        "edge_index": torch.from_numpy(_edge_index(edges, node_of)),
        "batch": torch.from_numpy(np.repeat(np.arange(len(codes)), sizes)),
        "ptr": torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)])),
    }
    batch = Batch(**tensors)
    batch._num_graphs = len(codes)  # what Batch.from_data_list sets
    return batch


def _edge_index(edges: NDArray[np.int64], node_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns source and target nodes `[2, edges]`, given the node of each vertex `[n, 7]`."""
    graph, slot = np.nonzero((edges[:, None] >> np.arange(bitmask.SLOTS)) & 1)
    return np.stack([node_of[graph, bitmask.SOURCES[slot]], node_of[graph, bitmask.TARGETS[slot]]])


def _one_hot(codes: NDArray[np.uint8], present: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Returns the features `[nodes, 5]` of the vertices that are present."""
    feature = np.empty(present.shape, np.int64)  # [n, 7]
    feature[:, 0], feature[:, -1] = 0, len(FEATURES) - 1
    feature[:, 1:-1] = _FEATURE_OF_OP[codes[:, bitmask.SLOTS :]]
    return np.eye(len(FEATURES), dtype=np.float32)[feature[present]]
