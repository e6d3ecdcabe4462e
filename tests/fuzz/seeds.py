"""Texts to begin with: those that the tests know the answers for, and the examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples" / "shop" / "dist"


@dataclass(frozen=True, slots=True)
class Seeds:
    """Generated files and source maps.  ``pairs`` belong together."""

    programs: list[bytes]
    pairs: list[tuple[bytes, bytes]]


@cache
def seeds() -> Seeds:
    """Return all seeds."""
    pairs = [*_reference_maps(), *_examples()]
    return Seeds([*_reference_programs(), *(generated for generated, _ in pairs)], pairs)


def _reference_maps() -> Iterator[tuple[bytes, bytes]]:
    for case in json.loads((TESTS / "data" / "sourcemaps.json").read_text()):
        source_map = case["sourcemap"]
        text = source_map.encode("utf-8", "surrogatepass") if isinstance(source_map, str) else orjson.dumps(source_map)
        yield case["source"].encode("utf-8", "surrogatepass"), text


def _reference_programs() -> Iterator[bytes]:
    cases = TESTS / "data" / "scopes.json"
    for case in json.loads(cases.read_text()) if cases.exists() else ():
        yield case["js"].encode("utf-8", "surrogatepass")


def _examples() -> Iterator[tuple[bytes, bytes]]:
    for source_map in sorted(EXAMPLES.rglob("*.js.map")):
        yield source_map.with_suffix("").read_bytes(), source_map.read_bytes()
