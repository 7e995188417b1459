"""The paper's graph convolutional network."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.fitting.dense_layers import DenseStep, dense_parameters, fully_connected, glorot
from nasplug_strategies.predictor.fitting.training_step import Operations, relu_backward, select_rows
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation
from nasplug_strategies.predictor.graphs.distinct_states import DistinctStates, WeightedSums, distinct_states
from nasplug_strategies.predictor.network import Network, Shape
from nasplug_strategies.predictor.settings import Settings


class GCN(Network):
    """Bidirectional graph convolutions, mean over the real nodes, fully-connected layers (Wen et al., section 3).

    V' = ½·ReLU(A V W⁺) + ½·ReLU(Aᵀ V W⁻), which is ReLU(½A V W⁺) + ReLU(½Aᵀ V W⁻). Dropout acts after the
    fully-connected layers only.
    """

    reads_features = True
    shares_similar_graphs = True

    def __init__(self, settings: Settings, shape: Shape, generator: torch.Generator) -> None:
        super().__init__()
        self.normalisation, members = settings.normalisation, settings.members
        widths = [shape.features] + [shape.size] * settings.layers
        # twice Glorot's (our choice, the sources give none) undoes the halves: else 18 layers lose every difference
        self.convolutions = nn.ParameterList(2.0 * glorot((2, members, i, o), generator) for i, o in pairwise(widths))
        widths = [shape.size + shape.scalars, *settings.hidden, 1]
        self.dense, self.bias = dense_parameters(widths, members, generator)

    def training_inputs(self, graphs: Graphs, scalars: Tensor | None, generator: torch.Generator) -> list[Tensor]:
        """Returns (AX, AᵀX) `[n, v, 2, f]`, ½A and ½Aᵀ `[n, 2v, v]`, w `[n, 1, v]`, and the scalars if there are any.

        A fit computes 2V' of each convolution. The next aggregation, or the mean's weights w, halve it.
        """
        A = aggregation(graphs, self.normalisation).transpose(1, 2)  # [n, v, 2, v]
        U = torch.einsum("nidj,njf->nidf", A, graphs.x)
        weights = graphs.mask / (2.0 * graphs.mask.sum(1, keepdim=True))  # [n, v]
        inputs = [U, 0.5 * A.flatten(1, 2), weights[:, None]]
        return inputs if scalars is None else [*inputs, scalars]

    def forward(self, inputs: Sequence[Tensor], dropout: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `training_inputs` with leading `[m, b]`."""
        U, A, w, *scalars = inputs
        first, *deeper = self.convolutions
        V = _convolved(U, first)
        for W in deeper:
            V = _convolved((A @ V).view(U.shape[:4] + V.shape[-1:]), W)
        h = torch.cat(((w @ V).squeeze(2), *scalars), 2)
        return fully_connected(h, self.dense, self.bias, dropout)

    def training_step(self, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> "GCNStep":
        """Returns a step with written gradients; `benchmarks/predictor_gradients.py` measures what it saves."""
        return GCNStep(self, inputs, gradients, batch)

    def score(self, graphs: Graphs, scalars: Tensor | None, seed: int) -> Tensor:
        """Returns scores `[m, n]`.

        Nearly all of the work is in the products of states and weights. They are computed for distinct states, before
        the aggregation, so that a state that repeats is computed once.
        """
        states = distinct_states(graphs, self.normalisation, len(self.convolutions)).to(self.device)
        h = torch.stack([self._means(member, states) for member in range(self.members)])  # [m, n, size]
        if scalars is not None:
            h = torch.cat((h, scalars.to(self.device).expand(self.members, -1, -1)), 2)
        return fully_connected(h, self.dense, self.bias, [])

    def _means(self, member: int, states: DistinctStates) -> Tensor:
        """Returns `[n, size]`: the mean over a graph's nodes of the states that one member's convolutions compute."""
        V, (*inner, last) = states.first, zip(self.convolutions, states.convolutions, strict=True)
        for W, (forth, back) in inner:
            V = _rectified(V, W[0, member], forth).add_(_rectified(V, W[1, member], back))  # [states, size]
        W, (forth, back) = last  # summed one after the other, so that less memory stays in the caches
        means = states.means
        return means(_rectified(V, W[0, member], forth)) + means(_rectified(V, W[1, member], back))


NETWORK = GCN


def _convolved(U: Tensor, W: Tensor) -> Tensor:
    """Returns 2V' `[m, b, v, o]` of aggregated states `[m, b, v, 2, i]`, with weights `[2, m, i, o]`."""
    forth, back = ((U[:, :, :, d].flatten(1, 2) @ W[d]).relu() for d in (0, 1))
    return (forth + back).view(*U.shape[:3], -1)


def _rectified(V: Tensor, W: Tensor, sums: WeightedSums) -> Tensor:
    """Returns ReLU(½A V W) `[states, o]` of states `[states, i]` in one direction, with weights `[i, o]`."""
    return sums(V @ W).relu_()


class ConvolutionStep:
    """The training step of one convolution, 2V' = ReLU(U⁺W⁺) + ReLU(U⁻W⁻).

    The aggregated states U come as rows `[m·b, v, 2, i]`; all else is `[m, b·v, …]`, for each direction.
    """

    def __init__(self, U: Tensor, W: Tensor, dW: Tensor) -> None:
        (rows, v, _, i), (_, m, _, o) = U.shape, W.shape
        n = rows // m * v
        self.aggregated = U.view(rows, 2 * v, i)
        self.P, self.V, self.dV = U.new_empty(2, m, n, o), U.new_empty(m, n, o), U.new_empty(m, n, o)
        self.dU = U.new_empty(2, m, n, i)
        self.nodes, self.dnodes = self.V.view(rows, v, o), self.dV.view(rows, v, o)
        self.dinputs = self.dU.view(2, rows, v, i)
        self.by_direction = list(zip(U.view(m, n, 2, i).unbind(2), W, self.P, dW, self.dU, strict=True))

    def forward(self) -> Operations:
        """Returns the operations that compute 2V' from U."""
        products = [partial(torch.bmm, U, W, out=P) for U, W, P, *_ in self.by_direction]
        return [*products, self.P.relu_, partial(torch.add, *self.P, out=self.V)]

    def parameters_backward(self) -> Operations:
        """Returns the operations that compute the gradient of W from that of V'; afterwards `P` holds that of U·W."""
        products = [partial(torch.bmm, U.mT, dP, out=dW) for U, _, dP, dW, _ in self.by_direction]
        return [*relu_backward(self.dV.expand_as(self.P), self.P), *products]

    def inputs_backward(self, previous: "ConvolutionStep", AT: Sequence[Tensor]) -> Operations:
        """Returns the operations that compute the gradient of V' of the `previous` layer from that of UW.

        `AT` holds the transposed aggregations `[m·b, v, v]` of both directions.
        """
        products = [partial(torch.bmm, dP, W.mT, out=dU) for _, W, dP, _, dU in self.by_direction]
        forth, back = self.dinputs
        sums = [partial(torch.bmm, AT[0], forth, out=previous.dnodes), partial(previous.dnodes.baddbmm_, AT[1], back)]
        return [*products, *sums]


class GCNStep:
    """The training step of a GCN with its gradients written out; see `TrainingStep`."""

    def __init__(self, network: GCN, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> None:
        m, layers = network.members, len(network.convolutions)
        parameters = [p.detach() for p in network.parameters()]
        self.inputs, self.rows = inputs, [t.new_empty(m * batch, *t.shape[1:]) for t in inputs]
        U, self.A, self.w, *scalars = self.rows
        self.AT = self.A.view(m * batch, -1, 2, self.A.shape[2]).permute(2, 0, 3, 1).unbind(0)
        self.convolutions: list[ConvolutionStep] = []
        for W, dW in zip(parameters[:layers], gradients[:layers], strict=True):
            self.convolutions.append(ConvolutionStep(U, W, dW))
            U = U.new_empty(*U.shape[:3], W.shape[3])
        self.mean = U.new_empty(m * batch, 1, U.shape[3])
        self.dense_inputs = [self.mean.view(m, batch, -1), *(t.view(m, batch, -1) for t in scalars)]
        self.h = torch.cat(self.dense_inputs, 2) if scalars else self.dense_inputs[0]
        self.dense = DenseStep(self.h, parameters[layers:], gradients[layers:])
        self.scores, self.score_gradients = self.dense.scores, self.dense.score_gradients

    def forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.forward`."""
        operations = [select_rows(t, samples, rows) for t, rows in zip(self.inputs, self.rows, strict=True)]
        operations += self.convolutions[0].forward()
        for previous, layer in pairwise(self.convolutions):
            operations += [partial(torch.bmm, self.A, previous.nodes, out=layer.aggregated), *layer.forward()]
        operations.append(partial(torch.bmm, self.w, self.convolutions[-1].nodes, out=self.mean))
        if len(self.dense_inputs) > 1:
            operations.append(partial(torch.cat, self.dense_inputs, 2, out=self.h))
        return operations + self.dense.score(dropout)

    def backward(self, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.backward`."""
        operations, last = self.dense.backward(dropout, inputs=True), self.convolutions[-1]
        (m, b), (_, v, size) = self.scores.shape, last.dnodes.shape
        dmean = self.dense.dh[0][:, :, None, :size]  # [m, b, 1, size]
        operations.append(partial(torch.mul, self.w.view(m, b, v, 1), dmean, out=last.dnodes.view(m, b, v, size)))
        for layer, previous in pairwise(reversed(self.convolutions)):
            operations += [*layer.parameters_backward(), *layer.inputs_backward(previous, self.AT)]
        return operations + self.convolutions[0].parameters_backward()
