"""NASBench-101 as a nasplug search space, and the queries of the original library.

The public names are here. Each is imported when it is first used.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nasplug_nasbench101.api import ModelSpec as ModelSpec
    from nasplug_nasbench101.api import NASBench as NASBench
    from nasplug_nasbench101.api import OutOfDomainError as OutOfDomainError
    from nasplug_nasbench101.cell import Cell as Cell
    from nasplug_nasbench101.table.table import Table as Table
    from nasplug_nasbench101.table.table import oracle as oracle

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "nasplug_nasbench101",
    submod_attrs={
        "api": ["ModelSpec", "NASBench", "OutOfDomainError"],
        "cell": ["Cell"],
        "table.table": ["Table", "oracle"],
    },
)
