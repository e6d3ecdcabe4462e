import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.xssi import json_start


@pytest.mark.parametrize(
    "text, rest",
    [
        pytest.param(b"{}", b"{}", id="no-junk"),
        pytest.param(b")]}'\n{}", b"{}", id="the-usual-junk"),
        pytest.param(b")]}',\n{}", b"{}", id="with-a-comma"),
        pytest.param(b") while(1); {}\n{}", b"{}", id="whatever-is-on-that-line"),
        pytest.param(b"'\n{}", b"{}", id="a-quote-alone"),
        pytest.param(b"]\r\n{}", b"{}", id="crlf"),
        pytest.param(b"]\r\n\r\n{}", b"\r\n{}", id="one-line-only"),
        pytest.param(b")]}'\n)]}'\n{}", b")]}'\n{}", id="once-only"),
        pytest.param(b" )]}'\n{}", b" )]}'\n{}", id="a-space-before-it-disables-it"),
        pytest.param("\ufeff)]}'\n{}".encode(), "\ufeff)]}'\n{}".encode(), id="a-bom-before-it-disables-it"),
        pytest.param(b")]}'{}", b"", id="no-newline-leaves-nothing"),
        pytest.param(b")]}'{}\r", b"", id="cr-at-the-very-end-leaves-nothing"),
        pytest.param("]\u2028\n{}".encode(), b"{}", id="other-line-separators-are-junk"),
        pytest.param(b"]\n\r{}", b"\r{}", id="a-cr-later-on-is-not-looked-at"),
    ],
)
def test_junk_before_json_is_left_out(text, rest):
    assert text[json_start(text) :] == rest


@pytest.mark.parametrize("text", [b")]}'\r{}", b"]\r{}\n", b"]\r\r\n{}"])
def test_lone_cr_is_an_error(text):
    with pytest.raises(MalformedSourceMap):
        json_start(text)
