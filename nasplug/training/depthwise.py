"""Depthwise convolutions whose gradients are cheap on a CPU.

TensorFlow's own gradient of a kernel takes up to forty times as long as the convolution: oneDNN has no fast code for
kernels above 3×3, nor for images of a few pixels. The way is chosen by shape alone, so that results repeat themselves.
"""

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.training.backend import tf

FEW_PAIRS = 16  # pairs of an input and an output pixel, below which the gradient multiplies them all


def depthwise_convolution(x: Any, kernel: Any, stride: int) -> Any:
    """Returns `[b, h / stride, w / stride, c]` for `x` `[b, h, w, c]` and `kernel` `[k, k, c, 1]`, SAME padding.

    Equals `tf.nn.depthwise_conv2d` up to the order of sums, its gradients as well.
    """
    on_tpu = isinstance(tf.distribute.get_strategy(), tf.distribute.TPUStrategy)
    accelerated = on_tpu or tf.config.get_visible_devices("GPU")  # TensorFlow's own gradient is the fast one there
    if stride == 1:
        kernel = _cropped(kernel, x.shape[1], x.shape[2])
    if accelerated or None in x.shape[1:3]:
        return tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME")
    if tuple(x.shape[1:3]) == (1, 1) and stride == 1 and x.shape[0] != 1:  # one image is converted for LiteRT
        return x * kernel[:, :, :, 0]
    return _with_fast_gradient(x, kernel, stride)


def _cropped(kernel: Any, height: int | None, width: int | None) -> Any:
    """Returns the middle of `kernel` that can overlap with the image; the rest would only meet padding."""
    k = kernel.shape[0]
    rows, columns = (max(k // 2 - (side or k) + 1, 0) for side in (height, width))
    return kernel[rows : k - rows, columns : k - columns] if rows or columns else tf.convert_to_tensor(kernel)


def _with_fast_gradient(x: Any, kernel: Any, stride: int) -> Any:
    strides = [1, stride, stride, 1]

    @tf.custom_gradient
    def convolution(x: Any, kernel: Any) -> Any:
        def gradient(dy: Any) -> tuple[Any, Any]:
            return _image_gradient(x, kernel, dy, stride), _kernel_gradient(x, dy, kernel.shape, stride)

        return tf.raw_ops.DepthwiseConv2dNative(input=x, filter=kernel, strides=strides, padding="SAME"), gradient

    return convolution(x, kernel)


def _image_gradient(x: Any, kernel: Any, dy: Any, stride: int) -> Any:
    if stride == 1:
        return _convolve(dy, tf.reverse(kernel, [0, 1]), "SAME")
    return tf.raw_ops.DepthwiseConv2dNativeBackpropInput(
        input_sizes=tf.shape(x), filter=kernel, out_backprop=dy, strides=[1, stride, stride, 1], padding="SAME"
    )


def _kernel_gradient(x: Any, dy: Any, shape: Any, stride: int) -> Any:
    """Returns `[rows, columns, c, 1]`, at i, j: Σ over b, h, w of x[b, s·h + i, s·w + j, c] · dy[b, h, w, c]."""
    axes = [_Axis(*sides, stride) for sides in zip(x.shape[1:3], dy.shape[1:3], shape[:2], strict=True)]
    if np.prod([axis.inputs * axis.outputs for axis in axes]) <= FEW_PAIRS:
        return _by_pairs(x, dy, *axes)
    if max(shape[:2]) <= 3 or any(axis.inputs % stride for axis in axes):
        sizes, strides = tf.constant(shape.as_list()), [1, stride, stride, 1]
        return tf.raw_ops.DepthwiseConv2dNativeBackpropFilter(
            input=x, filter_sizes=sizes, out_backprop=dy, strides=strides, padding="SAME"
        )
    return _by_convolution(x, dy, *axes)


@attrs.frozen
class _Axis:
    """One direction of a convolution: pixels of input and output, taps of the kernel, and how SAME padding lies.

    The input is also seen as `stride` phases, each of every `stride`th pixel. An output meets `reach` pixels of each
    phase, the first of which lies `before` pixels ahead of it.
    """

    inputs: int
    outputs: int
    taps: int
    stride: int

    @property
    def padding(self) -> int:
        """The pixels that SAME padding adds before the first one."""
        return max((self.outputs - 1) * self.stride + self.taps - self.inputs, 0) // 2

    @property
    def before(self) -> int:
        """The pixels of a phase that lie ahead of an output."""
        return -(-self.padding // self.stride)

    @property
    def reach(self) -> int:
        """The pixels of a phase that an output meets."""
        return (self.taps - 1 - self.padding) // self.stride + self.before + 1

    @property
    def first(self) -> int:
        """The place of the first tap among `stride * reach`."""
        return self.before * self.stride - self.padding

    def pairs(self) -> NDArray[np.float32]:
        """Returns `[taps, inputs, outputs]`: 1 where the tap connects the two pixels."""
        tap, pixel, output = np.ogrid[: self.taps, : self.inputs, : self.outputs]
        meets: NDArray[np.bool_] = pixel == self.stride * output + tap - self.padding
        return meets.astype(np.float32)


def _by_pairs(x: Any, dy: Any, rows: _Axis, columns: _Axis) -> Any:
    """Multiplies every pixel of the input with every pixel of the output, and adds up those that a tap connects."""
    c = x.shape[3]
    pixels, outputs = rows.inputs * columns.inputs, rows.outputs * columns.outputs
    products = tf.reduce_sum(tf.reshape(x, [-1, pixels, 1, c]) * tf.reshape(dy, [-1, 1, outputs, c]), 0)
    connected = np.einsum("ihp,jwq->ijhwpq", rows.pairs(), columns.pairs()).reshape(-1, pixels * outputs)
    sums = tf.linalg.matmul(tf.constant(connected, x.dtype), tf.reshape(products, [pixels * outputs, c]))
    return tf.reshape(sums, [rows.taps, columns.taps, c, 1])


def _by_convolution(x: Any, dy: Any, rows: _Axis, columns: _Axis) -> Any:
    """Convolves every phase of the input, as one image with b·c channels, with a kernel that is `dy`."""
    c, s = x.shape[3], rows.stride
    h, w = rows.inputs // s, columns.inputs // s
    phases = tf.transpose(tf.reshape(x, [-1, h, s, w, s, c]), [2, 4, 1, 3, 0, 5])
    image = tf.reshape(phases, [s * s, h, w, -1])  # [s·s, h, w, b·c]
    kernel = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [rows.outputs, columns.outputs, -1, 1])
    around = [
        (axis.before, axis.reach - 1 - axis.before + axis.outputs - side) for axis, side in ((rows, h), (columns, w))
    ]
    per_image = _convolve(image, kernel, "EXPLICIT", explicit_paddings=[0, 0, *around[0], *around[1], 0, 0])
    sums = tf.reduce_sum(tf.reshape(per_image, [s, s, rows.reach, columns.reach, -1, c]), axis=4)
    taps = tf.reshape(tf.transpose(sums, [2, 0, 3, 1, 4]), [s * rows.reach, s * columns.reach, c, 1])
    return taps[rows.first : rows.first + rows.taps, columns.first : columns.first + columns.taps]


def _convolve(x: Any, kernel: Any, padding: str, **paddings: Any) -> Any:
    return tf.raw_ops.DepthwiseConv2dNative(input=x, filter=kernel, strides=[1] * 4, padding=padding, **paddings)
