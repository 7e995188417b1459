"""NASBench-101 as a nasplug search space, and the queries of the original library.

The public names are here; they are imported at their first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "Cell": "nasplug_nasbench101.cell",
    "ModelSpec": "nasplug_nasbench101.api",
    "NASBench": "nasplug_nasbench101.api",
    "OutOfDomainError": "nasplug_nasbench101.api",
    "Table": "nasplug_nasbench101.table.table",
    "oracle": "nasplug_nasbench101.oracle",
}
__all__ = ["Cell", "ModelSpec", "NASBench", "OutOfDomainError", "Table", "oracle"]

if TYPE_CHECKING:
    from nasplug_nasbench101.api import ModelSpec as ModelSpec
    from nasplug_nasbench101.api import NASBench as NASBench
    from nasplug_nasbench101.api import OutOfDomainError as OutOfDomainError
    from nasplug_nasbench101.cell import Cell as Cell
    from nasplug_nasbench101.oracle import oracle as oracle
    from nasplug_nasbench101.table.table import Table as Table


def __getattr__(name: str) -> Any:
    """Returns a public name, imported at its first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'nasplug_nasbench101' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value
