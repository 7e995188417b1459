"""One training step of stacked MLPs with its gradients written out: autograd takes longer than the products."""

from collections.abc import Sequence

from torch import Tensor

from nasplug_strategies.predictor.dense_pass import DenseStack, select
from nasplug_strategies.predictor.mlp import MLP


class MLPPass:
    """Scores `b` samples a member, then writes the slopes of all parameters into `slopes`.

    `inputs` holds one table `[n, width]`, a row a sample; what stands in it may change between two steps.
    """

    def __init__(self, network: MLP, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        parameters = [p.detach() for p in network.parameters()]
        (self.table,), m = inputs, len(parameters[0])
        self.rows = self.table.new_empty(m * b, self.table.shape[1])
        self.dense = DenseStack(self.rows.view(m, b, -1), parameters, slopes)

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `samples` `[m·b]`; `keep` as in `GCN.forward`."""
        select(self.table, 0, samples, out=self.rows)
        return self.dense.forward(keep)

    def backward(self, slope: Tensor) -> None:
        """Writes the gradients that follow from the slope of the scores `[m, b]`."""
        self.dense.backward(slope)
