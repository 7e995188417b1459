"""One training step of stacked CNNs with its gradients written out."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.recorded_step import Tape, select, through_relu
from nasplug_strategies.predictor.networks.cnn import CNN
from nasplug_strategies.predictor.networks.dense_gradients import DensePass, DenseStack


class WindowPass:
    """One convolution: pixels `[m·b, pixels, c]` to `z` `[m·b, windows, c']` after ReLU."""

    def __init__(self, pixels: Tensor, window: Tensor, parameters: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
        (rows, _, c), (W, shift), m = pixels.shape, parameters, len(parameters[0])
        self.pixels, self.window = pixels, window.to(pixels.device)
        self.image, self.dimage = (torch.nn.functional.pad(pixels, (0, 0, 0, 1)) for _ in range(2))  # the last is zero
        self.seen = pixels.new_empty(rows, len(window), c)
        self.product = DensePass(self.seen.view(m, -1, 9 * c), W, shift, *slopes)
        self.z, self.dpixels = self.product.z.view(rows, -1, W.shape[2]), self.dimage[:, :-1]
        self.dseen = self.product.dh.view_as(self.seen)

    def forward(self) -> Tape:
        """Returns what writes `z`."""
        see = select(self.image, self.window, self.seen, dim=1)
        return [partial(self.image[:, :-1].copy_, self.pixels), see, *self.product.forward(), self.z.relu_]

    def backward(self, dz: Tensor) -> Tape:
        """Returns what writes the slopes of kernel and shift; `z` holds its own slope afterwards."""
        return [*through_relu(dz, self.z), *self.product.backward(self.product.z)]

    def below(self) -> Tape:
        """Returns what writes `dpixels`, the slope of the pixels, after `backward`."""
        gather = partial(self.dimage.index_add_, 1, self.window, self.dseen)
        return [*self.product.below(self.product.z), self.dimage.zero_, gather]


class CNNPass:
    """One training step of stacked CNNs, which writes the slopes of all parameters into `slopes`.

    `inputs` holds one table `[n, pixels]`, a row a sample; what stands in it may change between two steps.
    """

    def __init__(self, network: CNN, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        parameters = [p.detach() for p in network.parameters()]
        (self.table,), m, k = inputs, len(parameters[0]), len(network.windows)
        self.rows = self.table.new_empty(m * b, self.table.shape[1])
        self.convolutions: list[WindowPass] = []
        pixels = self.rows[:, :, None]
        for i, window in enumerate(network.windows):
            self.convolutions.append(WindowPass(pixels, window, parameters[i : 2 * k : k], slopes[i : 2 * k : k]))
            pixels = self.convolutions[-1].z
        self.dense = DenseStack(pixels.view(m, b, -1), parameters[2 * k :], slopes[2 * k :])
        self.scores, self.slope = self.dense.scores, self.dense.slope

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of `samples` `[m·b]`; `keep` as in `fully_connected`."""
        convolved = [operation for layer in self.convolutions for operation in layer.forward()]
        return [select(self.table, samples, self.rows), *convolved, *self.dense.forward(keep)]

    def backward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the gradients that follow from the slope of the scores."""
        tape, last = self.dense.backward(keep, inputs=True), self.convolutions[-1]
        tape += last.backward(self.dense.dh.view_as(last.z))
        for layer, above in zip(self.convolutions[-2::-1], self.convolutions[::-1], strict=False):
            tape += [*above.below(), *layer.backward(above.dpixels)]
        return tape
