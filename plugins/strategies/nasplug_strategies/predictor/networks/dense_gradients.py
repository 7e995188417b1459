"""Fully-connected layers of stacked networks, forward and backward."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.recorded_step import Tape, through_relu


class DensePass:
    """z = h W + bias of `h` `[m, b, i]`; `dz`, its slope, may stand in the memory of `z`."""

    def __init__(self, h: Tensor, W: Tensor, bias: Tensor, dW: Tensor, dbias: Tensor) -> None:
        self.h, self.W, self.bias, self.dW, self.dbias = h, W, bias, dW, dbias
        self.z, self.dh = h.new_empty(*h.shape[:2], W.shape[2]), torch.empty_like(h)

    def forward(self) -> Tape:
        """Returns what writes z `[m, b, o]`."""
        return [partial(torch.baddbmm, self.bias, self.h, self.W, out=self.z)]

    def backward(self, dz: Tensor) -> Tape:
        """Returns what writes the slopes of W and bias."""
        return [partial(torch.bmm, self.h.mT, dz, out=self.dW), partial(torch.sum, dz, 1, keepdim=True, out=self.dbias)]

    def below(self, dz: Tensor) -> Tape:
        """Returns what writes `dh`, the slope of `h`."""
        return [partial(torch.bmm, dz, self.W.mT, out=self.dh)]


class DenseStack:
    """Scores `[m, b]` of `h` `[m, b, i]`: ReLU and dropout after every layer but the last.

    `parameters` are weights by layer, then biases, and so are the `slopes` that `backward` writes. `dh` is the slope of
    `h`, given `slope`, that of the scores.
    """

    def __init__(self, h: Tensor, parameters: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
        self.layers: list[DensePass] = []
        k = len(parameters) // 2
        for W, bias, dW, dbias in zip(parameters[:k], parameters[k:], slopes[:k], slopes[k:], strict=True):
            self.layers.append(DensePass(h, W, bias, dW, dbias))
            h = torch.empty_like(self.layers[-1].z)
        self.scores, self.dh = self.layers[-1].z.squeeze(2), self.layers[0].dh
        self.slope = torch.empty_like(self.scores)

    def forward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of what stands in `h`; `keep` as in `fully_connected`."""
        tape: Tape = []
        for i, (layer, following) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            tape += [*layer.forward(), layer.z.relu_]
            tape.append(partial(torch.mul, layer.z, keep[i] if keep else 1.0, out=following.h))
        return tape + self.layers[-1].forward()

    def backward(self, keep: Sequence[Tensor], inputs: bool) -> Tape:
        """Returns what writes the slopes of all parameters and, with `inputs`, that of `h`."""
        dz = self.slope[:, :, None]
        tape = self.layers[-1].backward(dz)
        for i in reversed(range(len(self.layers) - 1)):
            layer, above = self.layers[i], self.layers[i + 1]
            tape += above.below(dz)
            if keep:
                tape.append(partial(above.dh.mul_, keep[i]))
            dz = layer.z
            tape += [*through_relu(above.dh, dz), *layer.backward(dz)]
        return tape + self.layers[0].below(dz) if inputs else tape
