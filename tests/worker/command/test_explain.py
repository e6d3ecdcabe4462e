"""``unmangle explain``: against files, and by a service."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from core.explain.page import explained_page
from core.files.artifact_bundle import write_bundle
from tests.worker.explain.world import APP, FRAME, ID, MINIFIED, a_bundle, a_map
from tests.worker.source_server import Request, SourceServer, reply
from worker.command.main import main

STACK = """Error: no cost
    at n (https://shop.test/js/app.min.js:1:26)
    at t (https://shop.test/js/app.min.js:1:88)
    at new Promise (<anonymous>)
"""
EXPLANATION = {"code": "resolved", "cause": "all is well", "steps": [], "decided_by": {}}
ANSWER = orjson.dumps(
    {
        "status": "completed",
        "stacktraces": [{"frames": [FRAME | {"explanation": EXPLANATION}]}],
        "raw_stacktraces": [{"frames": [FRAME]}],
    }
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a build, and the stack trace of what went wrong in it."""
    monkeypatch.chdir(tmp_path)
    build = tmp_path / "dist" / "js"
    build.mkdir(parents=True)
    (build / "app.min.js").write_text(APP)
    (build / "app.min.js.map").write_text(a_map())
    (tmp_path / "stack.txt").write_text(STACK)
    (tmp_path / "request.json").write_bytes(a_request())
    return tmp_path


def a_request(**changes: Any) -> bytes:
    return orjson.dumps({"release": "web@2", "stacktraces": [{"frames": [FRAME]}], **changes})


def code_of(capsys: pytest.CaptureFixture[str]) -> str:
    answer = orjson.loads(capsys.readouterr().out)
    return str(answer["stacktraces"][0]["frames"][0]["explanation"]["code"])


def test_a_stack_trace_against_a_folder(here, capsys):
    assert main(["explain", "stack.txt", "--artifacts", "dist"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 frames: 2 resolved"
    assert "   is price at https://shop.test/src/app.js:3:5" in lines
    assert "   is total at https://shop.test/src/app.js:8:10" in lines


def test_the_prefix_that_the_folder_would_be_uploaded_with_counts(here, capsys):
    assert main(["explain", "stack.txt", "--artifacts", "dist/js"]) == 3
    assert "URL prefix `~/js`" in capsys.readouterr().out
    assert main(["explain", "stack.txt", "--artifacts", "dist/js", "--url-prefix", "~/js"]) == 0


def test_a_request_against_a_bundle(here, capsys):
    (here / "bundle.zip").write_bytes(write_bundle(a_bundle("~/app.min.js")))
    assert main(["explain", "request.json", "-a", "bundle.zip", "--json"]) == 3
    assert code_of(capsys) == "wrong_url_prefix"


def test_an_event_against_a_folder(here, capsys):
    frames = [{"abs_path": "https://shop.test/js/app.min.js", "lineno": 1, "colno": colno} for colno in (88, 26)]
    event = {"release": "web@2", "exception": {"values": [{"type": "Error", "stacktrace": {"frames": frames}}]}}
    (here / "event.json").write_bytes(orjson.dumps(event))
    assert main(["explain", "event.json", "--artifacts", "dist"]) == 0
    assert "   is price at https://shop.test/src/app.js:3:5" in capsys.readouterr().out.splitlines()


def test_a_request_that_names_no_release_is_taken_at_its_word(here, capsys):
    (here / "request.json").write_bytes(a_request(release=None))
    assert main(["explain", "request.json", "-a", "dist", "--json"]) == 3
    assert code_of(capsys) == "scraping_disabled"


def test_debug_ids_in_a_folder_count_as_when_it_is_uploaded(here, capsys):
    (here / "dist/js/app.min.js").write_text(f"{MINIFIED}\n//# debugId={ID}")
    (here / "dist/js/app.min.js.map").write_text(a_map(debugId=ID))
    frame = FRAME | {"abs_path": "/srv/elsewhere.js"}
    modules = [{"type": "sourcemap", "code_file": "/srv/elsewhere.js", "debug_id": ID}]
    (here / "request.json").write_bytes(a_request(stacktraces=[{"frames": [frame]}], modules=modules))
    assert main(["explain", "request.json", "-a", "dist", "--json"]) == 0


def test_a_stack_trace_from_standard_input(here, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(STACK.encode())))
    assert main(["explain", "-a", "dist", "--json"]) == 0
    assert code_of(capsys) == "resolved"


@pytest.mark.parametrize(
    "arguments, said",
    [
        pytest.param(["nothing.txt", "-a", "dist"], "nothing.txt", id="no-such-file"),
        pytest.param(["stack.txt", "-a", "nowhere"], "nowhere", id="no-such-folder"),
        pytest.param(["dist/js/app.min.js.map", "-a", "dist"], "expected the body of a request", id="no-frames"),
        pytest.param(["wrong.json", "-a", "dist"], "stacktraces[0].frames", id="a-request-of-another-shape"),
        pytest.param(["request.json", "--url", "http://127.0.0.1:9"], "can't be asked", id="no-service"),
        pytest.param(["request.json", "--url", "file:///etc/passwd"], "expected a URL", id="no-url-of-the-web"),
    ],
)
def test_why_nothing_can_be_explained(here, capsys, arguments, said):
    (here / "wrong.json").write_text('{"stacktraces": [{}]}')
    assert main(["explain", *arguments]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.startswith("unmangle explain: ")
    assert captured.out == ""


def test_a_service_explains(here, capsys, server: SourceServer):
    url = server.put("/explain", reply(ANSWER)).removesuffix("/explain")
    assert main(["explain", "request.json", "--url", f"{url}/", "--scope", "a b"]) == 0
    assert capsys.readouterr().out == explained_page(ANSWER)
    asked = server.requests[0]
    assert (asked.method, asked.query) == ("POST", [("scope", "a b")])
    assert asked.header("content-type") == "application/json"


def test_the_answer_of_a_service_as_json(here, capsys, server: SourceServer):
    url = server.put("/explain", reply(ANSWER)).removesuffix("/explain")
    assert main(["explain", "request.json", "--url", url, "--json"]) == 0
    assert capsys.readouterr().out.encode() == ANSWER + b"\n"


@pytest.mark.parametrize(
    "body, said",
    [
        pytest.param(b'{"error": "source: missing field"}', "answered 422: source: missing field", id="it-says-why"),
        pytest.param(b"<html>", "answered 422: not an answer of Unmangle", id="another-server"),
    ],
)
def test_a_service_that_refuses(here, capsys, server: SourceServer, body, said):
    def refuse(request: Request) -> Any:
        return reply(body, status=422)

    url = server.put_function("/explain", refuse).removesuffix("/explain")
    assert main(["explain", "request.json", "--url", url]) == 1
    assert said in capsys.readouterr().err
