"""Debug ids of an event that don't count for a file, though they look as if they were meant to."""

from __future__ import annotations

import pytest

from core.explain.event_ids import unusable_debug_id
from core.wire.request import Module, Source, SymbolicateRequest

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
