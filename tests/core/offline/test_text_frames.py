from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.offline.escapes import Encodings, hidden_parts
from core.offline.frame_places import Style
from core.offline.rewriting import frame_text, rewritten
from core.offline.text_frames import find_frames
from tests.core.offline.written_traces import (
    ENGINES,
    OF_ANY_ENGINE,
    OF_V8,
    PATHS,
    SPIDERMONKEY_NAMES,
    V8_NAMES,
    Planted,
)

URL = "https://x.example/a.js"


@pytest.mark.parametrize("line, function, path, lineno, colno", [
    pytest.param(f"    at foo ({URL}:1:2)", "foo", URL, 1, 2, id="v8"),
    pytest.param(f"    at {URL}:1:2", None, URL, 1, 2, id="v8-without-a-name"),
    pytest.param(f"    at Object.foo [as bar] ({URL}:1:2)", "Object.foo [as bar]", URL, 1, 2, id="alias"),
    pytest.param(f"    at new Cart ({URL}:1:2)", "new Cart", URL, 1, 2, id="constructor"),
    pytest.param(f"    at async Cart.ask ({URL}:1:2)", "Cart.ask", URL, 1, 2, id="async"),
    pytest.param(f"    at async {URL}:1:2", None, URL, 1, 2, id="async-without-a-name"),
    pytest.param("    at Module.f (file:///srv/a b.mjs:1:2)", "Module.f", "file:///srv/a b.mjs", 1, 2, id="a-space"),
    pytest.param("    at /srv/my app/a.js:1:2", None, "/srv/my app/a.js", 1, 2, id="a-path-with-a-space"),
    pytest.param(r"    at f (C:\new (x86)\a.js:1:2)", "f", r"C:\new (x86)\a.js", 1, 2, id="windows"),
    pytest.param("    at (rsc)/./app/page.tsx (/app/.next/server/app/(shop)/page.js:22:1)", "(rsc)/./app/page.tsx",
                 "/app/.next/server/app/(shop)/page.js", 22, 1, id="next"),
    pytest.param("    at Module.runMain (node:internal/modules/run_main:1:2)", "Module.runMain",
                 "node:internal/modules/run_main", 1, 2, id="node-itself"),
    pytest.param(f"    at eval (eval at tpl ({URL}:1:2), <anonymous>:3:7)", "tpl", URL, 1, 2, id="eval"),
    pytest.param(f"    at eval (eval at a (eval at b ({URL}:1:2), <anonymous>:3:7), <anonymous>:1:1)", "b", URL, 1, 2,
                 id="eval-in-eval"),
    pytest.param("    at foo (address at index.android.bundle:1:1234)", "foo", "index.android.bundle", 1, 1235,
                 id="offsets-in-bytecode-count-from-0"),
    pytest.param("    at Foo (http://localhost:8081/index.bundle//&platform=ios&dev=true:1:2)", "Foo",
                 "http://localhost:8081/index.bundle//&platform=ios&dev=true", 1, 2, id="react-native-in-development"),
    pytest.param("value@12:345", "value", "", 12, 345, id="react-native-without-a-file"),
    pytest.param("    at Foo (bundle.js:12)", "Foo", "bundle.js", 12, None, id="no-column"),
    pytest.param(f"foo@{URL}:1:2", "foo", URL, 1, 2, id="firefox"),
    pytest.param(f"foo/<@{URL}:1:2", "foo/<", URL, 1, 2, id="firefox-inner-function"),
    pytest.param(f"@{URL}:1:2", None, URL, 1, 2, id="firefox-without-a-name"),
    pytest.param(f"promise callback*foo@{URL}:1:2", "foo", URL, 1, 2, id="firefox-async"),
    pytest.param("foo@https://x.example/@scope/a.js:1:2", "foo", "https://x.example/@scope/a.js", 1, 2, id="npm-scope"),
    pytest.param(f"global code@{URL}:1:2", "global code", URL, 1, 2, id="safari"),
    pytest.param(f"  {URL}:1:2  ", None, URL, 1, 2, id="old-safari"),
    pytest.param(f"2026-01-01 12:00:01 ERROR at startup:     at foo ({URL}:1:2)", "foo", URL, 1, 2, id="log-in-front"),
    pytest.param(f"parcelRequire<[\"fx.js\"]</</<@{URL}:1:2", 'parcelRequire<["fx.js"]</</<', URL, 1, 2, id="parcel"),
    pytest.param(f"setTimeout handler*f@{URL}:1:2", "f", URL, 1, 2, id="firefox-timer"),
    pytest.param(f"12:00:01 get total@{URL}:1:2", "get total", URL, 1, 2, id="firefox-in-a-log"),
    pytest.param(f'1,"{{""stack"": ""get total@{URL}:1:2""}}",web', "get total", URL, 1, 2, id="json-in-csv"),
    pytest.param(f"f@blob:{URL[:17]}/2f25-9f80:1:2", "f", f"blob:{URL[:17]}/2f25-9f80", 1, 2, id="firefox-blob"),
    pytest.param(f"@{URL} line 17 > eval:1:9", None, URL, 17, None, id="firefox-eval"),
    pytest.param(f"anonymous@{URL} line 7 > eval line 3 > Function:3:8", "anonymous", URL, 7, None,
                 id="firefox-function"),
    pytest.param(f"foo @ {URL}:1:2", "foo", URL, 1, 2, id="console-of-chromium"),
    pytest.param("foo @ a.js:1", "foo", "a.js", 1, None, id="console-of-chromium-without-a-column"),
    pytest.param("(anonymous) @ a.js:1:2", None, "a.js", 1, 2, id="console-of-chromium-without-a-name"),
    pytest.param(f"    total {URL}:1:2", "total", URL, 1, 2, id="console-of-firefox"),
    pytest.param("foo — app.js:1:2", "foo", "app.js", 1, 2, id="console-of-safari"),
    pytest.param(f"f@{URL}:1", "f", URL, 1, None, id="old-firefox"),
    pytest.param(f"    at foo ({URL}:1:2) {{", "foo", URL, 1, 2, id="node-goes-on-behind-it"),
])  # fmt: skip
def test_a_frame_is_read(line, function, path, lineno, colno):
    (frame,) = find_frames(line)
    assert (frame.function, frame.path, frame.lineno, frame.colno) == (function, path, lineno, colno)


