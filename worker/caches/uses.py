"""What a piece of work takes from memory, so that one can tell later whether it would come out the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

_watching: ContextVar[Uses | None] = ContextVar("uses", default=None)


class Uses:
    """What was used: for each of it, a way to use it again, which says whether it still is what it was."""

    def __init__(self) -> None:
        self.were_in_memory = True
        self._again: list[Callable[[], bool]] = []

    def note(self, again: Callable[[], bool]) -> None:
        """Note a use."""
        self._again.append(again)

    def note_other(self) -> None:
        """Note that something was used that can't be used again, because it was not in memory, or has effects."""
        self.were_in_memory = False

    def again(self) -> bool:
        """Use all of it again; False if anything isn't what it was."""
        return all(again() for again in self._again)


@contextlib.contextmanager
def watched_uses() -> Iterator[Uses]:
    """Watch what the block uses, tasks included that it starts."""
    uses = Uses()
    token = _watching.set(uses)
    try:
        yield uses
    finally:
        _watching.reset(token)


def watching() -> Uses | None:
    """Return where to note what is used now, None if nobody wants to know."""
    return _watching.get()
