from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_who_reads_may_stop_reading(dist, tmp_path):
    (tmp_path / "long.txt").write_text("    at x (app.min.js:1:314)\n" * 20_000)
    command = [sys.executable, "-m", "worker.command", "trace", str(tmp_path / "long.txt"), "-a", str(dist)]
    root = Path(__file__).parent.parent.parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
