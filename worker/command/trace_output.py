"""Output of ``unmangle trace``: the text with original frames in it, JSON, and why frames stay as they were."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.offline.frame_places import TextFrame
from core.offline.map_search import Unmapped, UnmappedReason
from core.offline.original_frames import OriginalFrame
from core.offline.rewriting import Edit, FrameWriter, line_end, with_edits
from core.text.source_context import trim_line
from worker.command.terminal import ANSWER_IS_NO, SOME_LEFT, Colour, paint, say

_INDENT = "      "
_STARTS_OF_LINES = re.compile(r"\s*(?:at (?:async )?)?")
"""Beginnings of lines that have one frame and nothing else."""


def original_text(
    text: str,
    frames: list[TextFrame],
    outcomes: list[OriginalFrame | Unmapped],
    context: int,
    *,
    with_ignored: bool = True,
) -> str:
    """Return ``text`` with the original frames, each followed by so many source lines around it if there are any.

    Without ``with_ignored``, lines of frames whose source the map ignores are left out.
    """
    return with_edits(text, _edits(text, frames, outcomes, context, with_ignored=with_ignored))


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


def json_frames(
    frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the frames of a text in its order, each as it was and as it is."""
    return {"frames": [json_frame(frame, found, context) for frame, found in zip(frames, outcomes, strict=True)]}


def json_frame(frame: TextFrame, found: OriginalFrame | Unmapped, context: int) -> dict[str, Any]:
    """Return a frame as it was and as it is, or why that isn't known."""
    raw = {"function": frame.function, "abs_path": frame.path, "lineno": frame.lineno, "colno": frame.colno}
    if isinstance(found, Unmapped):
        return {"raw": raw, "original": None, "reason": found.reason.value, "detail": found.detail}
    inlined = {"inlined": [_place(each, context) for each in found.inlined]} if found.inlined else {}
    return {"raw": raw, "original": _place(found, context), **inlined}


def exit_code(outcomes: Iterable[OriginalFrame | Unmapped]) -> int:
    """Return 0 if all frames that have a file have an original; other codes if none has, or some have not."""
    counts = Counter(isinstance(found, OriginalFrame) for found in outcomes if not _is_native(found))
    if not counts[True]:
        return ANSWER_IS_NO
    return SOME_LEFT if counts[False] else 0


def say_why(outcomes: list[OriginalFrame | Unmapped]) -> None:
    """Say of each reason once why frames are as they were; that "native code" has no map is no news."""
    reasons = Counter(found for found in outcomes if isinstance(found, Unmapped) and not _is_native(found))
    for found, count in reasons.items():
        frames = "1 frame" if count == 1 else f"{count} frames"
        say(f"unmangle: {found.detail} [{found.reason}, {frames}]")
    if not outcomes:
        say("unmangle: no frames were found in the text")


def say_what_is_missing(paths: list[Path] | None) -> None:
    """Say that there is nothing to look in."""
    places = ", ".join(map(str, paths)) if paths else "the current folder"
    say(f"unmangle: neither generated files nor source maps are in {places}: name the folder of the build with -a")


def say_what_has_no_lines(originals: list[OriginalFrame]) -> None:
    """Say of which originals no lines can be shown."""
    for place in {found.file: found.mapped.map_place for found in originals if found.source_lines(0) is None}.items():
        say("unmangle: no lines of {}, as {} doesn't embed it".format(*place))


def _edits(
    text: str,
    frames: list[TextFrame],
    outcomes: list[OriginalFrame | Unmapped],
    context: int,
    *,
    with_ignored: bool,
) -> Iterator[Edit]:
    usual = FrameWriter(text, lambda written: paint(written, Colour.GOOD, sys.stdout))
    faint = FrameWriter(text, lambda written: paint(written, Colour.FAINT, sys.stdout))
    for frame, found in zip(frames, outcomes, strict=True):
        if isinstance(found, Unmapped):
            continue
        start, end = text.rfind("\n", 0, frame.start) + 1, line_end(text, frame.end)
        has_line = _STARTS_OF_LINES.fullmatch(text, start, frame.start) and not text[frame.end : end].strip()
        for inlined in found.inlined if has_line else ():
            if with_ignored or not inlined.is_ignored:
                written = _written(faint if inlined.is_ignored else usual, frame._replace(function=None), inlined)
                around = text[start : frame.start], text[frame.end : end]
                lines = "".join(f"\n{line}" for line in source_lines(inlined, context)) if context > 0 else ""
                yield start, start, f"{around[0]}{written} [inlined]{around[1]}{lines}\n"
        if has_line and found.is_ignored and not with_ignored:
            yield start, min(end + 1, len(text)), ""
            continue
        yield frame.start, frame.end, _written(faint if found.is_ignored else usual, frame, found)
        if context > 0:
            yield end, end, "".join(f"\n{line}" for line in source_lines(found, context))


def _written(writer: FrameWriter, frame: TextFrame, found: OriginalFrame) -> str:
    return writer.written(frame, found.function, found.file, found.lineno, found.colno)


def _place(original: OriginalFrame, context: int) -> dict[str, Any]:
    position = original.position
    lines = original.source_lines(context) if context > 0 else None
    return {
        "function": original.function,
        "file": original.file,
        "source": position.file,
        "lineno": original.lineno,
        "colno": original.colno,
        "name": position.name,
        "source_map": original.mapped.map_place,
        "minified_file": original.mapped.code,
        **({"ignored": True} if original.is_ignored else {}),
        **({"pre_context": lines.before, "context_line": lines.line, "post_context": lines.after} if lines else {}),
    }


def _is_native(found: OriginalFrame | Unmapped) -> bool:
    return isinstance(found, Unmapped) and found.reason is UnmappedReason.NOT_A_FILE
