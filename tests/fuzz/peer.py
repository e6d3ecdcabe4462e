"""Unmangle beside the engine whose answers it gives, on what the fuzzer makes up.

Only where the package ``symbolic`` is installed.  It answers the same everywhere but where its own answers are
accidents: see "Known to differ" in `docs/engine.md`.
"""

from __future__ import annotations

import re
from array import array
from typing import Any

import orjson

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName
from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.fuzz.builds import module
from tests.fuzz.cases import Case

try:
    from symbolic.exceptions import SymbolicError
    from symbolic.sourcemapcache import SourceMapCache

    HAS_PEER = True
except ImportError:
    HAS_PEER = False

_SORTED_STABLY = 20
_FAR = 1_000_000
"""The peer counts its way to the original line, even where there is no source content."""

_DEEPEST = 300
"""The peer's parser is recursive, and overflows its stack on what is nested too deep."""

Answer = tuple[Any, ...]


class PeerDisagrees(Exception):
    """The peer answers differently; the text says what about first, as findings are sorted by that."""


def agree_on_scopes(case: Case, build: str) -> None:
    """Compare the functions at all columns of a generated file, by a map with a token at each and no names."""
    _agree(case.generated, _token_everywhere(case.generated), build)


_DELIBERATE = re.compile(rb"rangeMappings|debugId|debug_id|x_org_dartlang_dart2js")
"""Fields that are read otherwise on purpose, see docs/migration.md."""


def agree_on_map(case: Case, build: str) -> None:
    """Compare all answers of a map, whatever it is."""
    if not _is_in_any_order(case.source_map) and not _DELIBERATE.search(case.source_map):
        _agree(case.generated, case.source_map, build)


def _is_in_any_order(source_map: bytes) -> bool:
    """Say whether the peer may sort tokens of one position in any order: more than 20 that aren't sorted.

    A guess that is on the safe side.
    """
    tokens = source_map.count(b",") + source_map.count(b";")
    return tokens > _SORTED_STABLY and (b"sections" in source_map or not _is_sorted(source_map))


def _is_sorted(source_map: bytes) -> bool:
    try:
        mappings = orjson.loads(source_map[max(source_map.find(b"{"), 0) :])["mappings"].encode()
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return False
    kernel = module("core.sourcemap.vlq", "compiled")
    tokens = [array("I", [0]) * kernel.count_tokens(mappings, 0, len(mappings)) for _ in range(6)]
    kernel.decode_mappings(mappings, 0, len(mappings), kernel.DIGITS, 2**32, 2**32, *tokens)
    places = list(zip(*tokens[:2], strict=True))
    return places == sorted(places)


def _agree(generated: bytes, source_map: bytes, build: str) -> None:
    if build != "compiled" or sum(map(generated.count, (b"(", b"[", b"{", b"=>"))) > _DEEPEST:
        return
    ours, theirs = _our_map(generated, source_map), _peer_map(generated, source_map)
    if (ours is None) != (theirs is None):
        raise PeerDisagrees(f"malformed: {'Unmangle' if ours is None else 'the peer'} says so")
    if ours is None or theirs is None:
        return
    for place in places(generated):
        our_answer = _our_answer(ours, place)
        if our_answer is not None and not 0 < our_answer[1] <= _FAR:
            continue
        their_answer = _peer_answer(theirs, place)
        if their_answer is None:
            continue  # to the peer, a token that repeats the one before is absent
        if our_answer != their_answer:
            raise PeerDisagrees(f"{_what(our_answer, their_answer)} at {place}: {our_answer}, peer: {their_answer}")


def _token_everywhere(generated: bytes) -> bytes:
    return map_of(mappings_of((line, column, 0, line, column) for line, column in places(generated)))


def places(generated: bytes) -> list[tuple[int, int]]:
    """Return every line and column of a text, and the column behind each line."""
    lines = generated.decode("utf-8", "replace").split("\n")
    widths = [len(line.encode("utf-16-le", "surrogatepass")) // 2 for line in lines]
    return [(line, column) for line, width in enumerate(widths) for column in range(width + 1)]


def _our_map(generated: bytes, source_map: bytes) -> Any:
    try:
        return module("core.sourcemap.source_map", "compiled").read_source_map(source_map, generated)
    except MalformedSourceMap:
        return None


def _peer_map(generated: bytes, source_map: bytes) -> Any:
    try:
        return SourceMapCache.from_bytes(generated, source_map)
    except SymbolicError:
        return None


def _our_answer(source_map: Any, place: tuple[int, int]) -> Answer | None:
    position = source_map.lookup(*place)
    if position is None:
        return None
    function = position.function
    name = (function.value if isinstance(function, NoName) else function) or None
    return position.file or None, _from_1(position.line), _from_1(position.column), position.name or None, name


def _from_1(number: int) -> int:
    """Count from 1 as the peer's binding does."""
    return (number + 1) % 2**32


def _peer_answer(cache: Any, place: tuple[int, int]) -> Answer | None:
    token = cache.lookup(place[0] + 1, place[1] + 1, 0)
    return token and (token.src, token.line, token.col, token.name, token.function_name)


def _what(ours: Answer | None, theirs: Answer | None) -> str:
    """Return what two answers differ in, and in which way."""
    if ours is None or theirs is None:
        return "unmapped"
    kinds = zip(("file", "line", "column", "name", "function"), ours, theirs, strict=True)
    kind, our_part, their_part = next(each for each in kinds if each[1] != each[2])
    return f"{kind} ({_shape(our_part)} for {_shape(their_part)})" if kind == "function" else kind


def _shape(function: Any) -> str:
    return function if function in ("<anonymous>", "<unknown>", None) else "a name"
