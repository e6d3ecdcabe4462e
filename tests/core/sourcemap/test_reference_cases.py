"""What the peer engine answers for 217 source maps."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName, OriginalPosition
from tests.kernels import BUILDS, load

CASES = json.loads((Path(__file__).parents[2] / "data" / "sourcemaps.json").read_text())


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_answers_are_those_of_the_reference(case, build):
    read_source_map = load("core.sourcemap.source_map", build).read_source_map
    if case["error"] is not None:
        with pytest.raises(MalformedSourceMap):
            read_source_map(map_text(case), case["source"].encode())
        return
    source_map = read_source_map(map_text(case), case["source"].encode())
    for lookup in case["lookups"]:
        assert as_reference(source_map.lookup(lookup["line"], lookup["column"])) == lookup["result"], lookup


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
