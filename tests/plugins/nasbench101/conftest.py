"""torch_geometric scripts a class with torch.jit when it is imported, which torch calls deprecated."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import torch_geometric.data  # noqa: F401
