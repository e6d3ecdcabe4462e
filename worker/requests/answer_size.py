"""Size of an answer while it is made: one that is too large is refused before it is built, large ones take turns.

Many answers at once may be as large as allowed, but a worker process has room for one such at a time.
"""

from __future__ import annotations

import asyncio
import sys

from core.errors import AnswerTooLarge

LARGE_BYTES = 4 << 20
"""From here on there is one answer at a time."""


class LargeAnswers:
    """The turns of the large answers of one process.  Belongs to one event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def begin(self) -> None:
        """Wait until no other large answer is made, or waits to be stored."""
        await self._lock.acquire()

    def end(self) -> None:
        """Let the next one begin."""
        self._lock.release()


class AnswerSize:
    """The size in bytes of an answer that grows up to ``max_bytes``; without arguments, one that stands alone."""

    def __init__(self, turns: LargeAnswers | None = None, max_bytes: int = sys.maxsize) -> None:
        self._turns = turns or LargeAnswers()
        self._max_bytes = max_bytes
        self._size = 0
        self._has_turn = False

    async def grow(self, size: int) -> None:
        """Add the ``size`` of a part; wait until no other large answer is under way, if this is one now.

        Raises AnswerTooLarge.  ``close`` ends the turn.
        """
        self._size += size
        self.check(self._size)
        if self._size > LARGE_BYTES and not self._has_turn:
            await self._turns.begin()
            self._has_turn = True

    def close(self) -> None:
        """End the turn, if there is one: the answer is stored, or there will be none."""
        if self._has_turn:
            self._has_turn = False
            self._turns.end()

    def check(self, size: int) -> None:
        """Raise AnswerTooLarge if an answer of this size, which is built, is too large after all."""
        if size > self._max_bytes:
            raise AnswerTooLarge(size, self._max_bytes)
