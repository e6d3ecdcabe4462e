"""Index files with right checksums that nobody has made of their texts: whatever is asked, there is an answer soon."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName
from core.sourcemap.source_map import SourceMap
from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.kernels import BUILDS, load

MINIFIED = b"x={a:[b=>1,{c(){}}],get d(){return 1}};e.f[g(()=>1)][1]=class h{i=()=>1;j(){}};({k=()=>1})=l;\n" * 2
PLACES = [(line, column) for line in range(2) for column in range(0, 96, 6)]
TEXT = map_of(
    mappings_of((line, column, 0, line, column, column % 2) for line, column in PLACES),
    names=["m", "n"],
    sourcesContent=["one\ntwo\n"],
)


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.sourcemap.index_file", request.param)


@pytest.fixture
def genuine(build: ModuleType) -> Any:
    return build.read_source_map(TEXT, MINIFIED).parts


def test_parts_that_are_around_themselves_cost_the_name_only(build: ModuleType, genuine: Any):
    before = answers(opened(build, genuine))
    for part in range(1, len(genuine.code.scopes.parts) // 3):
        after = answers(opened(build, with_numbers(genuine, "parts", {3 * part + 2: part})))
        assert [each and each.column for each in after] == [each and each.column for each in before]
        functions = [each.function for each in after if each]
        assert NoName.UNKNOWN in functions or functions == [each.function for each in before if each]


@pytest.mark.parametrize("array_name", ["parts", "records"])
def test_no_number_of_scopes_keeps_a_lookup_from_its_end(build: ModuleType, genuine: Any, array_name: str):
    numbers = getattr(genuine.code.scopes, array_name)
    for place, number in forged(numbers, (-1, 2**31 - 1)):
        if build.SourceMap is SourceMap or place % 7 == number % 7:  # interpreted, all of them take too long
            assert any(answers(opened(build, with_numbers(genuine, array_name, {place: number}))))


def test_no_checkpoint_keeps_a_lookup_from_its_end(build: ModuleType, genuine: Any):
    mappings = genuine.index.mappings
    for place, number in forged(mappings.checkpoints, (2**32 - 1,)):
        checkpoints = changed(mappings.checkpoints, {place: number})
        index = replace(genuine.index, mappings=replace(mappings, checkpoints=checkpoints, token_count=2**40))
        assert len(answers(opened(build, replace(genuine, index=index)))) == len(PLACES) + 1


@pytest.mark.parametrize("starts", [[2**31, 2**32 - 1], [0, 2**32 - 1], [5, 2], [2**31, 3]])
def test_entries_of_function_maps_that_are_not_there_name_nothing(build: ModuleType, starts: list[int]):
    function_maps = [[{"names": ["f"], "mappings": "AAA"}]]
    text = map_of("AAAA", x_facebook_sources=function_maps)
    parts = build.read_source_map(text, None).parts
    functions = replace(parts.index.functions, starts=array("I", starts))
    forged_parts = replace(parts, index=replace(parts.index, functions=functions))
    written = b"".join(build.index_pieces(SourceMap(lambda: forged_parts, None)))
    position = build.read_index(memoryview(written), text, None).lookup(0, 0)
    assert position.function in {"f", NoName.UNKNOWN}


def opened(build: ModuleType, parts: Any) -> SourceMap:
    """Return a map as its index file has it, which says what ``parts`` do."""
    written = b"".join(build.index_pieces(SourceMap(lambda: parts, MINIFIED)))
    return build.read_index(memoryview(written), TEXT, MINIFIED)


def answers(source_map: SourceMap) -> list[Any]:
    return [answer(source_map, *place) for place in [*PLACES, (3, 3)]]


def answer(source_map: SourceMap, line: int, column: int) -> Any:
    try:
        return source_map.lookup(line, column)
    except (MalformedSourceMap, IndexError):
        return None


def with_numbers(parts: Any, name: str, numbers: dict[int, int]) -> Any:
    scopes = replace(parts.code.scopes, **{name: changed(getattr(parts.code.scopes, name), numbers)})
    return replace(parts, code=replace(parts.code, scopes=scopes))


def forged(numbers: Any, extremes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Return each place, with each number that is forged there: smaller ones, its own record, larger ones, extremes."""
    for place in range(len(numbers)):
        for number in {0, 1, place // 3, place // 4, place // 3 + 1, len(numbers), *extremes} - {numbers[place]}:
            yield place, number


def changed(numbers: Any, changes: dict[int, int]) -> Any:
    copy = array(memoryview(numbers).format, numbers)
    for place, number in changes.items():
        copy[place] = number
    return copy
