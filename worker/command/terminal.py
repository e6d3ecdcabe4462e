"""Terminal output: lines, colours and progress for a person, JSON for a program, exit codes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from core.command_line import Subcommands as Subcommands
from core.command_line import add_command as add_command
from core.text.control_characters import visible, visible_json

if TYPE_CHECKING:
    from core.offline.artifact_collection import Artifacts


_WIDTH = 24
_QUIET_S = 1.0
_BETWEEN_S = 0.1
NOT_DONE = 1
"""The exit code of a command that could not do what it was asked; argparse ends with 2 on a wrong command line."""
ANSWER_IS_NO = 3
"""The exit code of a command that did its work, but to no avail: no frame has an original, or a map is broken."""
SOME_LEFT = 4
"""The exit code of ``unmangle trace`` if some frames have originals, and others stay as they were."""


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


def say(line: str) -> None:
    """Tell a person what is no part of the result."""
    print(visible(line), file=sys.stderr)


def show(line: str) -> None:
    """Write a line of the result for people."""
    print(visible(line))


def show_in(colour: Colour, text: str, *, indent: str = "") -> None:
    """Write a line of the result in a colour, if people can see it."""
    print(f"{indent}{paint(text, colour, sys.stdout)}")


def write_json(document: object) -> None:
    """Write the result as JSON."""
    import orjson

    sys.stdout.write(visible_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()) + "\n")


def reason(error: Exception) -> str:
    """Return why something failed; of a file, its name and what the system says, without its number."""
    if isinstance(error, OSError) and error.errno and error.filename is not None:
        why = os.strerror(error.errno)
        return f"{os.fsdecode(error.filename)}: {why[0].lower()}{why[1:]}"
    return str(error)


def refuse(why: str) -> int:
    """Say on one line why nothing was done; return the exit code."""
    say(why)
    return NOT_DONE


def open_artifacts(paths: Iterable[Path] | None) -> Artifacts:
    """Return what is in the folders, archives and files at ``paths``; in the current folder if there are none.

    It shows its progress.  Raises OSError, and MalformedBundle.
    """
    from core.offline.artifact_collection import collect

    with Progress("looking for files") as progress:
        return collect(paths or [Path()], progress.step)


def _has_colours(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
