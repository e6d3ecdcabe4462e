"""Inlined, hidden and ignored frames of whole requests, as ``options.scopes`` and ``options.ignore_list`` ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from core.explain.explanation import DecidedBy, Explanation, encode_explained
from core.explain.findings import Reason
from core.settings import Settings
from core.wire.request import decode_request
from core.wire.response import CompletedBody, WrittenStacktrace
from tests.worker.artifact_source import TOKEN
from tests.worker.requests.test_symbolicate import answer_to, member
from worker.requests.resources import Resources
from worker.requests.symbolicate import _explained

CASES = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[2] / "data" / "ecma426" / "scopes.json").read_text())
}
PATH = "https://h.test/app.js"
HINTS = {"inlined", "ignored", "raw_index"}


async def asked(source: Any, case: str, columns: list[int], settings: Any = None, **options: Any) -> dict[str, Any]:
    return await asked_of(source, CASES[case]["generated"], CASES[case]["map"], columns, settings, **options)


async def asked_of(
    source: Any, generated: str, source_map: Any, columns: list[int], settings: Any = None, **options: Any
) -> dict[str, Any]:
    """Answer a request with a frame for each column, from 0, of the first line, caller first."""
    source.put_bundle("1", {
        "a": (f"{generated}//# sourceMappingURL=app.js.map".encode(), member("~/app.js")),
        "b": (orjson.dumps(source_map), member("~/app.js.map", "source_map")),
    })  # fmt: skip
    frames = [{"abs_path": PATH, "lineno": 1, "colno": column + 1, "function": "came"} for column in columns]
    if options.get("frame_order") == "callee_first":
        frames.reverse()
    if not options.get("explain"):
        return await answer_to(source, settings or {}, stacktraces=[{"frames": frames}], options=options)
    said = {"source": {"id": "s", "url": source.url, "token": TOKEN}, "release": "r"}
    body = said | {"stacktraces": [{"frames": frames}], "options": options}
    async with Resources(Settings(connect_to_reserved_ips=True)) as resources:
        answered = await _explained(resources, decode_request(body), None)
    answer: dict[str, Any] = orjson.loads(answered.body)
    return answer


def told(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    frames = answer["stacktraces"][0]["frames"]
    return [(each["function"], each["filename"], each["lineno"], each["colno"]) for each in frames]


def hints(answer: dict[str, Any]) -> list[dict[str, Any]]:
    frames = answer["stacktraces"][0]["frames"]
    return [{key: value for key, value in each["data"].items() if key in HINTS} for each in frames]


INLINED = [
    ("came", "pasta.js", 4, 1),
    ("orzo", "pasta.js", 3, 20),
    ("spaghetti", "pasta.js", 2, 25),
    ("penne", "pasta.js", 1, 29),
]


@pytest.mark.parametrize("order", ["caller_first", "callee_first"])
async def test_inlined_calls_are_frames(source, order):
    answer = await asked(source, "inlined three deep", [0, 6], scopes=True, frame_order=order)
    step = 1 if order == "caller_first" else -1
    assert told(answer)[::step][4:] == INLINED
    index = 1 if order == "caller_first" else 0
    inner = {"inlined": True, "raw_index": index}
    assert hints(answer)[::step][4:] == [{"raw_index": index}, inner, inner, inner]
    assert len(answer["raw_stacktraces"][0]["frames"]) == 2
    last = answer["stacktraces"][0]["frames"][::step][-1]
    assert last["context_line"] == "const penne = () => { throw Error(); };"
    assert last["data"]["symbolicated"] is True


async def test_nothing_changes_unless_asked(source):
    answer = await asked(source, "inlined three deep", [6])
    assert told(answer) == [("came", "pasta.js", 1, 29)]
    assert hints(answer) == [{}]


async def test_the_default_is_a_setting(source):
    answer = await asked(source, "inlined three deep", [6], {"scopes": True})
    assert told(answer) == INLINED
    answer = await asked(source, "inlined three deep", [6], {"scopes": True}, scopes=False)
    assert len(told(answer)) == 1


async def test_names_are_those_of_scopes(source):
    assert told(await asked(source, "renamed functions, a map without names", [21], scopes=True))[0][0] == "totalOf"
    assert told(await asked(source, "renamed functions, a map without names", [21]))[0][0] == "t"


async def test_a_hidden_frame_is_left_out(source):
    answer = await asked(source, "a block that became a function", [98, 62, 40], scopes=True)
    assert [each[2:] for each in told(answer)] == [(1, 29), (2, 9)]
    assert hints(answer) == [{"raw_index": 0}, {"raw_index": 2}]
    assert len(answer["raw_stacktraces"][0]["frames"]) == 3


async def test_the_innermost_hidden_frame_stays_as_the_place_of_the_error(source):
    answer = await asked(source, "a block that became a function", [98, 62], scopes=True)
    assert told(answer) == [("came", "loop.js", 1, 29), ("came", "loop.js", 3, 16)]


def test_explanations_are_those_of_the_frames_that_came():
    frames = [{"abs_path": "a", "lineno": 1, "data": {"symbolicated": True, "raw_index": each}} for each in (1, 1, 0)]
    written = WrittenStacktrace([msgspec.Raw(orjson.dumps(each)) for each in frames])
    explained = [
        Explanation(code=Reason.NO_COLUMN, cause=cause, steps=[], decided_by=DecidedBy()) for cause in ("one", "two")
    ]
    body = orjson.loads(encode_explained(CompletedBody(stacktraces=[written], raw_stacktraces=[]), [explained]))
    told = [each["explanation"]["cause"] for each in body["stacktraces"][0]["frames"]]
    assert told == ["two", "two", "one"]


@pytest.mark.parametrize("case, column, said", [
    ("inlined from another file", 33, ["check at check.js:2:21", "save at save.js:3:3"]),
    ("a block that became a function", 62, []),
    ("a helper the compiler added", 93, ["says nothing of a function at w.js:2:19"]),
    ("broken: an end missing", 21, None),
])  # fmt: skip
async def test_explanations_say_what_scopes_would_have_answered(source, case, column, said):
    answer = await asked(source, case, [column], explain=True)
    decided = answer["stacktraces"][0]["frames"][0]["explanation"]["decided_by"]
    assert decided["token"].get("scopes") == said


@pytest.mark.parametrize("scopes", [False, True])
async def test_ignored_sources_are_said_to_be(source, scopes):
    source_map = {
        "version": 3,
        "sources": ["a.js", "node_modules/b.js"],
        "sourcesContent": ["a();", "b();"],
        "names": [],
        "mappings": "AAAA,KCAA",
        "ignoreList": [1],
    }
    answer = await asked_of(source, "a();b();\n", source_map, [0, 5], ignore_list=True, scopes=scopes)
    index = ({"raw_index": 0}, {"raw_index": 1}) if scopes else ({}, {})
    assert hints(answer) == [index[0], {"ignored": True} | index[1]]
    assert hints(await asked_of(source, "a();b();\n", source_map, [0, 5])) == [{}, {}]


async def test_a_source_that_is_not_embedded_is_fetched_for_inlined_frames_too(source):
    case = CASES["inlined from another file"]
    contents = {"https://h.test/save.js": case["map"]["sourcesContent"][0].encode()}
    for number, (path, content) in enumerate(contents.items()):
        source.put_artifact(f"f{number}", path, content)
    plain = {**case["map"], "sourcesContent": [None, case["map"]["sourcesContent"][1]]}
    answer = await asked_of(source, case["generated"], plain, [33], scopes=True)
    assert [each[0] for each in told(answer)] == ["save", "check"]
    assert [each.get("context_line") for each in answer["stacktraces"][0]["frames"]][1] is not None


WRITTEN = {
    "version": 3,
    "sources": ["cart.ts"],
    "sourcesContent": [
        "class Cart {\n  total(items: Item[]): number {\n    return items.map((each) => each.price)\n  }\n}\n"
    ],
    "names": [],
    "mappings": "AAAA,QACE,UACE,UAAiB",
}
CODE = "class t{t(r){return r.map(r=>r.price)}}\n"


@pytest.mark.parametrize("column, minified, written", [(13, "t.t", "Cart.total"), (32, "came", "came")])
async def test_names_as_they_are_written(source, column, minified, written):
    plain = await asked_of(source, CODE, WRITTEN, [column])
    asked = await asked_of(source, CODE, WRITTEN, [column, column], names="written")
    bare = await asked_of(source, CODE, WRITTEN, [column], names="written", apply_source_context=False)
    assert [told(each)[0][0] for each in (plain, asked, bare)] == [minified, written, written]
    assert told(asked)[0] == told(asked)[1]
    assert {told(each)[0][1:] for each in (plain, asked, bare)} == {told(plain)[0][1:]}
    assert hints(asked) == [{}, {}]


async def test_a_source_that_is_not_embedded_leaves_the_name(source):
    answer = await asked_of(source, CODE, WRITTEN | {"sourcesContent": [None]}, [13], names="written")
    assert told(answer)[0][0] == "t.t"
