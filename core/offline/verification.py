"""Source maps decoded once more, by a decoder that shares nothing with ours: that of the package ``sourcemap``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import orjson
import sourcemap
from sourcemap.exceptions import SourceMapDecodeError

from core.offline.text_encodings import plain_utf8
from core.sourcemap.decoded_map import NONE, decode_map
from core.sourcemap.json_document import json_start, read_json
from core.sourcemap.map_document import map_document
from core.text.buffers import Content

Token = tuple[int, ...]
"""Generated line and column, and of a mapped one the source, original line and column, and the name if it has one."""


def difference(content: Content) -> str | None:
    """Return how the two decoders differ on a map, None if every token is the same.

    The sections of an index map are compared each by itself.  Raises MalformedSourceMap if ours can't decode it.
    """
    text = plain_utf8(content)[:]
    document = orjson.loads(text[json_start(text) :])
    sections = document.get("sections")
    maps = [section["map"] for section in sections if section.get("map")] if sections else [document]
    for number, each in enumerate(maps):
        found = _difference(each)
        if found is not None:
            return f"section {number}: {found}" if sections else found
    return None


def _difference(document: dict[str, Any]) -> str | None:
    ours = list(_our_tokens(document))
    try:
        theirs = sorted(_their_tokens(document), key=lambda token: token[:2])
    except (SourceMapDecodeError, LookupError, TypeError, ValueError) as error:
        return f"the package sourcemap can't decode it: {error!r}"
    for number, (one, other) in enumerate(zip_longest(ours, theirs)):
        if one != other:
            return f"token {number}: {_told(one)}, but to the package sourcemap {_told(other)}"
    return None


def _our_tokens(document: dict[str, Any]) -> Iterator[Token]:
    text = orjson.dumps(document)
    decoded = decode_map(map_document(read_json(text, 0)))
    for line, column, source, original_line, original_column, name in zip(*decoded.tokens.arrays(), strict=True):
        yield _token(line, column, source, original_line, original_column, name)


def _token(line: int, column: int, source: int, original_line: int, original_column: int, name: int) -> Token:
    if source == NONE:
        return line, column
    place = (line, column, source, original_line, original_column)
    return place if name == NONE else (*place, name)


def _their_tokens(document: dict[str, Any]) -> Iterator[Token]:
    """Yield the tokens that the package decodes; sources and names are numbers: it has its own rules for paths."""
    sources, names = document.get("sources") or [], document.get("names") or []
    plain = {
        "version": 3,
        "sources": [str(number) for number in range(len(sources))],
        "names": [str(number) for number in range(len(names))],
        "mappings": document.get("mappings") or "",
    }
    for token in sourcemap.loads(orjson.dumps(plain).decode()):
        if token.src is None:
            yield token.dst_line, token.dst_col
        else:
            place = (token.dst_line, token.dst_col, int(token.src), token.src_line, token.src_col)
            yield place if token.name is None else (*place, int(token.name))


def _told(token: Token | None) -> str:
    if token is None:
        return "there is none"
    generated = f"{token[0] + 1}:{token[1] + 1}"
    if len(token) == 2:
        return f"{generated} is unmapped"
    name = f", name {token[5]}" if len(token) > 5 else ""
    return f"{generated} is source {token[2]}, {token[3] + 1}:{token[4] + 1}{name}"
