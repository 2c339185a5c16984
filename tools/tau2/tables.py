"""A table of records that is shared until somebody reaches for a record.

tau2's databases are megabytes that hardly any trial touches. All trials stand over one loaded database; a
record is copied when it is first reached by its key, since whoever has it may change it. Walking over the
table hands out the shared records, which tau2's tools only read then.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any


class Table(dict[str, Any]):
    """A view of shared records with changes of its own; a dict in every other respect."""

    def __init__(self, shared: Mapping[str, Any]) -> None:
        super().__init__(shared)
        self.shared = shared
        self.reached: set[str] = set()
        """Keys whose records are this view's own, are new, or are gone."""

    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        if key not in self.reached:
            found = deepcopy(found)
            self[key] = found
        return found

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            return default
        return self[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.reached.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.reached.add(key)

    def pop(self, key: str, *default: Any) -> Any:
        if key not in self:
            return super().pop(key, *default)
        found = self[key]
        del self[key]
        return found

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **others: Any) -> None:
        for key, value in dict(*args, **others).items():
            self[key] = value
