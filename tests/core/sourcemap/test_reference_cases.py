"""What the peer engine answers for 217 source maps, and where Unmangle deliberately says something else."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName, OriginalPosition
from core.sourcemap.source_map import SourceMap
from tests.kernels import BUILDS, load

CASES = json.loads((Path(__file__).parents[2] / "data" / "sourcemaps.json").read_text())

REPEATED = "a token that repeats the one before is answered"
NO_UUID = "a debug id that is none makes no map malformed"
RANGES = "what a field of ranges can't mean, it doesn't; its present encoding comes first"
DIFFERENT = {
    "equal consecutive locations collapse ACROSS lines": REPEATED,
    "collapse compares name text, not index": REPEATED,
    "index: equal locations, no scopes, second section unmapped": REPEATED,
    "debugId malformed rejected": NO_UUID,
    "debugId empty rejected": NO_UUID,
    "legacy debug_id malformed rejected even with good debugId": NO_UUID,
    "rangeMappings: bit makes the preceding-token comparison shift": RANGES,
    "rangeMappings: bad character on a used line": RANGES,
    "rangeMappings: comma is a bad character": RANGES,
}


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_answers_are_those_of_the_reference(case, build):
    read_source_map = load("core.sourcemap.source_map", build).read_source_map
    if case["description"] in DIFFERENT:
        assert agrees(read_source_map(map_text(case), case["source"].encode()), case) is False
        return
    if case["error"] is not None:
        with pytest.raises(MalformedSourceMap):
            read_source_map(map_text(case), case["source"].encode())
        return
    source_map = read_source_map(map_text(case), case["source"].encode())
    for lookup in case["lookups"]:
        assert as_reference(source_map.lookup(lookup["line"], lookup["column"])) == lookup["result"], lookup


def agrees(source_map: SourceMap, case: dict[str, Any]) -> bool:
    """Say whether a map that could be read answers as the peer does, which may find it malformed."""
    found = [as_reference(source_map.lookup(lookup["line"], lookup["column"])) for lookup in case["lookups"]]
    return case["error"] is None and found == [lookup["result"] for lookup in case["lookups"]]


def map_text(case: dict[str, Any]) -> bytes:
    source_map = case["sourcemap"]
    return (source_map if isinstance(source_map, str) else json.dumps(source_map)).encode()


def as_reference(position: OriginalPosition | None) -> dict[str, Any] | None:
    if position is None:
        return None
    function = position.function
    return {
        "file": position.file or None,
        "line": position.line,
        "column": position.column,
        "name": position.name or None,
        "function": function.value if isinstance(function, NoName) else function,
    }
