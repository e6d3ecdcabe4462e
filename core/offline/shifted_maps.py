"""Source maps of files into which lines were inserted, written as the standard has them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import orjson

from core.errors import MalformedSourceMap
from core.files.debug_ids import DebugId, parse_debug_id
from core.offline.text_encodings import plain_utf8
from core.sourcemap.json_document import json_start

_OLD_IGNORE_LIST = "x_google_ignoreList"
_MEMBERS = (
    "version",
    "file",
    "sources",
    "sourceRoot",
    "sourcesContent",
    "names",
    "mappings",
    "ignoreList",
    _OLD_IGNORE_LIST,
    "x_facebook_offsets",
    "x_metro_module_paths",
    "x_facebook_sources",
)
_UNMAPPED = "A"
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_REPETITION = re.compile(r",A*(?:,|\Z)|\A,")
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


@dataclass(frozen=True, slots=True)
class Insertion:
    """So many lines were inserted at a place in a file: what followed starts a line now.

    All count from 0, columns in UTF-16 code units.
    """

    line: int
    column: int
    lines: int


def read_map(text: bytes) -> dict[str, Any]:
    """Return the members of a source map.  Raises MalformedSourceMap, also for a kind that can't be moved."""
    plain = plain_utf8(text)[:]
    try:
        document = orjson.loads(plain[json_start(plain) :])
    except orjson.JSONDecodeError as error:
        raise MalformedSourceMap(f"not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("mappings", ""), str):
        raise MalformedSourceMap("not a source map")
    for member in ("sections", "rangeMappings"):
        if document.get(member):
            raise MalformedSourceMap(f"a map with {member} can't be moved")
    return document


def own_debug_id(document: dict[str, Any]) -> DebugId | None:
    """Return the debug id that a map says it has, None if it has none, or nonsense."""
    value = document.get("debugId") or document.get("debug_id")
    return parse_debug_id(value) if isinstance(value, str) else None


def shifted_map(document: dict[str, Any], debug_id: DebugId, insertion: Insertion | None) -> bytes:
    """Return the text of a map with a debug id, and with its mappings moved.

    Members that nobody but the bundler knows are left out.  Raises MalformedSourceMap.
    """
    written = {name: document[name] for name in _MEMBERS if document.get(name) is not None}
    if "ignoreList" in written:
        written.pop(_OLD_IGNORE_LIST, None)
    written["sources"] = [source or "" for source in document.get("sources") or []]
    written["names"] = [_text(name) for name in document.get("names") or []]
    if insertion is not None:
        written["mappings"] = _moved_mappings(document.get("mappings") or "", insertion)
    ordered = {name: written[name] for name in _MEMBERS if name in written}
    return orjson.dumps({**ordered, "debugId": debug_id})


def _text(name: object) -> str:
    return name if isinstance(name, str) else str(name) if isinstance(name, int) else ""


def _moved_mappings(mappings: str, insertion: Insertion) -> str:
    lines = [_without_repetitions(line) for line in mappings.split(";")]
    if insertion.line < len(lines):
        before, after = _split(lines[insertion.line], insertion.column)
        # What was inserted comes from nowhere.  Said so, what goes on behind it is no mere repetition of the token in
        # front of it: to Symbolicator, such tokens would be as good as absent.
        inserted = _UNMAPPED if before else ""
        lines[insertion.line : insertion.line + 1] = [before, inserted, *[""] * (insertion.lines - 2), after]
    return ";".join(lines).rstrip(";")


def _without_repetitions(line: str) -> str:
    """Return a line without segments that say nothing, or just what the one before says."""
    if not _REPETITION.search(line):
        return line
    segments = [segment for segment in line.split(",") if segment]
    pairs = zip(["", *segments], segments, strict=False)
    return ",".join(segment for before, segment in pairs if not before or segment != _repeated(before))


def _split(line: str, column: int) -> tuple[str, str]:
    """Return the segments of a line before and from ``column`` on, which becomes the start of a line.

    All other numbers are relative to the segment before, on whatever line, so none of them changes.
    """
    if column == 0:
        return "", line
    segments = [segment for segment in line.split(",") if segment]
    columns = _columns(segments)
    index = bisect_left(columns, column)
    covering = [] if index == 0 or column in columns[index : index + 1] else [_repeated(segments[index - 1])]
    if index == len(segments):
        return line, ",".join(covering)
    first = _number(columns[index] - column) + _first_number(segments[index])[1]
    return ",".join(segments[:index]), ",".join([*covering, first, *segments[index + 1 :]])


def _columns(segments: list[str]) -> list[int]:
    """Return where segments of a line start.  Raises MalformedSourceMap if they aren't in order: nobody could cut."""
    columns = list(accumulate(_first_number(segment)[0] for segment in segments))
    if any(after < before for before, after in pairwise([0, *columns])):
        raise MalformedSourceMap("mappings: a line that is to be cut isn't in order of its columns")
    return columns


def _repeated(segment: str) -> str:
    """Return a segment for the start of a line that says what ``segment``, the one before it, says."""
    return "A" * _count(segment)


def _count(segment: str) -> int:
    """Return how many numbers a segment has: each ends with a digit that has no continuation bit."""
    return sum(_VALUES.get(digit, 0) < 32 for digit in segment)


def _first_number(segment: str) -> tuple[int, str]:
    """Return the first number of a segment, and the rest of it."""
    value = shift = 0
    for index, digit in enumerate(segment):
        bits = _VALUES.get(digit)
        if bits is None:
            raise MalformedSourceMap(f"mappings: {digit!r} is not base64")
        value |= (bits & 31) << shift
        if bits < 32:
            return -(value >> 1) if value & 1 else value >> 1, segment[index + 1 :]
        shift += 5
    raise MalformedSourceMap(f"mappings: {segment!r} is cut off")


def _number(value: int) -> str:
    """Return a number of 0 or more, encoded."""
    value <<= 1
    digits = ""
    while value > 31:
        digits += _DIGITS[value & 31 | 32]
        value >>= 5
    return digits + _DIGITS[value]