@pytest.mark.parametrize("line", [
    pytest.param("    at Array.map (<anonymous>)", id="native"),
    pytest.param("    at foo (native)", id="native-in-hermes"),
    pytest.param("    at async Promise.all (index 0)", id="promise-all"),
    pytest.param("foo@[native code]", id="native-in-safari"),
    pytest.param("the shop opens at 12:30:45", id="a-time-of-day"),
    pytest.param("started at 2026-01-01 12:30:45", id="a-date"),
    pytest.param("meet bob@12:30 at the pub", id="a-message"),
    pytest.param("postgres://user@db.example:5432", id="a-database"),
    pytest.param("e=>{t.at (e?.x/2:1)};if(a at (b.c||1)].d,e:f[g.h-1].i:1)", id="minified-code"),
    pytest.param("/srv/app/a.js:12", id="where-node-says-it-crashed"),
    pytest.param("    at f (a.js:1:" + "9" * 5000 + ")", id="a-number-that-is-none"),
    pytest.param("    at foo (" + "a" * 10_000 + ".js:1:2)", id="a-line-of-code-that-node-prints"),
    pytest.param("listening at http://localhost.example:3000", id="an-address"),
    pytest.param("mail bob@shop.example:12:30", id="a-mail-address"),
    pytest.param("see https://x.example/a.js:1:2 for more", id="a-place-in-a-sentence"),
])  # fmt: skip
def test_what_is_no_frame_is_left_alone(line):
    assert find_frames(line) == []


