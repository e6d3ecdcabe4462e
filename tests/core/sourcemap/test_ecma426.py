"""What ECMA-426 and its proposals say of source maps: ranges, fields, and what emitters write of them."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from core.errors import MalformedSourceMap
from core.files.debug_ids import parse_debug_id
from core.sourcemap.call_fields import Row
from core.sourcemap.position import NoName, OriginalPosition
from tests.kernels import BUILDS, load

DATA = Path(__file__).parents[2] / "data" / "ecma426"
RANGES = json.loads((DATA / "ranges.json").read_text())
EMITTERS = json.loads((DATA / "emitters.json").read_text())
FIELDS = json.loads((DATA / "fields.json").read_text())


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.sourcemap.source_map", request.param)


@pytest.mark.parametrize("case", RANGES, ids=[case["name"] for case in RANGES])
def test_ranges(case: dict[str, Any], build: ModuleType):
    source_map = build.read_source_map(orjson.dumps(case["map"]), case["generated"].encode())
    for question in case["questions"]:
        found = as_answer(source_map.lookup(question["line"], question["column"]))
        wanted = question["answer"]
        if found is not None and wanted is not None and "function" not in wanted:
            del found["function"]
        # Steps from 1 that can be read as steps from 0 are.
        assert (found == wanted) is not question.get("ambiguous", False), question


@pytest.mark.parametrize("case", FIELDS, ids=[case["name"] for case in FIELDS])
def test_fields(case: dict[str, Any], build: ModuleType):
    text = orjson.dumps(case["map"])
    if case["malformed"]:
        with pytest.raises(MalformedSourceMap):
            build.read_source_map(text)
        return
    source_map = build.read_source_map(text)
    wanted = case["answer"]
    if "debug_id" in wanted:
        assert parse_debug_id(source_map.debug_id or "") == wanted["debug_id"]
    if "ignored" in wanted:
        ignored = [name for index, name in enumerate(source_map.sources) if source_map.is_ignored(index)]
        assert ignored == wanted["ignored"]


@pytest.mark.parametrize("case", EMITTERS, ids=[case["name"] for case in EMITTERS])
def test_emitters_scopes_are_those_of_the_codec_of_devtools(case: dict[str, Any], build: ModuleType):
    index = build.read_source_map(orjson.dumps(case["map"]), case["generated"].encode()).index
    assert (index.scopes is None) is (case["scopes"] is None)
    if index.scopes is None:
        return
    found: list[Any] = [None] * len(case["map"]["sources"])
    shapes: dict[int, list[Any]] = {}
    for number, row in enumerate(batched(index.scopes.scopes, Row.SCOPE_SIZE), 1):
        name = index.names.name(row[Row.NAME] - 1) if row[Row.NAME] else None
        shapes[number] = [*row[Row.LINE : Row.END_COLUMN + 1], name, row[Row.FRAME] == number, []]
        if row[Row.PARENT]:
            shapes[row[Row.PARENT]][-1].append(shapes[number])
        else:
            found[row[Row.SOURCE]] = shapes[number]
    assert found == case["scopes"]


def batched(numbers: Any, size: int) -> list[list[int]]:
    return [list(numbers[at : at + size]) for at in range(0, len(numbers), size)]


@pytest.mark.parametrize("case", [each for each in EMITTERS if each["ranges"]], ids=lambda case: case["name"])
def test_emitters_ranges_say_what_a_mapping_for_each_character_says(case: dict[str, Any], build: ModuleType):
    code = case["generated"].encode()
    ranged, full = (build.read_source_map(orjson.dumps(case[name]), code) for name in ("map", "full"))
    places = [(line, column) for line, text in enumerate(case["generated"].split("\n")) for column in range(len(text))]
    assert len(places) > 300
    assert [as_answer(ranged.lookup(*each)) for each in places] == [as_answer(full.lookup(*each)) for each in places]


def as_answer(position: OriginalPosition | None) -> dict[str, Any] | None:
    if position is None:
        return None
    function = position.function.value if isinstance(position.function, NoName) else position.function
    return {"source": position.file, "line": position.line, "column": position.column, "function": function}
