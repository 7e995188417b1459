"""How many channels each vertex of a cell has, and how many parameters the dataset's network has with it."""

from nasplug_nasbench101.cell import Cell

KERNEL = {0: 3, 1: 1}  # operation index → kernel of its convolution; the pooling has none


def vertex_channels(cell: Cell, inputs: int, outputs: int) -> list[int]:
    """Returns the channels of the vertices of a *pruned* cell, `[n]`, given those of its input and output.

    The output's channels are shared among its interior predecessors, the first ones take the remainder; every
    other vertex has the most of its successors. (google-research/nasbench, `compute_vertex_channels`.)
    """
    n = len(cell.matrix)
    channels = [inputs] + [0] * (n - 2) + [outputs]
    ends = [v for v in range(1, n - 1) if cell.matrix[v][-1]]
    for i, v in enumerate(ends):
        channels[v] = outputs // len(ends) + (i < outputs % len(ends))
    for v in range(n - 2, 0, -1):
        if v not in ends:
            channels[v] = max(channels[w] for w in range(v + 1, n - 1) if cell.matrix[v][w])
    return channels


def count_parameters(cell: Cell, channels: int = 128, stacks: int = 3, modules: int = 3, classes: int = 10) -> int:
    """Returns the trainable parameters of the network of a *pruned* cell: kernels, batch norms and the classifier."""
    total, inputs, outputs = _convolution(3, 3, channels), channels, channels
    for stack in range(stacks):
        outputs = channels << stack
        for _ in range(modules):
            total += _cell_parameters(cell, inputs, outputs)
            inputs = outputs
    return total + outputs * classes + classes


def _cell_parameters(cell: Cell, inputs: int, outputs: int) -> int:
    channels = vertex_channels(cell, inputs, outputs)
    projections = sum(_convolution(1, inputs, c) for c, edge in zip(channels, cell.matrix[0], strict=True) if edge)
    operations = zip(channels[1:-1], cell.ops, strict=True)
    return projections + sum(_convolution(KERNEL[op], c, c) for c, op in operations if op in KERNEL)


def _convolution(kernel: int, inputs: int, outputs: int) -> int:
    return kernel * kernel * inputs * outputs + 2 * outputs  # no bias, batch norm's scale and offset
