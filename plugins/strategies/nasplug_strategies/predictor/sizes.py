"""Node representation size by number of training samples."""

import numpy as np

# Table 1 of the paper's supplementary material, as its re-implementations carry it.
TABLE_1 = {43: 48, 86: 72, 129: 96, 172: 144, 344: 210, 860: 320}


def representation_size(n: int) -> int:
    """Returns D for `n` training samples: Table 1, linear between its entries (our choice), constant outside."""
    return round(float(np.interp(n, list(TABLE_1), list(TABLE_1.values()))))
