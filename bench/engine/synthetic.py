"""Bundles of any size with maps like those that bundlers write: names, contents, a token for every word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

UNIT = b"function n(t,e){return t.map((t=>r(t,e)))}var i=n({a(t){return t},b:e});"
UNIT_NOT_ASCII = UNIT + "i='é😀';".encode()

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_WORD = re.compile(r"[a-zé]+")
_NAMES = ["mapAll", "list", "each", "map", "item", "apply", "result"]
_KEYWORDS = {"function", "return", "var"}
_UNITS_IN_SOURCE = 100
_LINES_OF_UNIT = 4
_CONTENT = (
    "export function mapAll(list, each) {\n\treturn list.map((item) => apply(item, each))\n}\n"
    'export const result = mapAll({ a(list) { return list }, "b": each })\n'
)


def bundle(size: int, unit: bytes, separator: bytes) -> tuple[bytes, bytes]:
    """Return a bundle and its map of about ``size`` bytes together: ``unit`` again and again, and what is between."""
    first, other = _mappings_of_sources(unit, separator)
    content = orjson.dumps(_CONTENT * _UNITS_IN_SOURCE)
    source_size = len(unit + separator) * _UNITS_IN_SOURCE + len(other) + len(content)
    count = max(size // source_size, 1)
    source_map = b'{"version":3,"sources":[%s],"names":%s,"mappings":"%s","sourcesContent":[%s]}' % (
        b",".join(b'"src/module%d.js"' % number for number in range(count)),
        orjson.dumps(_NAMES),
        first + other * (count - 1),
        b",".join([content] * count),
    )
    return (unit + separator) * (_UNITS_IN_SOURCE * count), source_map


@dataclass(slots=True)
class _Encoder:
    """Sums that the numbers of the next token are added to: column, source, original line and column, name."""

    state: list[int]

    def token(self, *values: int) -> bytes:
        deltas = [value - old for value, old in zip(values, self.state, strict=False)]
        self.state[: len(values)] = values
        return "".join(map(_vlq, deltas)).encode()


def _mappings_of_sources(unit: bytes, separator: bytes) -> tuple[bytes, bytes]:
    """Return the mappings of the first source, and of each one after it: those begin where the one before ended."""
    encoder = _Encoder([0, 0, 0, 0, 0])
    first = b"".join(_mappings_of_source(encoder, unit, separator, source=0))
    # One line is one column after another, so each source begins at the column that is next.
    start = 0 if separator == b"\n" else _UNITS_IN_SOURCE * _width(unit + separator)
    other = b"".join(_mappings_of_source(encoder, unit, separator, source=1, start=start))
    return first, other


def _mappings_of_source(
    encoder: _Encoder, unit: bytes, separator: bytes, source: int, start: int = 0
) -> Iterator[bytes]:
    for number in range(_UNITS_IN_SOURCE):
        if separator == b"\n":
            encoder.state[0] = 0
        else:
            start += 0 if number == 0 else _width(unit + separator)
        tokens = [
            encoder.token(start + column, source, number * _LINES_OF_UNIT + place // 8, place % 8 * 9, *name)
            for place, (column, name) in enumerate(_words(unit))
        ]
        yield b",".join(tokens) + (b";" if separator == b"\n" else b",")


def _words(unit: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the column of each word of a unit, and the index of its name if it isn't a keyword."""
    for place, word in enumerate(_WORD.finditer(unit.decode())):
        yield word.start(), (() if word[0] in _KEYWORDS else (place % len(_NAMES),))


def _width(text: bytes) -> int:
    """Return how many columns a text has, in UTF-16 code units."""
    return len(text.decode().encode("utf-16-le")) // 2


def _vlq(number: int) -> str:
    rest = number << 1 if number >= 0 else -number << 1 | 1
    text = ""
    while rest > 31:
        text += _ALPHABET[rest & 31 | 32]
        rest >>= 5
    return text + _ALPHABET[rest]
