"""Bounds for the texts of strangers that are copied into frames: names, names of sources, ``sourceRoot``.

A text of a gigabyte may come in a kilobyte, and each frame has several copies of it.
"""

from __future__ import annotations

import orjson

from core.text.buffers import Content

LONGEST_TEXT = 16_384
"""Bytes of a text, as it is written where it comes from, that are read; the rest is left out."""
CUT = " {snip}"
"""What stands for the rest."""

_LONGEST_UNIT = 12  # bytes of what must not be cut: a pair of escaped surrogates


def short_text(text: str) -> str:
    """Return ``text`` without what is too long."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT


def short_json_string(text: Content, start: int, end: int) -> str:
    """Return what the JSON string ``text[start:end]``, quotes included, stands for, without what is too long."""
    if end - start <= LONGEST_TEXT:
        return str(orjson.loads(text[start:end]))
    part = text[start : start + LONGEST_TEXT]
    for cut in range(1 + _LONGEST_UNIT):
        try:
            return str(orjson.loads(part[: len(part) - cut] + b'"')) + CUT
        except orjson.JSONDecodeError:  # in the middle of a character, or of an escape
            continue
    raise ValueError("no string of JSON is there: the text was checked, so an index is wrong")
