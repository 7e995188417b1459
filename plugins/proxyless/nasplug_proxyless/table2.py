"""Table 2 of arXiv 1912.00848, supplementary material: the nine networks of the paper's frontier, on ImageNet."""

from nasplug import Architecture, Published

DEVICE = "pixel1"
ROWS: list[tuple[float, float, float, tuple[int, ...]]] = [  # ms, top-1 test accuracy in percent, its deviation, code
    (75.05, 73.76, 0.08, (0, 0, 6, 0, 0, 0, 0, 0, 6, 1, 4, 6, 2, 4, 0, 1, 5, 0, 2, 6, 2, 3)),
    (75.10, 74.07, 0.09, (0, 0, 6, 0, 6, 1, 2, 0, 6, 3, 0, 1, 5, 2, 0, 0, 1, 4, 0, 6, 5, 3)),
    (75.36, 73.86, 0.19, (0, 1, 6, 6, 6, 0, 4, 6, 6, 4, 6, 6, 1, 5, 5, 1, 3, 1, 5, 2, 2, 3)),
    (75.76, 74.16, 0.20, (0, 0, 6, 6, 6, 2, 0, 2, 3, 4, 6, 1, 6, 0, 1, 1, 1, 5, 4, 2, 3, 3)),
    (76.10, 74.35, 0.08, (0, 0, 6, 0, 6, 2, 3, 6, 0, 4, 3, 4, 5, 3, 0, 6, 0, 1, 0, 2, 2, 3)),
    (78.23, 74.70, 0.15, (0, 0, 0, 6, 6, 1, 0, 6, 0, 5, 0, 2, 1, 4, 0, 2, 2, 5, 5, 0, 2, 3)),
    (80.42, 74.61, 0.07, (0, 0, 6, 0, 6, 2, 0, 0, 2, 1, 0, 0, 6, 5, 0, 1, 3, 5, 5, 2, 2, 3)),
    (82.44, 74.70, 0.04, (0, 0, 6, 6, 0, 2, 0, 0, 4, 5, 4, 6, 2, 4, 3, 3, 6, 5, 1, 2, 2, 3)),
    (84.95, 74.75, 0.09, (0, 0, 0, 0, 6, 1, 3, 1, 6, 4, 2, 1, 0, 2, 6, 0, 5, 4, 2, 2, 5, 3)),
]


def table2() -> list[Published]:
    """Returns the nine networks in the order of the table, fastest first."""
    return [
        Published(Architecture("proxyless", code), accuracy, std, latency, DEVICE)
        for latency, accuracy, std, code in ROWS
    ]
