"""Stack traces with other frames in them, each written as its engine writes frames, and long lines of code cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from core.offline.frame_places import Style, TextFrame
from core.offline.json_frames import with_original
from core.offline.text_frames import MAY_BE_SPECIAL

if TYPE_CHECKING:
    from core.offline.escapes import Encodings

Edit = tuple[int, int, str]
"""Where what is replaced starts and ends, and what is written instead."""
_CONSOLE_SIGN = re.compile(r"\s+(?:[@—–]\s+)?(?=\S+\Z)")
_LINE_AND_COLUMN = re.compile(r":(\d+)(?::\d+)?\Z")
_KINDS_OF_CODE = frozenset({"global code", "module code", "eval code"})
"""What JavaScriptCore says where code is in no function."""
_NAMELESS = "<anonymous>"
_NEEDS_ESCAPES = re.compile(r"[\x00-\x1f\"\\]")
"""Characters that can't be in a string of JSON as they are."""
_ARROW = re.compile(r"^([ \t]*)(\^+)[ \t]*\r?$", re.MULTILINE)
_HEADER = re.compile(r"[^\n]*:\d{1,10}\r?\n")
_LONG = 1000
_BEFORE, _BEHIND = 60, 80
_CUT = "… "


class FrameWriter:
    """Writes original frames as the text around them has texts, and with the colours that they leave behind.

    ``paint`` marks what is written.
    """

    def __init__(self, text: str, paint: Callable[[str], str] = str) -> None:
        self._text = text
        self._paint = paint
        self._is_plain = MAY_BE_SPECIAL.search(text) is None
        self._encodings: Encodings | None = None

    def written(self, frame: TextFrame, function: str | None, file: str, lineno: int, colno: int | None) -> str:
        """Return what to write for ``frame``, whose original has these."""
        was = self._text[frame.start : frame.end]
        if frame.style is Style.OBJECT:
            return with_original(was, function, file, lineno, colno)
        place = f"{file}:{lineno}" if colno is None else f"{file}:{lineno}:{colno}"
        original = frame_text(frame, function, place, was)
        if self._is_plain and not _NEEDS_ESCAPES.search(original):
            return self._paint(original)
        from core.offline.escapes import Encodings, hidden_parts  # most texts have none

        self._encodings = self._encodings or Encodings(self._text)
        encoded = self._encodings.encoded(original, frame.start, frame.end)
        return self._paint(encoded) + hidden_parts(was)


def with_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return ``text`` with the edits made and long lines of code cut, in which nothing is edited."""
    code = list(shortened_code(text))
    kept = (edit for edit in edits if not any(start <= edit[0] < end for start, end, _ in code))
    return rewritten(text, sorted([*kept, *code], key=lambda edit: edit[:2]))


def frame_text(frame: TextFrame, function: str | None, place: str, was: str = "") -> str:
    """Return what to write for ``frame``.

    ``function`` is None if it has no name, ``place`` is ``file:line:column``, ``was`` is the text of the frame.
    """
    if frame.style is Style.EVAL_LINE:
        return _LINE_AND_COLUMN.sub(r" line \1", place)
    if frame.style is Style.MENTION or (frame.style is Style.ONLY_PLACE and function is None):
        return place
    if frame.style is Style.CONSOLE:
        sign = _CONSOLE_SIGN.search(was)
        return f"{function or '(anonymous)'}{sign[0] if sign else ' @ '}{place}"
    if frame.style in (Style.AT_SIGN, Style.ONLY_PLACE):
        if function is None and frame.function in _KINDS_OF_CODE:
            return f"{frame.function}@{place}"
        return f"{function or ''}@{place}"
    if frame.style is Style.EVAL:
        return f"{function or _NAMELESS} ({place})"
    if frame.function is not None and frame.function.startswith("new "):
        # Who is called so is said by the call; the map may say it again.
        return f"new {(function or _NAMELESS).removeprefix('new ')} ({place})"
    return place if function is None else f"{function} ({place})"


def rewritten(text: str, edits: Iterable[Edit]) -> str:
    """Return ``text`` with the edits made, which are given in order and don't overlap."""
    return "".join(_pieces(text, edits))


def line_end(text: str, position: int) -> int:
    """Return where the line that holds ``position`` ends: what follows is a line feed, or nothing."""
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def shortened_code(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where long lines of code are, each with its arrow, and what to show: the code around the arrow."""
    for arrow in _ARROW.finditer(text):
        end = arrow.start() - 1
        start = text.rfind("\n", 0, max(end, 0)) + 1
        header = text.rfind("\n", 0, max(start - 1, 0)) + 1
        at = start + len(arrow[1])
        if end - start > _LONG and at < end and _HEADER.fullmatch(text, header, start):
            yield start, arrow.end(2), _shortened(text, start, at, end, arrow[2])


def _pieces(text: str, edits: Iterable[Edit]) -> Iterator[str]:
    position = 0
    for start, end, replacement in edits:
        yield text[position:start]
        yield replacement
        position = end
    yield text[position:]


def _shortened(text: str, start: int, at: int, end: int, arrow: str) -> str:
    before = text[max(start, at - _BEFORE) : at]
    behind = text[at : min(end, at + _BEHIND)]
    head = _CUT if at - _BEFORE > start else ""
    tail = _CUT.rstrip() if at + _BEHIND < end else ""
    return f"{head}{before}{behind}{tail}\n{' ' * len(head + before)}{arrow[:_BEHIND]}"
