"""Paths of frames that are not those of a built script."""

from __future__ import annotations

import pytest

from core.explain.frame_paths import is_page, unmappable
from core.explain.reasons import Reason


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
