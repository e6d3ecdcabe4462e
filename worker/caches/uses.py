"""What a piece of work takes from memory, so that one can tell later whether it would come out the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

_watching: ContextVar[Uses | None] = ContextVar("uses", default=None)


class Uses:
    """What was used: whether each of it still is what it was, and what using it again counts."""

    def __init__(self) -> None:
        self.were_in_memory = True
        self._conditions: list[Callable[[], bool]] = []
        self._effects: list[Callable[[], None]] = []

    def note(self, still_holds: Callable[[], bool]) -> None:
        """Note a use, and how to tell whether it could be repeated."""
        self._conditions.append(still_holds)

    def note_effect(self, effect: Callable[[], None]) -> None:
        """Note what a use does besides."""
        self._effects.append(effect)

    def note_other(self) -> None:
        """Note that something was used that can't be used again, because it was not in memory, or has effects."""
        self.were_in_memory = False

    def again(self) -> bool:
        """Use all of it again; False, and nothing is done, if anything isn't what it was."""
        if not all(still_holds() for still_holds in self._conditions):
            return False
        for effect in self._effects:
            effect()
        return True


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
