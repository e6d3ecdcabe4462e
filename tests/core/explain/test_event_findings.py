"""Paths that no uploaded file can have, and debug ids that look as if they were meant for a file but don't count."""

from __future__ import annotations

import pytest

from core.explain.event_findings import is_page, unmappable, unusable_debug_id
from core.explain.findings import Reason
from core.wire.request import Module, SymbolicateRequest
from core.wire.request_sources import Source

ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
PATH = "https://h.test/js/app.js"


def reason(code_file: str, debug_id: str = ID, path: str = PATH) -> str | None:
    module = Module(type="sourcemap", code_file=code_file, debug_id=debug_id)
    request = SymbolicateRequest(source=Source(id="s", url="https://h.test/"), modules=[module])
    found = unusable_debug_id(path, request)
    return None if found is None else found.reason.value


@pytest.mark.parametrize(
    "code_file",
    [
        pytest.param(f"{PATH}?v=1", id="query"),
        pytest.param("https://cdn.test/js/app.js", id="host"),
        pytest.param("app:///js/app.js", id="scheme"),
        pytest.param("/srv/dist/js/app.js", id="a-longer-path"),
        pytest.param("app.js", id="the-name-alone"),
    ],
)
def test_another_spelling_of_the_path(code_file):
    assert reason(code_file) == "debug_id_for_other_path"


@pytest.mark.parametrize(
    "code_file",
    [
        pytest.param("https://h.test/other/app.js", id="another-folder"),
        pytest.param("https://h.test/js/my-app.js", id="another-name"),
        pytest.param("https://h.test/", id="a-page"),
        pytest.param("", id="nothing"),
    ],
)
def test_another_file_is_not_mentioned(code_file):
    assert reason(code_file) is None


def test_an_id_that_is_none():
    assert reason(PATH, "not an id") == "debug_id_unreadable"


@pytest.mark.parametrize(
    "path, reason",
    [
        ("native", Reason.NATIVE_FRAME),
        ("[native code]", Reason.NATIVE_FRAME),
        ("<anonymous>", Reason.NATIVE_FRAME),
        ("", Reason.NATIVE_FRAME),
        ("wasm://wasm/001a:wasm-function[3]:0x12", Reason.WEBASSEMBLY),
        ("https://h.test/engine.wasm", Reason.WEBASSEMBLY),
        ("https://h.test/engine.wasm:wasm-function[3]:0x12", Reason.WEBASSEMBLY),
        ("chrome-extension://abc/x.js", Reason.BROWSER_EXTENSION),
        ("safari-web-extension://abc/x.js", Reason.BROWSER_EXTENSION),
        ("moz-extension://abc/x.js", Reason.BROWSER_EXTENSION),
        ("node:internal/process/task_queues", Reason.RUNTIME_INTERNAL),
        ("internal/modules/cjs/loader.js", Reason.RUNTIME_INTERNAL),
        ("ext:core/01_core.js", Reason.RUNTIME_INTERNAL),
        ("blob:https://h.test/0b0c", Reason.MADE_AT_RUN_TIME),
        ("data:text/javascript,throw 1", Reason.MADE_AT_RUN_TIME),
        ("eval at run (https://h.test/a.js:1:1)", Reason.MADE_AT_RUN_TIME),
        ("https://h.test/a.js line 3 > eval", Reason.MADE_AT_RUN_TIME),
        ("https://h.test/app.min.js", None),
        ("app:///index.android.bundle", None),
        ("/srv/app/eval.js", None),
        ("eval.js", None),
        ("evaluate.js", None),
        ("nodes.js", None),
        ("C:\\app\\native.js", None),
    ],
)
def test_unmappable(path, reason):
    found = unmappable(path, None)
    assert (None if found is None else found.reason) is reason


@pytest.mark.parametrize(
    "path, expected",
    [
        ("https://h.test/", True),
        ("https://h.test/cart?item=1", True),
        ("https://h.test/cart/index.html", True),
        ("https://h.test/pay.php", True),
        ("https://h.test/app.js", False),
        ("https://h.test/app.js.map", False),
        ("/srv/cart", False),
        ("app:///cart", False),
    ],
)
def test_is_page(path, expected):
    assert is_page(path) is expected
