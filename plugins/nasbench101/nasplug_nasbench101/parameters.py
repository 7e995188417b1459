"""The trainable parameters of every network of the dataset."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101.cache import cached_bytes
from nasplug_nasbench101.channels import all_parameters
from nasplug_nasbench101.enumeration import all_codes

SHA256 = "cdcbf5af5a993cf45edefab06ceb3c0d50ddddeb620f3e2dc98e05d6627afa83"  # of the counts as bytes


@lru_cache(maxsize=1)
def parameters() -> NDArray[np.int32]:
    """Returns the counts of `all_codes()`, `[423624]`: from the cache folder, else counted within a second."""
    return cached_bytes("nasbench101_parameters.bin", _count, SHA256).view(np.int32)


def _count() -> NDArray[np.uint8]:
    return all_parameters(all_codes()).astype(np.int32).view(np.uint8)
