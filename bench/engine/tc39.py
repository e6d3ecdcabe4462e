"""Source map tests of tc39, run on the engine: ``python -m bench.engine.tc39 CHECKOUT``.

``CHECKOUT`` is one of github.com/tc39/source-map-tests; nothing of it is kept here.  Prints how many of its questions
are answered as it says, and why others are not.  The exit code is 1 if a reason isn't known.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from core.errors import MalformedSourceMap
from core.sourcemap.call_fields import Row
from core.sourcemap.source_map import SourceMap, read_source_map

_SUITES = {
    "source-map-spec-tests.json": "resources",
    "range-mappings-proposal-tests.json": "resources/proposals/range-mappings",
}
_TOLERANT = "a map is taken as far as it goes, as Symbolicator does: a frame without its map is worse"
_RANGES = "a field of ranges that makes no sense counts as absent"
_OLD_STEPS = "steps from 1 that could be steps from 0 (the draft since April 2026) are taken for these"
_MOST_DIGITS = "numbers have 13 digits at most, as for Symbolicator"
_NOT_JSON = "the file of the suite is no JSON: a comma after its last member"

KNOWN: dict[str, str] = {
    "rangeMappingsMultipleMappings 1:2": _OLD_STEPS,
    "rangeMappingsMultipleMappings 1:18": _OLD_STEPS,
    "rangeMappingsMultipleMappings 1:35": _OLD_STEPS,
    "validMappingLargeVLQ": _MOST_DIGITS,
    "debug-id-index": _NOT_JSON,
    "debug-id-index-section": _NOT_JSON,
}
"""Questions that are answered otherwise, and why."""
_KNOWN_VALID = {"range-mappings-proposal-tests.json": _RANGES, "source-map-spec-tests.json": _TOLERANT}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a question: its kind, its name, and how it was answered otherwise; None if as the suite says."""

    kind: str
    name: str
    other: str | None
    reason: str | None = None


def main() -> int:
    """Run all tests of the checkout that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine.tc39", description=__doc__)
    parser.add_argument("checkout", type=Path)
    outcomes = list(outcomes_of(parser.parse_args().checkout))
    counts = Counter((each.kind, each.other is None) for each in outcomes)
    for kind in dict.fromkeys(each.kind for each in outcomes):
        print(f"{kind}: {counts[kind, True]} of {counts[kind, True] + counts[kind, False]} as the suite has it")
    for each in outcomes:
        if each.other is not None:
            print(f"  {each.kind}, {each.name}: {each.other} [{each.reason or 'UNKNOWN'}]")
    return any(each.other is not None and each.reason is None for each in outcomes)


def outcomes_of(checkout: Path) -> Iterator[Outcome]:
    """Yield the outcome of each question of a checkout."""
    for suite, folder in _SUITES.items():
        is_ranges = suite.startswith("range")
        for test in orjson.loads((checkout / suite).read_bytes())["tests"]:
            yield from _outcomes_of_test(test, checkout / folder, "ranges" if is_ranges else "actions", suite)
    for path in sorted((checkout / "decoding" / "scopes").glob("*.map")):
        yield Outcome("scopes", path.stem, _scopes_differ(path))
    for path in sorted((checkout / "decoding" / "debug-id").glob("*.map")):
        yield Outcome("debug ids", path.stem, _debug_id_differs(path), KNOWN.get(path.stem))


def _outcomes_of_test(test: dict[str, Any], folder: Path, kind: str, suite: str) -> Iterator[Outcome]:
    try:
        source_map = read_source_map((folder / test["sourceMapFile"]).read_bytes())
    except MalformedSourceMap as error:
        other = str(error) if test["sourceMapIsValid"] else None
        yield Outcome("valid maps", test["name"], other, KNOWN.get(test["name"]))
        return
    other = None if test["sourceMapIsValid"] else "accepted"
    yield Outcome("valid maps", test["name"], other, _KNOWN_VALID[suite])
    for action in test.get("testActions", []):
        name = test["name"]
        if "generatedLine" in action:
            name += f" {action['generatedLine']}:{action['generatedColumn']}"
        yield Outcome(kind, name, _action_differs(action, source_map, folder), KNOWN.get(name))


def _action_differs(action: dict[str, Any], source_map: SourceMap, folder: Path) -> str | None:
    if action["actionType"] == "checkIgnoreList":
        ignored = [name for index, name in enumerate(source_map.sources) if source_map.is_ignored(index)]
        return None if set(ignored) == set(action["present"]) else f"{ignored} are ignored"
    line, column = action["generatedLine"], action["generatedColumn"]
    position = source_map.lookup(line, column)
    for file in action.get("intermediateMaps", []):
        if position is None:
            break
        position = read_source_map((folder / file).read_bytes()).lookup(position.line, position.column)
    wanted = (action["originalSource"], action["originalLine"], action["originalColumn"], action.get("mappedName"))
    found = (None,) * 4 if position is None else (position.file or None, position.line, position.column, position.name)
    return None if found == wanted else f"{found} instead of {wanted}"


def _scopes_differ(path: Path) -> str | None:
    source_map = read_source_map(path.read_bytes())
    golden = orjson.loads(path.with_name(f"{path.name}.golden").read_bytes())
    wanted = [_shape(source.get("scope")) for source in golden["sources"]]
    tables = source_map.index.scopes
    if tables is None:
        return None if not any(wanted) else "no scopes could be decoded"
    found: list[Any] = [None] * len(wanted)
    shapes: dict[int, tuple[Any, ...]] = {}
    for number in range(len(tables.scopes) // Row.SCOPE_SIZE):
        row = tables.scopes[number * Row.SCOPE_SIZE : (number + 1) * Row.SCOPE_SIZE]
        name = source_map.index.names.name(row[Row.NAME] - 1) if row[Row.NAME] else None
        is_frame = row[Row.FRAME] == number + 1
        shape = (*row[Row.LINE : Row.END_COLUMN + 1], name, is_frame, [])
        shapes[number + 1] = shape
        if row[Row.PARENT]:
            shapes[row[Row.PARENT]][-1].append(shape)
        elif row[Row.SOURCE] < len(found):
            found[row[Row.SOURCE]] = shape
    return None if found == wanted else f"{found} instead of {wanted}"


def _shape(scope: dict[str, Any] | None) -> tuple[Any, ...] | None:
    """Return what is kept of a scope: its place, its name, whether it is a stack frame, and the scopes in it."""
    if scope is None:
        return None
    place = (scope["start"]["line"], scope["start"]["column"], scope["end"]["line"], scope["end"]["column"])
    return (*place, scope["name"], scope["isStackFrame"], [_shape(each) for each in scope["children"]])


def _debug_id_differs(path: Path) -> str | None:
    try:
        wanted = orjson.loads(path.with_name(f"{path.name}.golden").read_bytes()).get("debugId")
        found = read_source_map(path.read_bytes()).debug_id
    except (MalformedSourceMap, orjson.JSONDecodeError) as error:
        return str(error)
    return None if found == wanted else f"{found} instead of {wanted}"


if __name__ == "__main__":
    sys.exit(main())
