"""A stack trace with the original frames in it, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from core.artifacts.map_search import Unmapped
from core.context import trim_line
from core.stack_traces.original_frames import OriginalFrame
from core.stack_traces.rewriting import Edit, frame_text, line_end, rewritten
from core.stack_traces.text_frames import TextFrame
from worker.command.terminal import Colour, paint

_INDENT = "      "


def original_text(text: str, frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int) -> str:
    """Return ``text`` with the original frames, each followed by so many source lines around it if there are any."""
    return rewritten(text, sorted(_edits(text, frames, outcomes, context), key=lambda edit: edit[:2]))


def source_lines(original: OriginalFrame, around: int) -> Iterator[str]:
    """Yield the source lines around a frame, numbered; none if the map doesn't embed the source."""
    lines = original.source_lines(around)
    if lines is None:
        return
    width = len(str(original.lineno + len(lines.after)))
    first = original.lineno - len(lines.before)
    for lineno, line in enumerate([*lines.before, lines.line, *lines.after], first):
        is_current = lineno == original.lineno
        text = trim_line(line.encode(), original.colno)
        shown = f"{_INDENT}{'>' if is_current else ' '} {lineno:>{width}} | {text}".rstrip()
        yield paint(shown, Colour.STRONG if is_current else Colour.FAINT, sys.stdout)


def _edits(
    text: str, frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int
) -> Iterator[Edit]:
    for frame, found in zip(frames, outcomes, strict=True):
        if isinstance(found, Unmapped):
            continue
        original = frame_text(frame, found.function, found.place)
        yield frame.start, frame.end, paint(original, Colour.GOOD, sys.stdout)
        if context > 0:
            end = line_end(text, frame.end)
            yield end, end, "".join(f"\n{line}" for line in source_lines(found, context))
