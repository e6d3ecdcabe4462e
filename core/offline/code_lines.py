"""The line of code that Node prints before a trace, with an arrow below it: it may have megabytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ARROW = re.compile(r"^([ \t]*)(\^+)[ \t]*\r?$", re.MULTILINE)
_HEADER = re.compile(r"[^\n]*:\d{1,10}\r?\n")
_LONG = 1000
_BEFORE, _BEHIND = 60, 80
_CUT = "… "


def shortened_code(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where long lines of code are, each with its arrow, and what to show: the code around the arrow."""
    for arrow in _ARROW.finditer(text):
        end = arrow.start() - 1
        start = text.rfind("\n", 0, max(end, 0)) + 1
        header = text.rfind("\n", 0, max(start - 1, 0)) + 1
        at = start + len(arrow[1])
        if end - start > _LONG and at < end and _HEADER.fullmatch(text, header, start):
            yield start, arrow.end(2), _shortened(text, start, at, end, arrow[2])


def _shortened(text: str, start: int, at: int, end: int, arrow: str) -> str:
    before = text[max(start, at - _BEFORE) : at]
    behind = text[at : min(end, at + _BEHIND)]
    head = _CUT if at - _BEFORE > start else ""
    tail = _CUT.rstrip() if at + _BEHIND < end else ""
    return f"{head}{before}{behind}{tail}\n{' ' * len(head + before)}{arrow[:_BEHIND]}"
