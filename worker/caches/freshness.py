"""What a request has had fetched anew that doesn't want anything to be used that was remembered before it came."""

from __future__ import annotations

from worker.caches.keys import Key


class Freshness:
    """The values that one request has had fetched: from then on they are good enough for it."""

    def __init__(self) -> None:
        self._fetched: set[Key] = set()

    def is_first(self, key: Key) -> bool:
        """Note a value; return whether it is wanted for the first time."""
        if key in self._fetched:
            return False
        self._fetched.add(key)
        return True
