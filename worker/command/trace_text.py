"""A stack trace with the original frames in it, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.offline.code_lines import shortened_code
from core.offline.frame_places import Style, TextFrame
from core.offline.json_frames import with_original
from core.offline.map_search import Unmapped
from core.offline.original_frames import OriginalFrame
from core.offline.plain_text import MAY_BE_SPECIAL, NEEDS_ESCAPES
from core.offline.rewriting import Edit, frame_text, line_end, rewritten
from core.text.source_context import trim_line
from worker.command.terminal import Colour, paint

if TYPE_CHECKING:
    from core.offline.escapes import Encodings

_INDENT = "      "


def original_text(text: str, frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int) -> str:
    """Return ``text`` with the original frames, each followed by so many source lines around it if there are any."""
    code = list(shortened_code(text))
    edits = (edit for edit in _edits(text, frames, outcomes, context) if not _is_within(edit, code))
    return rewritten(text, sorted([*edits, *code], key=lambda edit: edit[:2]))


def source_lines(original: OriginalFrame, around: int) -> Iterator[str]:
    """Yield the source lines around a frame, numbered; none if the map doesn't embed the source."""
    lines = original.source_lines(around)
    if lines is None:
        return
    width = len(str(original.lineno + len(lines.after)))
    first = original.lineno - len(lines.before)
    for lineno, line in enumerate([*lines.before, lines.line, *lines.after], first):
        is_current = lineno == original.lineno
        text = trim_line(line.encode(), original.colno or 0)
        shown = f"{_INDENT}{'>' if is_current else ' '} {lineno:>{width}} | {text}".rstrip()
        yield paint(shown, Colour.STRONG if is_current else Colour.FAINT, sys.stdout)


def _is_within(edit: Edit, others: list[Edit]) -> bool:
    return any(start <= edit[0] < end for start, end, _ in others)


def _edits(
    text: str, frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int
) -> Iterator[Edit]:
    writer = _Writer(text)
    for frame, found in zip(frames, outcomes, strict=True):
        if isinstance(found, Unmapped):
            continue
        yield frame.start, frame.end, writer.written(frame, found)
        if context > 0:
            end = line_end(text, frame.end)
            yield end, end, "".join(f"\n{line}" for line in source_lines(found, context))


class _Writer:
    """Writes frames as the text around them has texts, and in the colours that they leave behind."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_plain = MAY_BE_SPECIAL.search(text) is None
        self._encodings: Encodings | None = None

    def written(self, frame: TextFrame, found: OriginalFrame) -> str:
        """Return what to write for a frame."""
        was = self._text[frame.start : frame.end]
        if frame.style is Style.OBJECT:
            return with_original(was, found.function, found.file, found.lineno, found.colno)
        original = frame_text(frame, found.function, found.place, was)
        if self._is_plain and not NEEDS_ESCAPES.search(original):
            return paint(original, Colour.GOOD, sys.stdout)
        from core.offline.escapes import Encodings, hidden_parts  # most texts have none

        self._encodings = self._encodings or Encodings(self._text)
        encoded = self._encodings.encoded(original, frame.start, frame.end)
        return paint(encoded, Colour.GOOD, sys.stdout) + hidden_parts(was)
