"""Escapes in texts: escape codes of terminals, escapes of JSON, entities, percent-encoding."""

from __future__ import annotations

import json
import re

from core.offline.plain_text import MAY_BE_SPECIAL, PlainText

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
# Each alternative starts with a letter, as such expressions are searched for ten times as fast.
_SPECIAL = re.compile(
    rf"{_HIDDEN}"
    rf"|\\(?<!\\\\)(\\*)(?:(?P<hidden>(?:u001[bB]|x1[bB]|033){_CODE}|n['\"`] \+(?=\r?(?:\n|\Z)))"
    r"|u(?P<high>[dD][89abAB][\da-fA-F]{2})\\+u(?P<low>[dD][c-fC-F][\da-fA-F]{2})"
    r"|(?P<escaped>[nrt/]|u[\da-fA-F]{4}|x0[aAdD9]|01[125]))"
    r"|#01[125]|&(?:[A-Za-z]{2,7}|#\d{1,4}|#[xX][\da-fA-F]{1,4});|<br ?/?>"
)
_HALF_PLACE = re.compile(r":[^\w\s]*(?:\[[\d;]*m)?\d|%3[aA]\d| line \d")
_PERCENT = re.compile(r"(?:%[\da-fA-F]{2}|\+)+")
_PERCENT_ENCODED = re.compile(
    r"%3[aA]\d{1,10}%3[aA]\d|:\d{1,10}:\d{1,10}%29|(?:=|%0[aAdD])(?:%20|%09|\+)*+at(?:%20|\+)|\d%0[aAdD]"
)
# The "\n" of a string ends a line, but not the one in "C:\new": before or behind it is a frame.
_WRITTEN_LINE_END = re.compile(
    r"\\(?:(?<=\d\\)|(?<=\d\)\\)|(?<=<anonymous>\)\\)|(?<=\[native code\]\\))(\\*)[nr]"
    r"|\\(?<!\\\\)(\\*)[nr](?:\s|\\+t)*at "
)
_JSON_START = re.compile(r"\s*(?:\{|\[\s*[\"'{]|\")")
_JSON_WITHIN = re.compile(r"[\w\"]\"\s*:\s*[\"\[{]|\{\"")
_EVERYWHERE = re.compile(r"u(?:00(?:0[aAdD9]|2[67fF]|3[cCeE])|202[89])")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_CODES = {
    "/": "/",
    "x0a": "\n",
    "x0A": "\n",
    "x0d": "\r",
    "x0D": "\r",
    "x09": "\t",
    "012": "\n",
    "015": "\r",
    "011": "\t",
    "#012": "\n",
    "#015": "\r",
    "#011": "\t",
}
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " ", "newline": "\n", "tab": "\t"}


def read_escapes(raw: str) -> PlainText:
    """Return a text as a person would read it."""
    return _Reading(raw).plain_text()


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
            self._is_percent_encoded = _is_percent_encoded(self._raw, self._start, self._end)
            self._level = max(_levels(self._raw, self._start, self._end), default=0).bit_length()
        return PERCENT if self._is_percent_encoded and "%" in self._raw[start:end] else self._level

    def encoded(self, text: str, start: int, end: int) -> str:
        """Return ``text`` as it has to be written in the place of a passage."""
        encoding = self.at(start, end)
        if encoding == PERCENT:
            from urllib.parse import quote  # rarely needed, and slow to import

            return quote(text, safe="")
        for _ in range(encoding):
            text = json.dumps(text, ensure_ascii=False)[1:-1]
        return text

    def decoded(self, text: str, start: int, end: int) -> str:
        """Return what a part of a passage stands for; the text itself if that makes no sense."""
        for _ in range(max(self.at(start, end), 0)):
            try:
                text = str(json.loads(f'"{text}"', strict=False))
            except ValueError:
                break
        return text


class _Reading:
    """Makes a plain text, one line of the raw one after the other."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._plain = PlainText("")
        self._pieces: list[str] = []
        self._length = self._read_to = 0

    def plain_text(self) -> PlainText:
        position = 0
        while (special := MAY_BE_SPECIAL.search(self._raw, position)) is not None:
            start, end = _line_around(self._raw, special.start())
            if _HALF_PLACE.search(self._raw, start, end) is not None:  # otherwise no frame is on it
                self._read_line(start, end)
            position = end
        self._pieces.append(self._raw[self._read_to :])
        self._plain.text = "".join(self._pieces)
        return self._plain

    def _read_line(self, start: int, end: int) -> None:
        if _is_percent_encoded(self._raw, start, end):
            from urllib.parse import unquote  # see above

            for found in _PERCENT.finditer(self._raw, start, end):
                self._replace(found.start(), found.end(), unquote(found[0].replace("+", " ")))
            return
        levels = _levels(self._raw, start, end)
        for found in _SPECIAL.finditer(self._raw, start, end):
            meaning = _meaning(found, levels)
            if meaning is not None:
                self._replace(found.start(), found.end(), meaning)

    def _replace(self, start: int, end: int, meaning: str) -> None:
        self._pieces.append(self._raw[self._read_to : start])
        self._pieces.append(meaning)
        self._length += start - self._read_to
        self._plain.add_piece(self._length, len(meaning), start, end)
        self._length += len(meaning)
        self._read_to = end


def _line_around(raw: str, position: int) -> tuple[int, int]:
    end = raw.find("\n", position)
    return raw.rfind("\n", 0, position) + 1, len(raw) if end < 0 else end


def _is_percent_encoded(raw: str, start: int, end: int) -> bool:
    return raw.find("%", start, end) >= 0 and _PERCENT_ENCODED.search(raw, start, end) is not None


def _levels(raw: str, start: int, end: int) -> set[int]:
    """Return how many backslashes a line has in front of the letters that stand for the end of a line."""
    levels = {len(found[1] or found[2] or "") + 1 for found in _WRITTEN_LINE_END.finditer(raw, start, end)}
    if not levels and (_JSON_START.match(raw, start, end) or _JSON_WITHIN.search(raw, start, end)):
        levels = {1}
    return {level for level in levels if level & (level - 1) == 0}


def _meaning(special: re.Match[str], levels: set[int]) -> str | None:
    """Return what a special piece stands for; None if it stands for itself."""
    text = special[0]
    if text[0] == "\\":
        return "" if special["hidden"] else _escaped(special, levels)
    if text[0] == "&":
        return _entity(text)
    return "\n" if text[0] == "<" else _CODES.get(text, "")


def _escaped(special: re.Match[str], levels: set[int]) -> str | None:
    if special["high"]:
        return chr((int(special["high"], 16) - 0xD800 << 10) + int(special["low"], 16) - 0xDC00 + 0x10000)
    letter, backslashes = special["escaped"], len(special[1]) + 1
    if letter[0] == "u":
        code = int(letter[1:], 16)
        # Quotation marks stay escaped, so that it can be told where a string ends; halves of characters are none.
        is_meant = _EVERYWHERE.match(letter) or (backslashes in levels and code >= 0x80 and code >> 11 != 0x1B)
        return chr(code) if is_meant else None
    if letter[0] not in _CONTROLS:
        return _CODES.get(letter)
    if backslashes not in levels:
        return None
    if backslashes // 2 in levels and not _WRITTEN_LINE_END.match(special.string, special.start()):
        return None  # of both kinds are in the line: this may well be "C:\\new"
    return _CONTROLS[letter]


def _entity(entity: str) -> str | None:
    name = entity[1:-1]
    if name[0] == "#":
        code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
        return chr(code) if code else None
    return _ENTITIES.get(name.lower())