def test_no_line_of_a_bundle_is_a_frame():
    bundles = Path(__file__).parent.parent.parent / "data" / "traces" / "bundles"
    code = "\n".join(file.read_text() for file in bundles.rglob("*.js")).replace("data:application", "")
    assert find_frames(code.replace(";", ";\n")) == []


@pytest.mark.parametrize("text", [
    pytest.param(f'{{"stack":"Error\\n    at f ({URL}:1:2)\\n    at g ({URL}:3:4)","level":50}}', id="json-string"),
    pytest.param(f'{{"stack":"f@{URL}:1:2\\ng@{URL}:3:4"}}', id="json-string-of-firefox"),
    pytest.param(f"Error\r\n    at f ({URL}:1:2)\r\n    at g ({URL}:3:4)\r\n", id="windows-line-ends"),
    pytest.param(f"web-1 |     at f ({URL}:1:2)\nweb-1 |     at g ({URL}:3:4)", id="docker-compose"),
])  # fmt: skip
def test_frames_on_lines_in_a_row_call_each_other(text):
    first, second = find_frames(text)
    assert (first.function, second.function) == ("f", "g")
    assert second.line == first.line + 1


def frames_of(engine: str) -> list[list[Planted]]:
    names = V8_NAMES if engine == "v8" else SPIDERMONKEY_NAMES
    chosen = [(name, PATHS[number % 3]) for number, name in enumerate(names)] + [("f", path) for path in PATHS]
    return [
        [Planted(name, path, 1, 870), Planted("g", path, 2, 3), Planted(name, path, 4, 50)] for name, path in chosen
    ]


@pytest.mark.parametrize("engine, way", [
    *(pytest.param(engine, way, id=f"{engine}-{way}") for engine in ENGINES for way in OF_ANY_ENGINE),
    *(pytest.param("v8", way, id=f"v8-{way}") for way in OF_V8),
])  # fmt: skip
def test_every_name_at_every_place_is_read_however_a_log_writes_it(engine, way):
    write = (OF_ANY_ENGINE | OF_V8)[way]
    for frames in frames_of(engine):
        if way in ("spaces", "cloudwatch") and " at " in frames[0].function:
            continue  # where the message ends, nobody knows
        text = write([ENGINES[engine](frame) for frame in frames])
        found = find_frames(text)
        assert [Planted(each.function or "", each.path, each.lineno, each.colno) for each in found] == frames, text
        assert [each.line - found[0].line for each in found] == [0, 1, 2], text
        edits = [(each.start, each.end, "\0") for each in found]
        kept = hidden_parts("".join(text[each.start : each.end] for each in found))
        assert not any(number in rewritten(text, edits) + kept for number in ("870", "1:8", "4:50")), text


def test_places_in_files_that_are_known_are_frames_wherever_they_are():
    text = "12:00:01 saw dist/app.js:1:2, (other.js:3:4) and 'x/app.js:5:6'; app.js:7"
    found = find_frames(text, lambda path: path.endswith("app.js"))
    assert [(each.style, each.path, each.lineno) for each in found] == [
        (Style.MENTION, "dist/app.js", 1),
        (Style.MENTION, "x/app.js", 5),
    ]


@pytest.mark.parametrize("text, path", [
    pytest.param("[f](https://x.example/app.js:1:2)", "https://x.example/app.js", id="markdown"),
    pytest.param("f ([app.js:1:2](https://x.example/))", "app.js", id="text-of-a-link"),
    pytest.param("at f [https://x.example/app.js:1:2]", "https://x.example/app.js", id="square-brackets"),
    pytest.param("at f {dist/app.js:1:2}", "dist/app.js", id="braces"),
    pytest.param("f（https://x.example/app.js:1:2）", "https://x.example/app.js", id="full-width"),
    pytest.param("place=https://x.example/app.js?a=(1):1:2;", "https://x.example/app.js?a=(1)", id="logfmt"),
    pytest.param("see /app/[slug]/(shop)/app.js:1:2", "/app/[slug]/(shop)/app.js", id="brackets-of-the-path"),
])  # fmt: skip
def test_of_what_is_around_a_place_nothing_is_replaced(text, path):
    (frame,) = find_frames(text, lambda path: "app.js" in path)
    assert (frame.path, text[frame.start : frame.end]) == (path, f"{path}:1:2")


