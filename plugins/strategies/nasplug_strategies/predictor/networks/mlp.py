"""The MLP of the paper's ablation: operations of the nodes beside the adjacency matrix."""

from collections.abc import Sequence

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.dense_layers import DenseStep, dense_parameters, fully_connected
from nasplug_strategies.predictor.fitting.training_step import Operations, select_rows
from nasplug_strategies.predictor.network import Shape, TableNetwork
from nasplug_strategies.predictor.settings import Settings


class MLP(TableNetwork):
    """Fully-connected layers on features and adjacency of padded graphs (supplementary material, Fig. 1).

    The paper feeds the upper triangle of the adjacency matrix. A graph with permuted nodes has edges on both sides of
    the diagonal, so the triangle holds the edges of either direction with their sign.
    """

    def __init__(self, settings: Settings, shape: Shape, generator: torch.Generator) -> None:
        super().__init__(shape.nodes)
        inputs = shape.nodes * shape.features + shape.nodes * (shape.nodes - 1) // 2
        widths = [inputs, *[shape.size] * settings.layers, *settings.hidden, 1]
        self.dense, self.bias = dense_parameters(widths, settings.members, generator)

    @staticmethod
    def table(x: Tensor, A: Tensor) -> Tensor:
        """Returns rows `[n, v·f + v·(v − 1)/2]` of features `[n, v, f]` and adjacency matrices `[n, v, v]`."""
        v = A.shape[-1]
        row, column = torch.triu_indices(v, v, 1, device=A.device)
        signed = (A - A.transpose(1, 2)).flatten(1)  # +1: edge i → j, −1: edge j → i
        return torch.cat((x.flatten(1), signed.index_select(1, v * row + column)), 1)

    def forward(self, inputs: Sequence[Tensor], dropout: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of one table `[m, b, width]`."""
        return fully_connected(inputs[0], self.dense, self.bias, dropout)

    def training_step(self, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> "MLPStep":
        """Returns a step with written gradients; `benchmarks/predictor_gradients.py` measures what it saves."""
        return MLPStep(self, inputs, gradients, batch)


NETWORK = MLP


class MLPStep(DenseStep):
    """The training step of an MLP; see `TrainingStep`."""

    def __init__(self, network: MLP, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> None:
        (self.table,) = inputs
        self.rows = self.table.new_empty(network.members * batch, self.table.shape[1])
        parameters = [p.detach() for p in network.parameters()]
        super().__init__(self.rows.view(network.members, batch, -1), parameters, gradients)

    def forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.forward`."""
        return [select_rows(self.table, samples, self.rows), *self.score(dropout)]
