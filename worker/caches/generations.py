"""A memory for many small values that are cheap to make again: what is found costs little more than a look into a dict.

Values are kept in two generations.  When the young one has half of the room, it becomes the old one, and the old one
is dropped; what is found in the old one is young again.  So what is used stays, without an order that each use changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Generations(Generic[K, V]):
    """Keeps values that take up to ``max_bytes`` in all; ``size_of`` a value and its key is in bytes."""

    def __init__(self, max_bytes: int, size_of: Callable[[V], int]) -> None:
        self._max_young_bytes = max_bytes // 2
        self._size_of = size_of
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._young_bytes = 0

    def get(self, key: K) -> V | None:
        """Return the value for ``key``, None if it is not kept."""
        value = self._young.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, unless it alone would take more than half of the room."""
        size = self._size_of(value)
        if size > self._max_young_bytes:
            return
        if self._young_bytes + size > self._max_young_bytes:
            self._old, self._young, self._young_bytes = self._young, {}, 0
        self._young[key] = value
        self._young_bytes += size

    def clear(self) -> None:
        """Forget everything."""
        self._old, self._young, self._young_bytes = {}, {}, 0
