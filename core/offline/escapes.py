"""Encodings of the passages of a text: escapes of JSON, percent-encoding, and the escape codes of terminals."""

from __future__ import annotations

import re
from json import dumps

from core.offline.escape_reader import is_percent_encoded, written_levels

PERCENT = -1
"""The encoding of what is percent-encoded.  From 0 on: that of a string of JSON in a string of JSON, so many times."""

# Escape codes of terminals: as they are, as logs write them, and as they look where the escape character got lost.
_CODE = r"\[[\d;:?]*[A-Za-z]"
_HIDDEN = (
    rf"\x1b(?:{_CODE}|\][^\x07\x1b\n]*(?:\x07|\x1b\\))|\x9b[\d;:?]*[A-Za-z]|\^\[{_CODE}|#033{_CODE}"
    r"|\[\d{1,3}(?:;\d{1,3}){0,9}m"
)
_HIDDEN_PART = re.compile(rf"{_HIDDEN}|\\(?<!\\\\)\\*(?:u001[bB]|x1[bB]|033){_CODE}")
_MAY_HIDE = re.compile(r"[\x1b\x9b]|\[\d|\d[;m]")


def hidden_parts(raw: str) -> str:
    """Return the escape codes of terminals in a passage."""
    return "".join(found[0] for found in _HIDDEN_PART.finditer(raw)) if _MAY_HIDE.search(raw) else ""


class Encodings:
    """Notation of the passages of a text.  They are asked for in order: the line of the last one is remembered."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._start = self._end = -1
        self._is_percent_encoded = False
        self._level = 0

    def at(self, start: int, end: int) -> int:
        """Return the encoding of a passage."""
        if not self._start <= start <= self._end:
            self._start, self._end = _line_around(self._raw, start)
            self._is_percent_encoded = is_percent_encoded(self._raw, self._start, self._end)
            self._level = written_levels(self._raw, self._start, self._end).bit_length()
        return PERCENT if self._is_percent_encoded and "%" in self._raw[start:end] else self._level

    def encoded(self, text: str, start: int, end: int) -> str:
        """Return ``text`` as it has to be written in the place of a passage."""
        encoding = self.at(start, end)
        if encoding == PERCENT:
            from urllib.parse import quote  # rarely needed, and slow to import

            return quote(text, safe="")
        for _ in range(encoding):
            text = dumps(text, ensure_ascii=False)[1:-1]
        return text


def _line_around(raw: str, position: int) -> tuple[int, int]:
    end = raw.find("\n", position)
    return raw.rfind("\n", 0, position) + 1, len(raw) if end < 0 else end
