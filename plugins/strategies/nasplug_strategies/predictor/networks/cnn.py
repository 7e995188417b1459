"""The CNN of the paper's ablation: the graph as an image, nodes in rows. It is expected to fail."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from nasplug_strategies.predictor.fitting.dense_layers import DenseStep, dense_parameters, fully_connected, glorot
from nasplug_strategies.predictor.fitting.training_step import Operations, relu_backward, select_rows
from nasplug_strategies.predictor.network import Shape, TableNetwork
from nasplug_strategies.predictor.settings import Settings


class CNN(TableNetwork):
    """3×3 convolutions of stride 2 over [features | adjacency] of padded graphs (supplementary material, Fig. 1).

    The sources give no more than "CNN". Our choice: `layers` convolutions, or as many as leave one pixel; channels
    double up to `size` / 2; the pixels that are left go into the fully-connected layers.
    """

    def __init__(self, settings: Settings, shape: Shape, generator: torch.Generator) -> None:
        super().__init__(shape.nodes)
        self.windows, pixels = all_windows(shape.nodes, shape.nodes + shape.features, settings.layers)
        self.groups, self.order = grouped(self.windows, shape.nodes * (shape.nodes + shape.features))
        widths = [1, *(max(4, shape.size >> i) for i in range(len(self.windows), 0, -1))]
        self.kernels = nn.ParameterList(glorot((settings.members, 9 * i, o), generator) for i, o in pairwise(widths))
        self.shifts = nn.ParameterList(torch.zeros(settings.members, 1, width) for width in widths[1:])
        widths = [pixels * widths[-1], *settings.hidden, 1]
        self.dense, self.bias = dense_parameters(widths, settings.members, generator)

    @staticmethod
    def table(x: Tensor, A: Tensor) -> Tensor:
        """Returns pixels `[n, v·(f + v)]` of features `[n, v, f]` and adjacency matrices `[n, v, v]`."""
        return torch.cat((x, A), 2).flatten(1)

    def forward(self, inputs: Sequence[Tensor], dropout: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of one table `[m, b, pixels]`."""
        m, b = inputs[0].shape[:2]
        image = inputs[0].reshape(m * b, -1, 1)  # [m·b, pixels, channels]
        convolve = self._convolved if torch.is_grad_enabled() else self._convolved_without_padding
        return fully_connected(convolve(image).view(m, b, -1), self.dense, self.bias, dropout)

    def _convolved(self, image: Tensor) -> Tensor:
        """Returns what the convolutions make of images `[m·b, pixels, 1]`, `[m·b, pixels, channels]`."""
        for window, W, shift in zip(self.windows, self.kernels, self.shifts, strict=True):
            taps = pad(image, (0, 0, 0, 1)).index_select(1, window.to(image.device))  # [m·b, windows·9, channels]
            image = torch.baddbmm(shift, taps.view(len(W), -1, W.shape[1]), W).relu_().view(len(image), -1, W.shape[2])
        return image

    def _convolved_without_padding(self, image: Tensor) -> Tensor:
        """Returns the same as `_convolved`, faster for many graphs at once: in a fit's small batches it is slower."""
        for groups, W, shift in zip(self.groups, self.kernels, self.shifts, strict=True):
            parts = []
            for pixels, taps in groups:
                inside = image.index_select(1, pixels.to(image.device)).view(len(W), -1, len(taps) * image.shape[2])
                kernel = W.unflatten(1, (9, -1))[:, taps.to(image.device)].flatten(1, 2)
                parts.append(torch.baddbmm(shift, inside, kernel).view(len(image), -1, W.shape[2]))
            image = torch.cat(parts, 1).relu_()
        return image.index_select(1, self.order.to(image.device))

    def training_step(self, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> "CNNStep":
        """Returns a step with written gradients; `benchmarks/predictor_gradients.py` measures what it saves."""
        return CNNStep(self, inputs, gradients, batch)


NETWORK = CNN


def all_windows(height: int, width: int, layers: int) -> tuple[list[Tensor], int]:
    """Returns `windows` of every convolution, and how many pixels the last one leaves."""
    per_layer: list[Tensor] = []
    while len(per_layer) < layers and height * width > 1:
        per_layer.append(windows(height, width))
        height, width = -(-height // 2), -(-width // 2)
    return per_layer, height * width


def windows(height: int, width: int) -> Tensor:
    """Returns int64 `[windows·9]`: the pixels in the 3×3 windows around every second row and column of an image.

    The number `height · width` stands for a pixel outside the image.
    """
    pixels = pad(torch.arange(height * width).view(height, width), (1, 1, 1, 1), value=height * width)
    return pixels.unfold(0, 3, 2).unfold(1, 3, 2).flatten()


def grouped(windows_per_layer: Sequence[Tensor], pixels: int) -> tuple[list[list[tuple[Tensor, Tensor]]], Tensor]:
    """Returns the windows of every convolution, grouped by which of their nine taps lie inside the image.

    A group of `k` windows holds the pixels that they see, int64 `[k·taps]`, and the numbers of these taps `[taps]`. A
    convolution leaves its pixels group by group, and the next one reads them there. The second result is the number of
    each of the last one's pixels, so that they can be brought into the order of the image.
    """
    layers, place = [], torch.arange(pixels)
    for window in windows_per_layer:
        rows = window.view(-1, 9)
        masks, number = torch.unique(rows < len(place), dim=0, return_inverse=True)  # [groups, 9], [windows]
        members = [(rows[number == i], taps.nonzero().flatten()) for i, taps in enumerate(masks)]
        layers.append([(place[group[:, taps]].flatten(), taps) for group, taps in members])
        place = number.argsort(stable=True).argsort()
    return layers, place


class ConvolutionStep:
    """The training step of one convolution and ReLU, from `pixels` `[m·b, pixels, c]` to `z` `[m·b, windows, c']`."""

    def __init__(
        self, pixels: Tensor, window: Tensor, parameters: Sequence[Tensor], gradients: Sequence[Tensor]
    ) -> None:
        (rows, _, c), (self.W, self.shift), (self.dW, self.dshift) = pixels.shape, parameters, gradients
        self.pixels, self.window, m = pixels, window.to(pixels.device), len(self.W)
        self.image, self.dimage = (pad(pixels, (0, 0, 0, 1)) for _ in range(2))  # the last pixel is zero
        self.taps, self.dtaps = (pixels.new_empty(rows, len(window), c) for _ in range(2))
        self.h, self.dh = (t.view(m, -1, 9 * c) for t in (self.taps, self.dtaps))
        self.product = self.h.new_empty(m, self.h.shape[1], self.W.shape[2])
        self.z, self.dpixels = self.product.view(rows, -1, self.W.shape[2]), self.dimage[:, :-1]

    def forward(self) -> Operations:
        """Returns the operations that write `z`."""
        gather = partial(torch.index_select, self.image, 1, self.window, out=self.taps)
        multiply = partial(torch.baddbmm, self.shift, self.h, self.W, out=self.product)
        return [partial(self.image[:, :-1].copy_, self.pixels), gather, multiply, self.z.relu_]

    def parameters_backward(self, dz: Tensor) -> Operations:
        """Returns the operations that write the gradients of kernel and shift; they overwrite `z` with its gradient."""
        multiply = partial(torch.bmm, self.h.mT, self.product, out=self.dW)
        add = partial(torch.sum, self.product, 1, keepdim=True, out=self.dshift)
        return [*relu_backward(dz, self.z), multiply, add]

    def inputs_backward(self) -> Operations:
        """Returns the operations that write `dpixels`, the gradient of the pixels, after `parameters_backward`."""
        scatter = partial(self.dimage.index_add_, 1, self.window, self.dtaps)
        return [partial(torch.bmm, self.product, self.W.mT, out=self.dh), self.dimage.zero_, scatter]


class CNNStep:
    """The training step of a CNN with its gradients written out; see `TrainingStep`."""

    def __init__(self, network: CNN, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> None:
        parameters = [p.detach() for p in network.parameters()]
        (self.table,), m, k = inputs, network.members, len(network.windows)
        self.rows = self.table.new_empty(m * batch, self.table.shape[1])
        self.convolutions: list[ConvolutionStep] = []
        pixels = self.rows[:, :, None]
        for i, window in enumerate(network.windows):
            layer = ConvolutionStep(pixels, window, parameters[i : 2 * k : k], gradients[i : 2 * k : k])
            self.convolutions.append(layer)
            pixels = layer.z
        self.dense = DenseStep(pixels.view(m, batch, -1), parameters[2 * k :], gradients[2 * k :])
        self.scores, self.score_gradients = self.dense.scores, self.dense.score_gradients

    def forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.forward`."""
        convolved = [operation for layer in self.convolutions for operation in layer.forward()]
        return [select_rows(self.table, samples, self.rows), *convolved, *self.dense.score(dropout)]

    def backward(self, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.backward`."""
        operations, last = self.dense.backward(dropout, inputs=True), self.convolutions[-1]
        operations += last.parameters_backward(self.dense.dh[0].view_as(last.z))
        for following, layer in pairwise(reversed(self.convolutions)):
            operations += [*following.inputs_backward(), *layer.parameters_backward(following.dpixels)]
        return operations
