"""What several caches may take together."""

from __future__ import annotations

from typing import Protocol


class Bounded(Protocol):
    """A cache that has to keep within a budget."""

    @property
    def size_bytes(self) -> int:
        """How much it takes."""
        ...

    @property
    def oldest_use(self) -> float:
        """When the value was last used that was used longest ago, by a common clock; infinity if it's empty."""
        ...

    def drop_oldest(self) -> None:
        """Drop that value."""
        ...


class Budget:
    """Lets caches take ``max_bytes`` in all; whichever has the value that was used longest ago has to drop it."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._caches: list[Bounded] = []

    @property
    def size_bytes(self) -> int:
        """How much the caches take."""
        return sum(cache.size_bytes for cache in self._caches)

    def add(self, cache: Bounded) -> None:
        """Have a cache keep within the budget."""
        self._caches.append(cache)

    def enforce(self) -> None:
        """Have values dropped until the rest is within the budget."""
        while self.size_bytes > self.max_bytes:
            min(self._caches, key=lambda cache: cache.oldest_use).drop_oldest()