@pytest.mark.parametrize("line, function, expected", [
    pytest.param("at t (a.js:1:2)", "total", "at total (s.js:3:4)", id="named"),
    pytest.param("at t (a.js:1:2)", None, "at s.js:3:4", id="nameless"),
    pytest.param("at async a.js:1:2", "ask", "at async ask (s.js:3:4)", id="gets-a-name"),
    pytest.param("at new t (a.js:1:2)", "Cart", "at new Cart (s.js:3:4)", id="new-is-kept"),
    pytest.param("at new t (a.js:1:2)", "new Cart", "at new Cart (s.js:3:4)", id="new-is-said-once"),
    pytest.param("t@a.js:1:2", "total", "total@s.js:3:4", id="firefox"),
    pytest.param("async*t@a.js:1:2", None, "async*@s.js:3:4", id="firefox-nameless"),
    pytest.param("at eval (eval at t (a.js:1:2), <anonymous>:1:1)", None,
                 "at eval (eval at <anonymous> (s.js:3:4), <anonymous>:1:1)", id="eval"),
    pytest.param("at t (address at a.js:1:2)", "total", "at total (s.js:3:4)", id="bytecode"),
    pytest.param("app://a.js:1:2", "total", "total@s.js:3:4", id="bare-place-gets-a-name"),
    pytest.param(f"global code@{URL}:1:2", None, "global code@s.js:3:4", id="code-in-no-function"),
    pytest.param("app://a.js:1:2", None, "s.js:3:4", id="bare-place-stays-one"),
    pytest.param(f"f@{URL} line 17 > eval:1:9", "g", "f@s.js line 3 > eval:1:9", id="firefox-eval"),
    pytest.param("t @ a.js:1:2", "total", "total @ s.js:3:4", id="console-of-chromium"),
    pytest.param("t — a.js:1:2", None, "(anonymous) — s.js:3:4", id="console-of-safari"),
])  # fmt: skip
def test_a_frame_is_written_as_its_engine_does(line, function, expected):
    (frame,) = find_frames(line)
    text = frame_text(frame, function, "s.js:3:4", line[frame.start : frame.end])
    assert rewritten(line, [(frame.start, frame.end, text)]) == expected


PARTS = [
    *["at ", "foo", " (", URL, ":1:2", ")", "@", "\n", "\\n", "eval at ", "\r", " ", "new ", "é", ":1"],
    *['"', "\\", "{", "'", "[", "\x1b[1m", "[39m", "\\u001b[2m", "&lt;", "<br>", "%0A", "%3A1%3A2", "\\u000a", "\\t"],
    *["#012", "\\ud83d\\ude00", "↵", "\u2028", " line 7 > eval:1:1", "<anonymous>", "(<anonymous>)", "address at "],
    *[" @ ", " — ", "/srv/a b.js", "C:\\new\\a.js", "app.js", "async*"],
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PARTS)))
def test_frames_are_in_order_and_apart_in_any_text(parts):
    text = "".join(parts)
    frames = find_frames(text, lambda path: path.endswith(".js"))
    assert all(one.end <= other.start and one.line < other.line for one, other in pairwise(frames))
    assert all(0 <= frame.start < frame.end <= len(text) for frame in frames)
    assert rewritten(text, [(frame.start, frame.end, text[frame.start : frame.end]) for frame in frames]) == text
    encodings = Encodings(text)
    assert all(encodings.encoded("f (a.js:1:2)", frame.start, frame.end) for frame in frames)
