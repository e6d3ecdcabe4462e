from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.sourcemap.encoding import map_of, mappings_of
from worker.command.main import main

HEAVY = {"celery", "kombu", "redis", "aiohttp", "starlette", "asyncio", "zipfile", "tempfile", "core.settings"}


def traced(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["trace", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_frames_are_replaced_and_everything_else_stays(dist, trace, capsys):
    assert traced(capsys, trace, "-a", dist) == (
        0,
        """12:00:01 ☕ started
12:00:02 RangeError: 100 beans are too many
    at refuse (src/money.js:25:9)
    at addLine (src/cart.js:30:24)
    at Array.reduce (<anonymous>)
    at Cart.total (src/cart.js:19:24)
    at checkout (src/shop.js:17:15)
    at tooMany (src/shop.js:22:3)
    at globalThis.run (src/start.js:6:24)
    at src/start.js:10:14
    at src/start.js:10:24
12:00:03 stopped
""",
        "",
    )


def test_context_is_shown_below_each_frame(dist, trace, capsys):
    _, out, _ = traced(capsys, trace, "-a", dist, "--context", 1)
    assert (
        """    at tooMany (src/shop.js:22:3)
        21 |   checkout(3);
      > 22 |   checkout(100); //= tooMany
        23 | };
    at globalThis.run"""
        in out
    )


def test_a_source_without_lines_says_so(dist, trace, capsys):
    document = json.loads((dist / "app.min.js.map").read_text())
    (dist / "app.min.js.map").write_text(json.dumps({**document, "sourcesContent": document["sourcesContent"][:2]}))
    _, _, err = traced(capsys, trace, "-a", dist, "--context", 1)
    assert err.splitlines() == [
        f"unmangle: no lines of {file}, as {dist}/app.min.js.map doesn't embed it"
        for file in ("src/shop.js", "src/start.js")
    ]


def test_json_says_what_was_and_what_is(dist, trace, capsys):
    code, out, _ = traced(capsys, trace, "-a", dist, "--json", "--context", 1)
    first = json.loads(out)["frames"][0]
    assert code == 0
    assert first["raw"]["lineno"] == 1
    assert first["original"]["source"] == "../src/money.js"
    assert first["original"]["context_line"] == "  throw new RangeError(why); //= refuse"
    assert first["original"]["source_map"] == str(dist / "app.min.js.map")


def test_bytes_that_are_no_text_stay_as_they_are(dist, tmp_path, capsysbinary):
    (tmp_path / "bytes.log").write_bytes(b"\xff\x00\r\n    at x (app.min.js:1:314)\r\n\xfe")
    assert main(["trace", str(tmp_path / "bytes.log"), "-a", str(dist)]) == 0
    assert capsysbinary.readouterr().out == b"\xff\x00\r\n    at refuse (src/money.js:25:9)\r\n\xfe"


def test_the_text_may_come_from_standard_input(dist, trace, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(trace.read_bytes())))
    assert "at refuse (src/money.js" in traced(capsys, "-a", dist)[1]


def test_the_current_folder_is_looked_in_if_none_is_named(dist, trace, capsys, monkeypatch):
    monkeypatch.chdir(dist)
    assert traced(capsys, trace)[0] == 0


def test_a_bundle_will_do_as_well(dist, trace, tmp_path, capsys):
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip"), "--no-inject"]) == 0
    capsys.readouterr()
    assert traced(capsys, trace, "-a", tmp_path / "b.zip")[0] == 0


@pytest.mark.parametrize("text, said", [
    pytest.param("    at f (other.js:1:2)\n    at g (other.js:1:3)\n",
                 "unmangle: other.js is not among the artifacts [no_such_file, 2 frames]\n", id="said-once"),
    pytest.param("    at f (node:fs:1:2)\n", "", id="code-of-node-is-no-news"),
    pytest.param("all is well\n", "unmangle: no frames were found in the text\n", id="no-frames"),
])  # fmt: skip
def test_what_cannot_be_resolved_stays_and_says_why(dist, tmp_path, capsys, text, said):
    (tmp_path / "t.txt").write_text(text)
    assert traced(capsys, tmp_path / "t.txt", "-a", dist) == (3, text, said)


def test_a_folder_without_a_build_says_so(dist, trace, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    code, _, err = traced(capsys, trace, "-a", tmp_path / "empty")
    assert code == 3
    assert err.startswith(f"unmangle: neither generated files nor source maps are in {tmp_path}/empty: name the folder")


def test_a_file_of_another_build_is_named(dist, tmp_path, capsys):
    (dist / "app.min.js").rename(dist / "app.3f2a9c.js")
    (tmp_path / "t.txt").write_text("    at f (https://x.example/app.9c17aa.js:1:2)\n")
    _, _, err = traced(capsys, tmp_path / "t.txt", "-a", dist)
    assert f"is not among the artifacts; {dist}/app.3f2a9c.js, of another build, is [no_such_file, 1 frame]" in err


@pytest.mark.parametrize("arguments, named", [
    pytest.param(["gone.txt"], "gone.txt", id="no-such-text"),
    pytest.param(["{trace}", "-a", "gone"], "gone", id="no-such-folder"),
    pytest.param(["{trace}", "-a", "{trace}"], "not a ZIP archive", id="a-log-in-place-of-an-archive"),
])  # fmt: skip
def test_what_cannot_be_read_is_named_on_one_line(trace, capsys, arguments, named):
    code, out, err = traced(capsys, *(argument.format(trace=trace) for argument in arguments))
    assert (code, out) == (1, "")
    assert err.startswith("unmangle trace: ")
    assert named in err
    assert err.count("\n") == 1


def test_nothing_is_imported_that_only_the_service_needs(dist, trace):
    program = f"""
import sys
from worker.command.main import main
main(["trace", {str(trace)!r}, "-a", {str(dist)!r}])
print([name for name in sys.modules if name in {HEAVY!r}], file=sys.stderr)
"""
    root = Path(__file__).parent.parent.parent.parent
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert run.stderr == "[]\n"


@pytest.mark.parametrize("encoding, mark", [
    pytest.param("utf-16-le", b"\xff\xfe", id="utf-16-as-of-powershell"),
    pytest.param("utf-16-be", b"\xfe\xff", id="utf-16-the-other-way-round"),
    pytest.param("utf-32-le", b"\xff\xfe\0\0", id="utf-32"),
    pytest.param("utf-16-le", b"", id="utf-16-without-a-mark"),
    pytest.param("utf-16-be", b"", id="utf-16-the-other-way-round-without-a-mark"),
    pytest.param("utf-8", b"\xef\xbb\xbf", id="utf-8"),
])  # fmt: skip
def test_a_text_stays_in_its_encoding(dist, tmp_path, capsysbinary, encoding, mark):
    line, expected = "x@app.min.js:1:314\r\n☕ 😀\r\n", "refuse@src/money.js:25:9\r\n☕ 😀\r\n"
    (tmp_path / "t.txt").write_bytes(mark + line.encode(encoding))
    assert main(["trace", str(tmp_path / "t.txt"), "-a", str(dist)]) == 0
    assert capsysbinary.readouterr().out == mark + expected.encode(encoding)


def test_what_is_written_into_json_is_escaped(dist, tmp_path, capsys):
    document = json.loads((dist / "app.min.js.map").read_text())
    document["sources"] = [f'../src/"{source}' for source in document["sources"]]
    (dist / "app.min.js.map").write_text(json.dumps(document))
    (tmp_path / "t.txt").write_text(json.dumps({"stack": "E\n    at x (app.min.js:1:314)\n"}))
    _, out, _ = traced(capsys, tmp_path / "t.txt", "-a", dist)
    assert json.loads(out)["stack"] == 'E\n    at refuse (src/"../src/money.js:25:9)\n'


def test_colours_are_those_after_a_frame_as_before(dist, tmp_path, capsys):
    (tmp_path / "t.txt").write_text("    at x \x1b[90m(/srv/\x1b[39mapp.min.js:1:314\x1b[90m)\x1b[39m\n")
    _, out, _ = traced(capsys, tmp_path / "t.txt", "-a", dist)
    assert out == "    at refuse (src/money.js:25:9)\x1b[90m\x1b[39m\x1b[90m\x1b[39m\n"


def test_a_line_of_code_that_node_shows_is_shortened_around_the_place(dist, tmp_path, capsys):
    code = "x" * 2000 + "throw new RangeError(why)" + "y" * 100_000
    (tmp_path / "t.txt").write_text(f"/srv/app.min.js:1\n{code}\n{' ' * 2000}^\n\n    at x (app.min.js:1:314)\n")
    _, out, _ = traced(capsys, tmp_path / "t.txt", "-a", dist)
    assert out == (
        f"/srv/app.min.js:1\n… {'x' * 60}throw new RangeError(why){'y' * 55}…\n{' ' * 62}^\n\n"
        "    at refuse (src/money.js:25:9)\n"
    )


@pytest.mark.parametrize("text, original", [
    pytest.param("    at f (one.js:2)", "    at total (src/a.js:6)", id="all-from-one-line"),
    pytest.param("    at f (one.js:1)", None, id="from-several-lines"),
    pytest.param("f@https://x/one.js line 2 > Function:3:1", "f@src/a.js line 6 > Function:3:1", id="firefox-eval"),
    pytest.param("@https://x/one.js line 1 > eval:3:1\ng@https://x/one.js:1:16",
                 "@src/a.js line 2 > eval:3:1\n@src/a.js:2:1", id="firefox-eval-below-which-is-the-call"),
])  # fmt: skip
def test_a_frame_without_a_column_is_mapped_if_there_is_one_line_only(tmp_path, capsys, text, original):
    (tmp_path / "one.js").write_text("function f(){};g();\nfunction t(){e()}")
    tokens = [(0, 0, 0, 0, 0), (0, 15, 0, 1, 0), (1, 0, 0, 5, 0), (1, 13, 0, 5, 19)]
    source = "function f(){}\ng()\n\n\n\nfunction total() { e() }"
    content = map_of(mappings_of(tokens), sources=["src/a.js"], sourcesContent=[source])
    (tmp_path / "one.js.map").write_bytes(content)
    (tmp_path / "t.txt").write_text(text)
    code, out, err = traced(capsys, tmp_path / "t.txt", "-a", tmp_path / "one.js", "-a", tmp_path / "one.js.map")
    assert out == (original or text)
    assert (code, "[no_column, 1 frame]" in err) == ((0, False) if original else (3, True))


EVENT = {
    "exception": {"values": [{"type": "RangeError", "value": "too many", "stacktrace": {"frames": [
        {"abs_path": "https://x.example/gone/app.min.js", "lineno": 1, "colno": 314, "function": "x"}]}}]},
}  # fmt: skip


def test_an_event_as_json_is_told_as_a_trace(dist, tmp_path, capsys):
    (tmp_path / "event.json").write_text(json.dumps(EVENT, indent=2))
    code, out, err = traced(capsys, tmp_path / "event.json", "-a", dist)
    assert (code, out, err) == (0, "RangeError: too many\n    at refuse (src/money.js:25:9)\n", "")


def test_the_debug_ids_of_an_event_count_more_than_names(dist, tmp_path, capsys):
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip")]) == 0
    debug_id = json.loads((dist / "app.min.js.map").read_text())["debugId"]
    for name in ("app.min.js", "app.min.js.map"):
        (dist / name).rename(dist / name.replace("app", "7f"))
    place = {"abs_path": "https://x.example/app.js", "lineno": 3, "colno": 314}
    images = [{"type": "sourcemap", "code_file": place["abs_path"], "debug_id": debug_id}]
    event = {"exception": [{"type": "E", "stacktrace": {"frames": [place]}}], "debug_meta": {"images": images}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    capsys.readouterr()
    assert "at refuse (src/money.js:25:9)" in traced(capsys, tmp_path / "event.json", "-a", dist)[1]


def test_places_in_a_log_of_json_are_replaced_where_they_are(dist, tmp_path, capsys):
    lines = [
        '{"level":30,"msg":"hi"}',
        '{"err":{"filename":"app.min.js","lineno":1,"colno":314,"x":1},"n":2}',
        json.dumps(EVENT),
    ]
    (tmp_path / "log.ndjson").write_text("\n".join(lines))
    code, out, _ = traced(capsys, tmp_path / "log.ndjson", "-a", dist)
    first, second, third = out.splitlines()
    assert (code, first) == (0, lines[0])
    assert second == '{"err":{"filename":"src/money.js","lineno":25,"colno":9,"x":1},"n":2}'
    (frame,) = json.loads(third)["exception"]["values"][0]["stacktrace"]["frames"]
    assert frame == {"abs_path": "src/money.js", "lineno": 25, "colno": 9, "function": "refuse"}


def test_who_reads_may_stop_reading(dist, tmp_path):
    (tmp_path / "long.txt").write_text("    at x (app.min.js:1:314)\n" * 20_000)
    command = [sys.executable, "-m", "worker.command", "trace", str(tmp_path / "long.txt"), "-a", str(dist)]
    root = Path(__file__).parent.parent.parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
