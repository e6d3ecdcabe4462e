"""The comments by which tools tie a JavaScript file to its source map."""

from __future__ import annotations

import re

from core.buffers import Content, rfind
from core.debug_ids import DebugId, parse_debug_id

# ASCII whitespace without "\v": bytes.split() would take that too.
_VALUE = re.compile(rb"[ \t\n\f\r]*([^ \t\n\f\r]*)")


def source_mapping_url(content: Content) -> str | None:
    """Return what the last ``sourceMappingURL`` comment of ``content`` refers to, None if there is none.

    Without query and fragment, also if it is a ``data:`` URL; may be empty.  ``content`` is UTF-8.  This is a search,
    not a parser: the text counts in strings and behind code as well.
    """
    value = _last_value(content, b"sourceMappingURL=", (b"//# ", b"//@ "))
    return None if value is None else value.partition("?")[0].partition("#")[0]


def embedded_debug_id(content: Content) -> DebugId | None:
    """Return the debug id that the last ``debugId`` comment of ``content`` gives, None if it gives none."""
    value = _last_value(content, b"debugId=", (b"//# ",))
    return None if value is None else parse_debug_id(value)


def _last_value(content: Content, name: bytes, openings: tuple[bytes, ...]) -> str | None:
    """Return the word after the last ``name`` that directly follows one of ``openings``, each four bytes long."""
    start = rfind(content, name, len(content))
    while start >= 0:
        if start >= 4 and content[start - 4 : start] in openings:
            return _word_at(content, start + len(name))
        start = rfind(content, name, start)
    return None


def _word_at(content: Content, start: int) -> str:
    """Return the first word at or after ``start``; it may well be on a later line."""
    word = _VALUE.match(content, start)
    return word[1].decode() if word else ""
