"""``unmangle trace`` where maps tell of inlined calls and of sources to be ignored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.worker.command.test_trace import traced

CASES = json.loads((Path(__file__).parents[2] / "data" / "ecma426" / "scopes.json").read_text())
IGNORING = {
    "version": 3,
    "sources": ["a.js", "node_modules/b.js"],
    "sourcesContent": ["a();", "b();"],
    "names": [],
    "mappings": "AAAA,KCAA",
    "ignoreList": [1],
}


def built(folder: Path, generated: str, source_map: Any) -> Path:
    (folder / "app.js").write_text(f"{generated}//# sourceMappingURL=app.js.map")
    (folder / "app.js.map").write_bytes(orjson.dumps(source_map))
    return folder


@pytest.fixture
def pasta(tmp_path: Path) -> Path:
    case = next(case for case in CASES if case["name"] == "inlined three deep")
    return built(tmp_path, case["generated"], case["map"])


def of_log(folder: Path, text: str) -> Path:
    (folder / "error.log").write_text(text)
    return folder / "error.log"


def test_inlined_calls_have_lines_of_their_own(pasta, capsys):
    trace = of_log(pasta, "Error\n    at app.js:1:7\n    at next (native)\n")
    assert traced(capsys, trace, "-a", pasta)[1] == (
        "Error\n"
        "    at penne (pasta.js:1:29) [inlined]\n"
        "    at spaghetti (pasta.js:2:25) [inlined]\n"
        "    at orzo (pasta.js:3:20) [inlined]\n"
        "    at pasta.js:4:1\n"
        "    at next (native)\n"
    )


def test_context_stands_below_each_of_them(pasta, capsys):
    trace = of_log(pasta, "    at async app.js:1:7")
    out = traced(capsys, trace, "-a", pasta, "--context", 1)[1]
    assert out.startswith("    at async penne (pasta.js:1:29) [inlined]\n      > 1 | const penne = ")
    assert "at async orzo (pasta.js:3:20) [inlined]\n        2 | const spaghetti" in out


def test_within_a_line_only_the_frame_that_was_left_is_named(pasta, capsys):
    assert traced(capsys, of_log(pasta, "see app.js:1:7, please\n"), "-a", pasta)[1] == "see pasta.js:4:1, please\n"


def test_json_has_them_beside_the_frame(pasta, capsys):
    (frame,) = json.loads(traced(capsys, of_log(pasta, "    at app.js:1:7"), "-a", pasta, "--json")[1])["frames"]
    assert [each["function"] for each in frame["inlined"]] == ["penne", "spaghetti", "orzo"]
    assert (frame["original"]["lineno"], frame["original"]["function"]) == (4, None)


def test_frames_of_ignored_sources_can_be_left_out(tmp_path, capsys):
    trace = of_log(built(tmp_path, "a();b();\n", IGNORING), "Error\n    at app.js:1:6\n    at app.js:1:1\n")
    assert "node_modules/b.js:1:1" in traced(capsys, trace, "-a", tmp_path)[1]
    assert traced(capsys, trace, "-a", tmp_path, "--no-ignored")[1] == "Error\n    at a.js:1:1\n"
    frames = json.loads(traced(capsys, trace, "-a", tmp_path, "--json")[1])["frames"]
    assert [each["original"].get("ignored") for each in frames] == [True, None]
