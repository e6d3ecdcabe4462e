"""Source context: a line of source text and those around it, short enough to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from core.buffers import Content, find, rfind

LINES_AROUND = 5
"""How many lines are shown before a line, and after it."""
LONGEST_BYTES = 150
"""Lines up to this length are shown whole."""

_CHUNK = 65_536
_LONGEST_REMEMBERED = 4 << 20
_PLAIN_BYTES = 11 * (LONGEST_BYTES + 1)
_TRIMMED_BYTES = 140
_BEFORE_COLUMN_BYTES = 60
_TOO_SHORT_TO_CUT_BYTES = 5


Bounds = tuple[tuple[int, int], ...]


class Context(msgspec.Struct, frozen=True, gc=False):
    """A line and up to five before and after it.  A Struct, as that takes a tenth of the time to make."""

    pre: list[str]
    line: str
    post: list[str]


def source_context(content: Content, line: int, column: int) -> Context | None:
    """Return the line ``line`` of ``content``, which is UTF-8, and those around it; None if there is no such line.

    ``line`` and ``column`` are a frame's: from 1, and a column of 0 is an unknown one.  All lines are trimmed around
    the same column.  Lines end in LF or CR LF and in nothing else.

    Reads no more than it has to: neither the lines far from ``line`` nor the middle of a long one are ever copied.
    """
    start = _line_start(content, line)
    if start is None:
        return None
    plain = _plain_context(content, start)
    if plain is not None:
        return plain
    before, following = _bounds(content, start)
    view = memoryview(content)
    current, *post = [trim_line(view[first:last], column) for first, last in following]
    return Context(pre=[trim_line(view[first:last], column) for first, last in before], line=current, post=post)


def _plain_context(content: Content, start: int) -> Context | None:
    """Return the line at ``start`` and those around it if none needs any care, as in nearly all written code."""
    if content.find(b"\n", start, start + LONGEST_BYTES + 1) < 0:
        return None
    first = start
    before = 0
    while before < LINES_AROUND and first > 0:
        first = rfind(content, b"\n", first - 1) + 1
        before += 1
    end = min(len(content), first + _PLAIN_BYTES)
    last = start
    for _ in range(1 + LINES_AROUND):
        last = content.find(b"\n", last, end) + 1
        if last == 0:
            return None
    block = content[first : last - 1]
    if b"\r" in block or max(map(len, block.split(b"\n"))) > LONGEST_BYTES:
        return None
    lines = block.decode().split("\n")
    return Context(pre=lines[:before], line=lines[before], post=lines[before + 1 :])


def trim_line(line: bytes | memoryview, column: int) -> str:
    """Return the text of ``line``, and of a line longer than 150 bytes some 140 around the byte ``column``.

    ``{snip}`` stands where something is missing.

    Source: Symbolicator; the column counts bytes here, although a frame's doesn't.
    """
    length = len(line)
    if length <= LONGEST_BYTES:
        return str(line, "utf-8")
    start, end = shown_part(length, column)
    start = _character_start(line, start)
    end = _character_start(line, end) if end < length else length
    return snipped(str(line[start:end], "utf-8"), start, end, length)


def shown_part(length: int, column: int) -> tuple[int, int]:
    """Return the bounds of what to show of a long line; a few bytes at either end are not worth a cut.

    They are bytes, as ``length`` and ``column`` are; characters that they cut belong behind them.
    """
    start = max(min(column, length) - _BEFORE_COLUMN_BYTES, 0)
    if start < _TOO_SHORT_TO_CUT_BYTES:
        start = 0
    end = min(start + _TRIMMED_BYTES, length)
    if end > length - _TOO_SHORT_TO_CUT_BYTES:
        return length - _TRIMMED_BYTES, length
    return start, end


def snipped(part: str, start: int, end: int, length: int) -> str:
    """Return the text between two bytes of a line of ``length``, and say where something is missing."""
    prefix = "{snip} " if start > 0 else ""
    suffix = " {snip}" if end < length else ""
    return f"{prefix}{part}{suffix}"


def _line_start(content: Content, line: int) -> int | None:
    """Return where the line ``line`` starts, None if there is no such line."""
    if line < 2:
        return 0 if line == 1 and len(content) > 0 else None
    start = _skip_lines_remembered(content, line - 1) if _is_light(content) else _skip_lines(content, line - 1)
    return start if start is not None and start < len(content) else None


def _skip_lines(content: Content, count: int) -> int | None:
    """Return what follows the LF number ``count``.

    Counting is much faster than finding, so only the chunk with that LF is searched.
    """
    if count == 0:
        return 0
    position = 0
    while (in_chunk := content[position : position + _CHUNK].count(b"\n")) < count:
        count -= in_chunk
        position += _CHUNK
        if position >= len(content):
            return None
    for _ in range(count):
        position = content.find(b"\n", position) + 1
    return position


# Generated code is a few lines of megabytes, and the next frame is often in the same file.
_skip_lines_remembered = lru_cache(8)(_skip_lines)


def _bounds(content: Content, start: int) -> tuple[Bounds, Bounds]:
    """Return the bounds of the lines before the one at ``start``, and those of that line and the ones after it."""
    return _bounds_remembered(content, start) if _is_light(content) else _bounds_anew(content, start)


def _is_light(content: Content) -> bool:
    """Return whether it does no harm that a content is kept in memory because its lines are remembered."""
    return not isinstance(content, bytes) or len(content) <= _LONGEST_REMEMBERED


def _bounds_anew(content: Content, start: int) -> tuple[Bounds, Bounds]:
    return tuple(_lines_before(content, start))[::-1], tuple(_lines_from(content, start))


_bounds_remembered = lru_cache(8)(_bounds_anew)


def _lines_before(content: Content, start: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the lines before the one at ``start``, the nearest first."""
    for _ in range(LINES_AROUND):
        if start == 0:
            return
        line_feed = start - 1
        start = rfind(content, b"\n", line_feed) + 1
        yield start, _without_carriage_return(content, start, line_feed)


def _lines_from(content: Content, start: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the line at ``start`` and of those after it."""
    for _ in range(1 + LINES_AROUND):
        if start >= len(content):
            return
        line_feed = find(content, b"\n", start)
        if line_feed < 0:
            yield start, len(content)
            return
        yield start, _without_carriage_return(content, start, line_feed)
        start = line_feed + 1


def _without_carriage_return(content: Content, start: int, line_feed: int) -> int:
    """Return where the line that ``line_feed`` terminates ends."""
    return line_feed - 1 if line_feed > start and content[line_feed - 1 : line_feed] == b"\r" else line_feed


def _character_start(line: bytes | memoryview, index: int) -> int:
    """Return where the character that holds the byte ``index`` starts."""
    while line[index] & 0b1100_0000 == 0b1000_0000:
        index -= 1
    return index
