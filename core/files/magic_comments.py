"""Magic comments: those by which tools tie a JavaScript file to its source map."""

from __future__ import annotations

import re

from core.files.debug_ids import DebugId, parse_debug_id
from core.text.buffers import Content, in_chunks, rfind

# ASCII whitespace without "\v": bytes.split() would take that too.
_VALUE_START = re.compile(rb"[^ \t\n\f\r]")
_VALUE_END = re.compile(rb"[ \t\n\f\r]")
_URL_END = re.compile(rb"[ \t\n\f\r?#]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_DEBUG_ID_BYTES = 100  # more than count in one
_REFERENCE = b"sourceMappingURL="
_OPENING = re.compile(rb"(?:/(/)|/\*)[#@][ \t]*\Z")
_LONGEST_OPENING = 16
_IN_COMMENT = re.compile(rb"(?:\A|[\n\r])[ \t]*(?://|/\*(?![^\n\r]*\*/))[^\n\r]*\Z")
_LONGEST_COMMENT = 1000
# Possessive: a value of a megabyte with a quote behind it is read once.
_REST_OF_LINE = re.compile(rb"""[ \t]*+(?P<value>[^\s"'`]*+)[^\n\r"'`]*+(?=[\n\r]|\Z)""")
_REST_OF_BLOCK = re.compile(rb"""[ \t]*+(?P<value>[^\s"'`*]*+)[^\n\r"'`*]*+\*/""")
# Possessive, so that it takes no time to see that there is more.
_ONLY_COMMENTS = re.compile(rb"(?:[\s\x00]++|//[^\n\r]*+|/\*[\s\S]*?\*/|\xef\xbb\xbf)*+\Z")


def source_mapping_url(content: Content) -> str | None:
    """Return what the last ``sourceMappingURL`` comment of ``content`` refers to, None if there is none.

    Without query and fragment, also if it is a ``data:`` URL; may be empty.  ``content`` is UTF-8.  This is a search,
    not a parser: the text counts in strings and behind code as well.
    """
    place = source_mapping_place(content)
    return None if place is None else content[slice(*place)].decode()


def source_mapping_place(content: Content) -> tuple[int, int] | None:
    """Return where what ``source_mapping_url`` returns starts and ends."""
    start = _last_value(content, b"sourceMappingURL=", (b"//# ", b"//@ "))
    return None if start is None else (start, _first(_URL_END, content, start))


def effective_source_mapping_url(content: Content) -> tuple[int, int] | None:
    """Return where the value of the ``sourceMappingURL`` comment starts and ends that a browser would follow.

    No code follows it, and it is no part of a string.  ``content`` is in any encoding that has ASCII in it.

    Source: ECMA-426, "JavaScriptExtractSourceMapURL", without parsing; V8, which takes no quotes.
    """
    start = rfind(content, _REFERENCE, len(content))
    while start >= 0:
        opening = _OPENING.search(content[max(start - _LONGEST_OPENING, 0) : start])
        if opening is not None and not _is_in_comment(content, max(start - _LONGEST_OPENING, 0) + opening.start()):
            pattern = _REST_OF_LINE if opening[1] else _REST_OF_BLOCK
            rest = pattern.match(content, start + len(_REFERENCE))
            return rest.span("value") if rest and _ONLY_COMMENTS.match(content, rest.end()) else None
        start = rfind(content, _REFERENCE, start)
    return None


def _is_in_comment(content: Content, start: int) -> bool:
    """Say whether what starts there is in a comment that its line begins with: those have no comments in them."""
    line_start = max(rfind(content, b"\n", start), rfind(content, b"\r", start)) + 1
    return start - line_start <= _LONGEST_COMMENT and _IN_COMMENT.match(bytes(content[line_start:start])) is not None


def magic_comments_start(content: Content) -> int:
    """Return where the comments at the end of a file start that tie it to its map; what follows is no code."""
    starts = [len(content)]
    reference = effective_source_mapping_url(content)
    if reference is not None:
        starts.append(max(rfind(content, b"//", reference[0]), rfind(content, b"/*", reference[0])))
    debug_id = rfind(content, b"//# debugId=", len(content))
    if debug_id >= 0 and _ONLY_COMMENTS.match(content, debug_id):
        starts.append(debug_id)
    return min(starts)


def embedded_debug_id(content: Content) -> DebugId | None:
    """Return the debug id that the last ``debugId`` comment of ``content`` gives, None if it gives none."""
    start = _last_value(content, b"debugId=", (b"//# ",))
    if start is None:
        return None
    end = _first(_VALUE_END, content, start)
    if _first(_NOT_ASCII, content, start, end) < end:
        return None
    return parse_debug_id(content[start : min(end, start + _DEBUG_ID_BYTES)].decode())


def _last_value(content: Content, name: bytes, openings: tuple[bytes, ...]) -> int | None:
    """Return where the word starts after the last ``name`` that directly follows one of ``openings``.

    Each of these is four bytes long.  The word may well be on a later line.
    """
    start = rfind(content, name, len(content))
    while start >= 0:
        if start >= 4 and content[start - 4 : start] in openings:
            return _first(_VALUE_START, content, start + len(name))
        start = rfind(content, name, start)
    return None


def _first(byte: re.Pattern[bytes], content: Content, start: int, end: int | None = None) -> int:
    """Return where such a byte is first found from ``start`` on; ``end``, or that of all, if it is nowhere before."""
    end = len(content) if end is None else end
    for chunk_start, chunk_end in in_chunks(content, start, end):
        found = byte.search(content, chunk_start, chunk_end)
        if found is not None:
            return found.start()
    return end
