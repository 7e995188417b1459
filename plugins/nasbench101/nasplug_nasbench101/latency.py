"""How long the dataset's network of a cell takes on this machine's CPU."""

from nasplug_nasbench101.cell import Cell

IMAGE = (1, 32, 32, 3)  # one image of CIFAR-10


def host_latency(cell: Cell, channels: int = 128, stacks: int = 3, modules: int = 3) -> float:
    """Returns milliseconds for one CIFAR-10 image through LiteRT on one thread: see `nasplug.training.litert`.

    Raises `ConfigurationError` where ai-edge-litert is missing.
    """
    from nasplug.training import litert
    from nasplug_nasbench101.network import CellNetwork

    litert.interpreter()  # says what is missing before a network is built
    return litert.host_latency(CellNetwork(cell, channels, stacks, modules), IMAGE)
