import pytest

from core.files.html_pages import is_html_instead

PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>"


@pytest.mark.parametrize(
    "url, content, expected",
    [
        pytest.param("https://h.test/a.js", PAGE, True, id="script"),
        pytest.param("https://h.test/a.js.map?v=1", PAGE, True, id="map-with-query"),
        pytest.param("~/a.js#x?y", PAGE, True, id="path-of-an-artifact"),
        pytest.param("https://h.test/a.mjs", b"\xef\xbb\xbf \n<HTML>", True, id="byte-order-mark-and-capitals"),
        pytest.param("https://h.test/a.js", b"<!-- x -->\n<!doctype  html>", True, id="comment-first"),
        pytest.param("https://h.test/a.cjs", b"<head><title>", True, id="head"),
        pytest.param("https://h.test/index.html", PAGE, False, id="a-page-is-what-was-asked-for"),
        pytest.param("https://h.test/", PAGE, False, id="no-file-name"),
        pytest.param("https://h.test/a.js", b"run('<html>')", False, id="html-in-a-script"),
        pytest.param("https://h.test/a.js", b"", False, id="empty"),
        pytest.param("https://h.test/a.js", b"<!-- run() ", False, id="a-comment-that-scripts-may-begin-with"),
        pytest.param("https://h.test/a.js", b"<htmlElement/>", False, id="jsx"),
    ],
)
def test_html_in_the_place_of_a_file(url, content, expected):
    assert is_html_instead(url, content) == expected
