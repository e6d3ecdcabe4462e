"""Inlined calls, hidden frames and names of functions, as ``scopes`` and dart2js tell them."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sourcemap.position import NoName, OriginalPosition
from tests.core.sourcemap.encoding import ALPHABET, map_of, vlq
from tests.kernels import BUILDS, load

DATA = Path(__file__).parents[2] / "data" / "ecma426"
SCOPES = json.loads((DATA / "scopes.json").read_text())
EMITTERS = [each for each in json.loads((DATA / "emitters.json").read_text()) if each["scopes"]]
NAMELESS = {"<anonymous>": NoName.ANONYMOUS, "<unknown>": NoName.UNKNOWN}

CODE = "function a(){b(1);throw 1}\na()\n"
DART = {
    "sources": ["main.dart", "deep.dart"],
    "names": ["fail", "check", "Cart.add"],
    "mappings": "AAAA,aACE,KCGK,Q;A",
}


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.sourcemap.source_map", request.param)


def read(build: ModuleType, case: dict[str, Any]) -> Any:
    return build.read_source_map(orjson.dumps(case["map"]), case["generated"].encode())


@pytest.mark.parametrize("case", SCOPES, ids=[case["name"] for case in SCOPES])
def test_scopes_say(case: dict[str, Any], build: ModuleType):
    source_map = read(build, case)
    for question in case["questions"]:
        scoped = source_map.scoped_names(question["line"], question["column"])
        position = source_map.lookup(question["line"], question["column"])
        if scoped is None:
            assert [position and as_frame(position, None)] == (question["frames"] or [None])
            continue
        assert (not scoped) is question["hidden"]
        assert [as_frame(each, getattr(name, "value", name)) for each, name in scoped] == question["frames"]


@pytest.mark.parametrize("case", SCOPES, ids=[case["name"] for case in SCOPES])
def test_without_being_asked_nothing_changes(case: dict[str, Any], build: ModuleType):
    source_map = read(build, case)
    for question in case["questions"]:
        position = source_map.lookup(question["line"], question["column"])
        function = position and getattr(position.function, "value", position.function)
        assert function == question["plain"]


def as_frame(position: OriginalPosition, function: str | None) -> dict[str, Any]:
    return {"source": position.file, "line": position.line, "column": position.column, "function": function}


BELIEVED = {
    ("renamed functions, a map without names", 21): ["totalOf"],
    ("renamed functions, a map without names", 53): None,
    ("inlined three deep", 6): ["penne", "spaghetti", "orzo", NoName.UNKNOWN],
    ("inlined from another file", 33): ["check", "save"],
    ("inlined from another file", 65): ["save"],
    ("a block that became a function", 62): [],
    ("a block that became a function", 40): None,
    ("a helper the compiler added", 30): None,
    ("a helper the compiler added", 74): ["work"],
    ("a helper the compiler added", 93): None,
    ("bindings only", 21): None,
    ("original scopes without ranges", 21): ["totalOf"],
    ("scopes that carry minified names", 21): None,
    ("broken: a digit that is none", 21): None,
    ("broken: more trees than sources", 21): None,
}


@pytest.mark.parametrize("name, column", BELIEVED)
def test_calls_have_the_names_to_be_believed(name: str, column: int, build: ModuleType):
    case = next(case for case in SCOPES if case["name"] == name)
    assert functions(read(build, case).calls(0, column)) == BELIEVED[name, column]


def functions(calls: Any) -> Any:
    return None if calls is None else [each.function for each in calls.frames]


@pytest.mark.parametrize("scoped, generated, mapped, believed", [
    ("totalOf", "t", "t", "totalOf"),
    ("t", "a.t", "totalOf", "totalOf"),
    ("t", "t", "t", "t"),
    ("order", "order", "Kitchen.order", "Kitchen.order"),
    (NoName.ANONYMOUS, "t", "totalOf", "totalOf"),
    (NoName.ANONYMOUS, "penne", "penne", "penne"),
    (NoName.ANONYMOUS, "t", "t", NoName.ANONYMOUS),
    (NoName.ANONYMOUS, None, NoName.ANONYMOUS, NoName.ANONYMOUS),
    (None, "t", "t", "t"),
])  # fmt: skip
def test_whom_to_believe(scoped: Any, generated: str | None, mapped: Any, believed: Any):
    assert load("core.sourcemap.inlined_calls", "compiled").believed_name(scoped, generated, mapped) == believed


@pytest.mark.parametrize("case", EMITTERS, ids=[case["name"] for case in EMITTERS])
def test_emitters(case: dict[str, Any], build: ModuleType):
    """Real scopes make no name worse: none becomes a minified or a missing one."""
    source_map = read(build, case)
    assert source_map.index.scopes is not None
    for line, text in enumerate(case["generated"].split("\n")):
        for column in range(len(text)):
            position, calls = source_map.lookup(line, column), source_map.calls(line, column)
            if calls is not None and not calls.is_hidden and isinstance(position.function, str):
                assert isinstance(calls.frames[-1].function, str)
                assert len(calls.frames[-1].function.rpartition(".")[2]) > 2 or len(position.function) <= 2


def entry(step: int, *call: int) -> str:
    return vlq(step) + "".join(map(vlq, call))


# At 13 check is inlined, called by main.dart:2:4; in it at 18 fail, called by deep.dart:5:6.  Both end at 26.
FRAMES = entry(13, 0, 1, 3, 1) + entry(5, 1, 3, 2, -1) + vlq(7) + "," + vlq(1) + ";"


def dart_map(frames: Any = FRAMES, **extension: Any) -> bytes:
    return map_of(DART["mappings"], **DART, x_org_dartlang_dart2js={"frames": frames} | extension)


@pytest.mark.parametrize("column, wanted", [
    (12, None),
    (13, [("check", "main.dart", 1, 2), ("a", "main.dart", 1, 3)]),
    (18, [("fail", "deep.dart", 4, 7), ("check", "deep.dart", 4, 5), ("a", "main.dart", 1, 3)]),
    (24, [("fail", "deep.dart", 4, 7), ("check", "deep.dart", 4, 5), ("a", "main.dart", 1, 3)]),
    (25, [("check", "deep.dart", 4, 7), ("a", "main.dart", 1, 3)]),
])  # fmt: skip
def test_dart(column: int, wanted: Any, build: ModuleType):
    source_map = build.read_source_map(dart_map(), CODE.encode())
    calls = source_map.calls(0, column)
    found = calls and [(each.function, each.file, each.line, each.column) for each in calls.frames]
    assert found == wanted


@pytest.mark.parametrize("frames", [
    *(1, None, [], "", "!", "g", "A", "AA", FRAMES + "A", FRAMES + "D,", entry(0, 2, 0, 0, 0), entry(0, 0, 0, 0, 3)),
    *(entry(0, 0, -1, 0, 0), entry(0, -1, 0, 0, 0), "gggggggggg;", entry(2**33) + ";"),
])  # fmt: skip
def test_dart_frames_that_make_no_sense_count_as_absent(frames: Any, build: ModuleType):
    source_map = build.read_source_map(dart_map(frames), CODE.encode())
    assert [source_map.calls(0, column) for column in range(27)] == [None] * 27


def test_maps_of_dart_go_on_over_lines(build: ModuleType):
    mappings = "AAAA;;A;;AACA"
    plain = build.read_source_map(map_of(mappings), b"")
    dart = build.read_source_map(map_of(mappings, x_org_dartlang_dart2js={}), b"")
    assert [bool(plain.lookup(line, 3)) for line in range(6)] == [True, False, False, False, True, False]
    assert [bool(dart.lookup(line, 3)) for line in range(6)] == [True, True, False, False, True, True]
    assert (dart.lookup(5, 3).line, dart.lookup(5, 3).column) == (1, 0)


def test_a_map_is_dart2js_by_an_object_only(build: ModuleType):
    assert build.read_source_map(map_of("AAAA", x_org_dartlang_dart2js=1), b"").lookup(1, 0) is None


def test_an_index_file_keeps_both(build: ModuleType, tmp_path: Path):
    files = load("core.sourcemap.index_file", "compiled")
    scoped = next(case for case in SCOPES if case["name"] == "inlined three deep")
    for text, code in ((dart_map(), CODE), (orjson.dumps(scoped["map"]), scoped["generated"])):
        source_map = load("core.sourcemap.source_map", "compiled").read_source_map(text, code.encode())
        files.write_index(source_map, tmp_path / "index")
        opened = files.open_index(tmp_path / "index", text, code.encode())
        assert [opened.calls(0, column) for column in range(27)] == [
            source_map.calls(0, column) for column in range(27)
        ]


@pytest.mark.parametrize("scopes, frames", [
    pytest.param("BEAA," * 100_000 + "EGAA," * 100_000, 0, id="nothing-ends"),
    pytest.param("BEAA," * 100_000 + ",".join(["CAA"] * 100_000), 1, id="deep-scopes"),
    pytest.param("BEAAA,CAB," + "EGAA," * 90_000 + ",".join(["IAAA"] * 9 + ["FB"] * 90_000), 2, id="deep-ranges"),
    pytest.param("BEAA,CAB," + "ECAA,IAAA," * 50_000 + ",".join(["FB"] * 50_000), 65, id="deep-calls"),
    pytest.param("BFAA//////D,CAB,EGAggggggD,FB", 0, id="indices-beyond-32-bits"),
    pytest.param(",".join(["A"] * 200_000), 1, id="sources-without-scopes"),
    pytest.param("," * 200_000, 0, id="nothing-between-commas"),
])  # fmt: skip
def test_scopes_of_strangers_are_bounded(scopes: str, frames: int):
    read_source_map = load("core.sourcemap.source_map", "compiled").read_source_map
    source_map = read_source_map(map_of("AAAA", scopes=scopes), b"a()\n")
    found = source_map.scoped_names(0, 0)
    assert (0 if found is None else len(found)) == frames


SCOPE_TEXT = st.text("ABCDEFGHI/gh+,", max_size=40)


@given(SCOPE_TEXT)
def test_any_text_is_decoded_alike_by_both_builds(text: str):
    results = []
    for build in BUILDS:
        source_map = load("core.sourcemap.source_map", build).read_source_map(
            map_of("AAAA,C;AACA", names=["f", "g"], scopes=text, x_org_dartlang_dart2js={"frames": text}),
            b"a(b,c)\nd()\n",
        )
        tables, dart = source_map.index.scopes, source_map.index.dart
        results.append(
            (
                tables and (list(tables.scopes), list(tables.ranges), tables.has_frames),
                [list(dart.entries), list(dart.calls)],
                [source_map.calls(0, column) for column in range(5)],
            )
        )
    assert results[0] == results[1]


def test_the_alphabet_is_base64(build: ModuleType):
    assert all(build.read_source_map(map_of("AAAA", scopes=f"J{digit}A")).index.scopes for digit in ALPHABET)
