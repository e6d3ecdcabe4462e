"""Source maps of files into which lines were inserted, written as the standard has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from core.debug_ids import DebugId, parse_debug_id
from core.errors import MalformedSourceMap
from core.sourcemap.xssi import json_start

_MEMBERS = (
    "version",
    "file",
    "sources",
    "sourceRoot",
    "sourcesContent",
    "names",
    "mappings",
    "ignoreList",
    "x_facebook_offsets",
    "x_metro_module_paths",
    "x_facebook_sources",
)
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_REPETITION = re.compile(r",A*(?:,|\Z)|\A,")
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


@dataclass(frozen=True, slots=True)
class Insertion:
    """So many lines were inserted at a place in a file of ``of_lines`` lines: what followed starts a line now.

    All count from 0, columns in UTF-16 code units.
    """

    line: int
    column: int
    lines: int
    of_lines: int


def read_map(text: bytes) -> dict[str, Any]:
    """Return the members of a source map.  Raises MalformedSourceMap, also for a kind that can't be moved."""
    try:
        document = orjson.loads(text[json_start(text) :])
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


def moved_map(document: dict[str, Any], debug_id: DebugId, insertion: Insertion | None) -> bytes:
    """Return the text of a map with a debug id, and with its mappings moved.

    Members that nobody but the bundler knows are left out.  Raises MalformedSourceMap.
    """
    written = {name: document[name] for name in _MEMBERS if document.get(name) is not None}
    written["sources"] = [source or "" for source in document.get("sources") or []]
    written["names"] = [_text(name) for name in document.get("names") or []]
    if insertion is not None:
        written["mappings"] = _moved_mappings(document.get("mappings") or "", insertion)
    ordered = {name: written[name] for name in _MEMBERS if name in written}
    return orjson.dumps({**ordered, "debugId": debug_id})


def _text(name: object) -> str:
    return name if isinstance(name, str) else str(name) if isinstance(name, int) else ""


def _moved_mappings(mappings: str, insertion: Insertion) -> str:
    lines = [_without_repetitions(line) for line in mappings.split(";")[: insertion.of_lines]]
    if insertion.line < len(lines):
        before, after = _split(lines[insertion.line], insertion.column)
        lines[insertion.line : insertion.line + 1] = [before, *[""] * (insertion.lines - 1), after]
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
    at = 0
    for index, segment in enumerate(segments):
        value, rest = _first_number(segment)
        at += value
        if at >= column:
            covering = [] if at == column or index == 0 else [_repeated(segments[index - 1])]
            return ",".join(segments[:index]), ",".join(
                [*covering, _number(at - column) + rest, *segments[index + 1 :]]
            )
    return ",".join(segments), _repeated(segments[-1]) if segments else ""


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
        bits = _VALUES.get(digit, 0)
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
