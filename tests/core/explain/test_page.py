"""The page of text: all there is to say, and nothing that could steer a terminal."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from core.explain.page import explained_page

STEPS = [
    {"file": "minified_source", "tried": "name", "found": True, "said": "`~/a.js`: in `7`"},
    {"file": "source_map", "tried": "web", "found": False, "said": "404"},
]
DECIDED = {
    "source_map": {
        "name": "https://h.test/a.js.map",
        "origin": {"scraped_file": "https://h.test/a.js.map#1"},
        "resolved_with": "scraping",
    },
    "token": {
        "lineno": 1,
        "colno": 20,
        "source": "src/a.js",
        "original_lineno": 3,
        "original_colno": 5,
        "name": "go",
    },
}


def a_frame(code: str = "resolved", **more: Any) -> dict[str, Any]:
    explanation = {"code": code, "cause": "all is well", "steps": STEPS, "decided_by": {}} | more
    return {
        "abs_path": "https://h.test/src/a.js",
        "lineno": 3,
        "colno": 5,
        "function": "go",
        "explanation": explanation,
    }


def page(*frames: dict[str, Any], **raw: Any) -> list[str]:
    raw_frame = {"abs_path": "https://h.test/a.js", "lineno": 1, "colno": 26} | raw
    answer = {
        "status": "completed",
        "stacktraces": [{"frames": list(frames)}],
        "raw_stacktraces": [{"frames": [raw_frame] * len(frames)}],
    }
    return explained_page(orjson.dumps(answer)).splitlines()


@pytest.mark.parametrize("scopes, said", [
    (["orzo at a.js:3:20", "<global> at a.js:4:1"], "orzo at a.js:3:20, inlined into <global> at a.js:4:1"),
    ([], "no function of the sources: they would hide the frame"),
])  # fmt: skip
def test_what_scopes_would_have_said(scopes: list[str], said: str):
    decided = {"token": DECIDED["token"] | {"scopes": scopes}}
    assert f"   its scopes would have said: {said}" in page(a_frame(decided_by=decided))


def test_a_frame_that_is_well():
    assert page(a_frame(decided_by=DECIDED)) == [
        "1 frame: 1 resolved",
        "",
        "1. https://h.test/a.js:1:26",
        "   is go at https://h.test/src/a.js:3:5",
        "   resolved: all is well",
        "   minified file:",
        "     + name: `~/a.js`: in `7`",
        "   source map:",
        "     - web: 404",
        "   decided by the map https://h.test/a.js.map on the web (scraping)",
        "   and its token at 1:20, which is src/a.js:3:5, called go",
    ]


def test_a_frame_that_is_not():
    assert page(a_frame("not_on_web", cause="it is not there", advice="Put it there", file="source_map")) == [
        "1 frame: 1 not_on_web",
        "",
        "1. https://h.test/a.js:1:26",
        "   not_on_web (source map): it is not there",
        "   What to do: Put it there",
        "   minified file:",
        "     + name: `~/a.js`: in `7`",
        "   source map:",
        "     - web: 404",
        "",
        "A service remembers for up to an hour what it looked up: what you mend may show only then.",
    ]


def test_the_same_steps_are_told_once():
    lines = page(a_frame(), a_frame("not_on_web"), a_frame())
    assert lines[0] == "3 frames: 2 resolved, 1 not_on_web"
    assert lines.count("   The files are those of frame 1.") == 2


def test_frames_beyond_the_limit_are_counted():
    unexplained = {"abs_path": "a.js", "lineno": 1}
    assert page(a_frame(), unexplained, unexplained)[-1] == "2 frames more, not explained"


def test_what_could_steer_a_terminal_is_shown_as_what_it_is():
    lines = page(a_frame(cause="\x1b[2J\nfaked line\u202e"), abs_path="\r\x1b]0;title\x07")
    assert r"   resolved: \x1b[2J\x0afaked line\u202e" in lines
    assert r"1. \x0d\x1b]0;title\x07:1:26" in lines


@pytest.mark.parametrize(
    "answer, text",
    [
        pytest.param({"status": "timeout"}, "took longer than it may", id="timeout"),
        pytest.param({"status": "internal_error"}, "log says what", id="crashed"),
        pytest.param({"status": "failed", "message": "x"}, "failed", id="failed"),
        pytest.param({"status": "pending", "request_id": "abc", "retry_after": 30}, "/requests/abc", id="pending"),
        pytest.param({"status": "completed", "stacktraces": [], "raw_stacktraces": []}, "0 frames", id="no-frames"),
    ],
)
def test_answers_without_frames(answer, text):
    assert text in explained_page(orjson.dumps(answer))
