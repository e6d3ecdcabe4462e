"""What a person at a terminal gets, and a file or pipe doesn't: colours, and how far the work is."""

from __future__ import annotations

import os
import sys
import time
from enum import StrEnum
from typing import TextIO

from core.text.control_characters import visible

_WIDTH = 24
_QUIET_S = 1.0
_BETWEEN_S = 0.1


class Colour(StrEnum):
    """The colours we use, as terminals know them."""

    GOOD = "32"
    BAD = "31"
    FAINT = "2"
    STRONG = "1"


def paint(text: str, colour: Colour, stream: TextIO) -> str:
    """Return ``text`` in a colour, if ``stream`` is a terminal and nobody said ``NO_COLOR``.

    Control characters of the text itself are shown, not sent.
    """
    shown = visible(text)
    return f"\x1b[{colour}m{shown}\x1b[0m" if _has_colours(stream) else shown


class Progress:
    """A bar on the terminal behind stderr, for work that takes more than a second; elsewhere, nothing.

    Where nobody knows how much work there is, ``total`` is None, and only what is done is shown.
    """

    def __init__(self, what: str, total: int | None = None, quiet_s: float = _QUIET_S) -> None:
        self._what, self._total, self._done = what, total, 0
        self._next_s = time.monotonic() + quiet_s
        self._is_shown = False
        self._is_wanted = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._write("")

    def step(self, count: int = 1) -> None:
        """Say that so much of the work is done."""
        if not self._is_wanted:
            return
        self._done += count
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _BETWEEN_S
            self._is_shown = True
            self._write(f"{self._what} {self._shown()}")

    def _shown(self) -> str:
        if self._total is None:
            return f"{self._done:,}"
        done = min(self._done, self._total)
        bar = "#" * (_WIDTH * done // max(self._total, 1))
        return f"[{bar:<{_WIDTH}}] {done:,} of {self._total:,}"

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _has_colours(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
