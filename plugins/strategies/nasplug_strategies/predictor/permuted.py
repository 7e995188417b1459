"""What the MLP and the CNN of the ablation share: the graph as a table, its nodes in a new random order every epoch."""

from collections.abc import Callable

import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs import Graphs

Table = Callable[[Tensor, Tensor], Tensor]  # operations `[n, v, f]` and adjacency `[n, v, v]` to `[n, width]`


def permuted(graphs: Graphs, table: Table, generator: torch.Generator) -> Tensor:
    """Returns the `table` of graphs with the nodes of each in a random order of its own, padding among them.

    "Online" augmentation of the paper's supplementary material: called anew for each epoch of a fit
    and for each pass of a prediction.
    """
    x, A = graphs.x, graphs.adjacency.float()
    n, v = x.shape[:2]
    order = torch.rand(n, v, generator=generator).argsort(1).to(x.device)  # [n, v]
    entries = v * order[:, :, None] + order[:, None, :]  # [n, v, v], places in a flat matrix
    A = A.flatten(1).gather(1, entries.flatten(1)).view(n, v, v)
    return table(x.gather(1, order[:, :, None].expand_as(x)), A)
