"""What the MLP and the CNN of the ablation share: the graph as a table, its nodes in a new random order every epoch."""

from collections.abc import Sequence

import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs import Graphs


def tables(graphs: Graphs) -> tuple[Tensor, ...]:
    """Returns what the ablation's networks read: operations `[n, v, f]` and adjacency `[n, v, v]`, float32."""
    return graphs.x, graphs.adjacency.float()


def permute(rows: Sequence[Tensor], generator: torch.Generator) -> list[Tensor]:
    """Returns the tables of `rows` (x, A) with the nodes of every graph in a random order of its own.

    "Online" augmentation of the paper's supplementary material: called anew for each epoch of a fit
    and for each pass of a prediction. Padding is permuted with the nodes.
    """
    x, A = rows
    r, v = x.shape[:2]
    order = torch.rand(r, v, generator=generator).argsort(1).to(x.device)  # [r, v]
    x = x.gather(1, order[:, :, None].expand_as(x))
    A = A.gather(1, order[:, :, None].expand(r, v, v)).gather(2, order[:, None, :].expand(r, v, v))
    return [x, A]
