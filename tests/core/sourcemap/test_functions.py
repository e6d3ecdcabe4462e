from __future__ import annotations

import mmap
import tempfile

import pytest

from core.javascript import scopes
from core.sourcemap import functions
from core.sourcemap.functions import survey_code
from core.text.buffers import Content

URL = b"data:application/json;base64," + b"A" * (1 << 20)


def mapped(text: bytes) -> Content:
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.flush()
        return mmap.mmap(file.fileno(), len(text), prot=mmap.PROT_READ)


@pytest.mark.parametrize("form", [bytes, mapped])
@pytest.mark.parametrize("code, is_scanned", [
    pytest.param(b"f(function a(){});\n//# sourceMappingURL=%s\n", False, id="at-the-end"),
    pytest.param(b"f(function a(){});\n//# sourceMappingURL=%s\n//# debugId=1\n", False, id="before-another-comment"),
    pytest.param(b"f(function a(){});\n/*# sourceMappingURL=%s */", True, id="block-comment"),
    pytest.param(b"f(function a(){});\n/* //# sourceMappingURL=%s\n*/", True, id="line-in-a-block-comment"),
    pytest.param(b"//# sourceMappingURL=%s\nf(function a(){});", True, id="before-code"),
    pytest.param(b"f(function a(){});\nf(`//# sourceMappingURL=%s`)", True, id="in-a-template"),
])  # fmt: skip
def test_a_large_map_in_a_comment_changes_no_function_and_is_not_scanned(form, code, is_scanned, monkeypatch):
    sizes = []

    def find_scopes(text: bytes) -> scopes.Scopes | None:
        sizes.append(len(text))
        return scopes.find_scopes(text)

    monkeypatch.setattr(functions, "find_scopes", find_scopes)
    surveyed = survey_code(form(code % URL))
    assert surveyed is not None
    expected = scopes.find_scopes(code % URL)
    assert expected is not None
    assert list(surveyed.scopes.records) == list(expected.records)
    assert list(surveyed.scopes.parts) == list(expected.parts)
    assert surveyed.scopes.text[:] == expected.text
    assert (sizes[0] > len(URL)) is is_scanned
