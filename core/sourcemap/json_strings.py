"""Strings of a source map: decoded from its JSON when asked for, cut, memoised, interned.

They are by strangers: a text of a gigabyte may come in a kilobyte, and each frame has several copies of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

import orjson

from core.text.buffers import Content, Numbers

LONGEST_TEXT = 16_384
"""Bytes of a text, as it is written where it comes from, that are read; the rest is left out."""
CUT = " {snip}"
"""Mark in the place of the rest."""
_LONGEST_UNIT = 12  # bytes of what must not be cut: a pair of escaped surrogates
_BETWEEN_ELEMENTS = b", \t\r\n"
_LONGEST_INTEGER = 20  # characters of -2^63 and of 2^64 - 1


@dataclass(frozen=True, slots=True)
class JsonStrings:
    """The elements of a JSON array in ``text``; ``starts`` are their offsets, and then that of the closing bracket."""

    text: Content
    starts: Numbers

    def __len__(self) -> int:
        return max(len(self.starts) - 1, 0)

    def name(self, index: int) -> str:
        """Return what the element stands for as one of the ``names`` of a source map: cut, if that is too long."""
        if self._is_long(index):
            return self._start_of_string(index)
        literal = self._literal(index)
        return str(orjson.loads(literal)) if literal.startswith(b'"') else name_text(literal)

    def string(self, index: int) -> str:
        """Return the string that the element is: cut, if that is too long, and empty if it's null."""
        if self._is_long(index):
            return self._start_of_string(index)
        return str(orjson.loads(self._literal(index)) or "")

    def names(self) -> list[str]:
        """Return what all of the elements stand for, see ``name``."""
        return [self.name(index) for index in range(len(self))]

    def strings(self) -> list[str]:
        """Return all of the strings, see ``string``."""
        return [self.string(index) for index in range(len(self))]

    def _is_long(self, index: int) -> bool:
        return self.starts[index + 1] - self.starts[index] > LONGEST_TEXT

    def _start_of_string(self, index: int) -> str:
        """Return the start of a long string; of anything else that is long nothing."""
        start, end = self.starts[index], self.starts[index + 1]
        literal = self.text[start : start + LONGEST_TEXT].rstrip(_BETWEEN_ELEMENTS)
        try:  # it may be blanks that follow
            return str(orjson.loads(literal) or "") if literal.startswith((b'"', b"n")) else ""
        except orjson.JSONDecodeError:
            return short_json_string(self.text, start, end)

    def _literal(self, index: int) -> bytes:
        return self.text[self.starts[index] : self.starts[index + 1]].rstrip(_BETWEEN_ELEMENTS)


def no_json_strings() -> JsonStrings:
    """Return an array without elements."""
    return JsonStrings(b"", array("I"))


def json_strings_of(strings: list[str]) -> JsonStrings:
    """Return the JSON array of the ``strings``, in a text of its own."""
    elements = [orjson.dumps(string) for string in strings]
    starts = array("I", accumulate((len(element) + 1 for element in elements), initial=1))
    return JsonStrings(b"[" + b",".join([*elements, b"]"]), starts)


class MemoisedStrings(dict[int, str]):
    """Strings by their indexes; one that isn't there yet is made by ``text``."""

    def __init__(self, text: Callable[[int], str]) -> None:
        self._text = text

    def __missing__(self, index: int) -> str:
        text = self[index] = self._text(index)
        return text


def interned(texts: Iterable[str], known: dict[str, int]) -> array[int]:
    """Return the number of each text, and add those to ``known`` that weren't: a new one gets the next number."""
    return array("I", [known.setdefault(text, len(known)) for text in texts])


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


def name_text(literal: bytes) -> str:
    """Return the text of a name, given as the JSON value it is in the map.

    Strings and numbers have one, anything else is empty.
    """
    if literal.startswith(b'"'):
        return str(orjson.loads(literal))
    if literal[0] in b"-0123456789":
        return _number_text(literal.decode())
    return ""


def _number_text(literal: str) -> str:
    if _is_integer(literal):
        return literal
    number = float(literal)
    shortest = repr(number)
    if 1e-5 <= abs(number) < 1e-4:
        return format(Decimal(shortest), "f")
    mantissa, exponent, power = shortest.partition("e")
    return f"{mantissa}e{int(power):+d}" if exponent else shortest


def _is_integer(literal: str) -> bool:
    digits = literal.removeprefix("-")
    if not digits.isdigit() or literal == "-0" or len(literal) > _LONGEST_INTEGER:
        return False
    return -(2**63) <= int(literal) < 2**64
