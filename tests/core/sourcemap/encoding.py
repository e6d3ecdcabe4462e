"""Source maps written for tests."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import orjson

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

Token = tuple[int, ...]
"""Generated line and column, then for mapped tokens source, original line and column, then for some the name."""


def vlq(number: int) -> str:
    """Return ``number`` in base64 VLQ."""
    rest = number << 1 if number >= 0 else -number << 1 | 1
    text = ""
    while rest > 31:
        text += ALPHABET[rest & 31 | 32]
        rest >>= 5
    return text + ALPHABET[rest]


def mappings_of(tokens: Iterable[Token]) -> str:
    """Return the ``mappings`` that say ``tokens``, which are in order of their lines."""
    lines: dict[int, str] = {}
    before = [0, 0, 0, 0]
    for line, tokens_of_line in groupby(tokens, key=lambda token: token[0]):
        column, encoded = 0, []
        for token in tokens_of_line:
            original = token[2:]
            deltas = [token[1] - column, *(new - old for new, old in zip(original, before, strict=False))]
            column, before[: len(original)] = token[1], original
            encoded.append("".join(map(vlq, deltas)))
        lines[line] = ",".join(encoded)
    return ";".join(lines.get(line, "") for line in range(max(lines, default=-1) + 1))


def map_of(mappings: str = "", /, **members: Any) -> bytes:
    """Return the text of a map with ``mappings``; it has the source ``a.js`` unless ``members`` says otherwise."""
    return orjson.dumps({"version": 3, "sources": ["a.js"], "names": [], "mappings": mappings} | members)


def answer(source_map: Any, line: int, column: int) -> tuple[int, int] | None:
    """Return the original line and column for a place in the generated code, None if it's unmapped."""
    position = source_map.lookup(line, column)
    return None if position is None else (position.line, position.column)
