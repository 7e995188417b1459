"""A column of the table as the original library keeps it: a mapping from module hashes."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import attrs

from nasplug_nasbench101.table.errors import NotInTable
from nasplug_nasbench101.table.table import Table

Value = TypeVar("Value")


@attrs.frozen(eq=False)
class ByHash(Mapping[str, Value]):
    """What `read` makes of the row of each cell, when it is asked for; hashes are ascending."""

    table: Table
    read: Callable[[int], Value]

    def __getitem__(self, module_hash: str) -> Value:
        try:
            return self.read(self.table.row_of(module_hash))
        except (NotInTable, ValueError):
            raise KeyError(module_hash) from None

    def __iter__(self) -> Iterator[str]:
        return map(self.table.hash_at, range(len(self.table)))

    def __len__(self) -> int:
        return len(self.table)
