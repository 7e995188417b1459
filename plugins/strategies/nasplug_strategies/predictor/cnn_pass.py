"""One training step of stacked CNNs with its gradients written out."""

from collections.abc import Sequence

import torch
from torch import Tensor

from nasplug_strategies.predictor.cnn import CNN
from nasplug_strategies.predictor.dense_pass import DensePass, DenseStack, select, through_relu


class WindowPass:
    """One convolution: `image` `[m·b, pixels + 1, c]`, its last pixel zero, to `z` `[m, b·windows, c']` after ReLU."""

    def __init__(self, image: Tensor, window: Tensor, parameters: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
        (rows, _, c), (W, shift), m = image.shape, parameters, len(parameters[0])
        self.image, self.window, self.dimage = image, window.to(image.device), torch.empty_like(image)
        self.seen = image.new_empty(rows, len(window), c)
        self.product = DensePass(self.seen.view(m, -1, 9 * c), W, shift, *slopes)

    def forward(self) -> Tensor:
        """Returns `z`."""
        select(self.image, 1, self.window, out=self.seen)
        return self.product.forward().relu_()

    def backward(self, dz: Tensor) -> None:
        """Writes the slopes of kernel and shift; `z` holds its own slope afterwards."""
        z = self.product.z
        self.product.backward(through_relu(dz.reshape(z.shape), z, 0, grad_input=z))

    def below(self) -> Tensor:
        """Returns the slope of the image's pixels `[m·b, pixels, c]`, after `backward`."""
        seen = self.product.below(self.product.z).view_as(self.seen)
        return self.dimage.zero_().index_add_(1, self.window, seen)[:, :-1]


class CNNPass:
    """Scores `b` samples a member, then writes the slopes of all parameters into `slopes`.

    `inputs` holds one table `[n, pixels]`, a row a sample; what stands in it may change between two steps.
    """

    def __init__(self, network: CNN, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        parameters = [p.detach() for p in network.parameters()]
        (self.table,), m, k = inputs, len(parameters[0]), len(network.windows)
        self.rows = self.table.new_empty(m * b, self.table.shape[1])
        self.convolutions: list[WindowPass] = []
        pixels, c = self.table.shape[1], 1
        for i, window in enumerate(network.windows):
            image = self.table.new_zeros(m * b, pixels + 1, c)
            self.convolutions.append(WindowPass(image, window, parameters[i : 2 * k : k], slopes[i : 2 * k : k]))
            pixels, c = len(window) // 9, parameters[i].shape[2]
        self.left = self.table.new_empty(m, b, pixels * c)
        self.dense = DenseStack(self.left, parameters[2 * k :], slopes[2 * k :])

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `samples` `[m·b]`; `keep` as in `fully_connected`."""
        select(self.table, 0, samples, out=self.rows)
        z = self.rows
        for layer in self.convolutions:
            layer.image[:, :-1].copy_(z.view(len(self.rows), -1, layer.image.shape[2]))
            z = layer.forward()
        self.left.copy_(z.view_as(self.left))
        return self.dense.forward(keep)

    def backward(self, slope: Tensor) -> None:
        """Writes the gradients that follow from the slope of the scores `[m, b]`."""
        self.dense.backward(slope)
        above: DenseStack | WindowPass = self.dense
        for layer in reversed(self.convolutions):
            layer.backward(above.below())
            above = layer
