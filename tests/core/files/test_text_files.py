import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.failures import Failure, FailureKind
from core.files.debug_ids import DebugId
from core.files.file_keys import EmbeddedMap, File, RemoteMap
from core.files.manifest import ManifestType, Member
from core.files.text_files import (
    Text,
    UnjoinedReference,
    bundled_file,
    individual_file,
    is_html_instead,
    read_reference,
    read_text,
    scraped_file,
)

ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")
PATH = "https://h.test/js/app.js"
DATA = "data:;base64,e30="
BROKEN_DATA = "data:;base64,!"


def a_text(content: str = "run()") -> Text:
    text = read_text(content.encode())
    assert isinstance(text, Text)
    return text


def a_member(header: str | None = None, file_type: ManifestType | None = None) -> Member:
    return Member("a.js", file_type, header)


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_a_text_is_untouched(text):
    assert a_text(text).content == text.encode()


@pytest.mark.parametrize("content", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80", "é".encode("latin-1")])
def test_what_is_not_utf8_is_malformed(content):
    assert read_text(content) == Failure(FailureKind.MALFORMED, "the file is not UTF-8")


@pytest.mark.parametrize(
    "content, comment",
    [
        pytest.param("run()", None, id="none"),
        pytest.param("//# sourceMappingURL=a.map", UnjoinedReference("a.map"), id="path"),
        pytest.param("//# sourceMappingURL=", UnjoinedReference(""), id="empty"),
        pytest.param(f"//# sourceMappingURL={DATA}", UnjoinedReference(embedded=EmbeddedMap(b"{}")), id="data"),
        pytest.param(f"//# sourceMappingURL={BROKEN_DATA}", UnjoinedReference(), id="undecodable"),
    ],
)
def test_the_comment_of_a_text(content, comment):
    assert a_text(content).comment == comment


def test_the_debug_id_of_a_text():
    assert a_text(f"run()\n//# debugId={ID.upper()}").debug_id == ID


def test_a_map_inside_a_text_counts_to_its_size():
    assert (
        a_text(f"//# sourceMappingURL={DATA}").size_bytes > a_text(f"//# sourceMappingURL={BROKEN_DATA}  ").size_bytes
    )


@pytest.mark.parametrize(
    "reference, base, expected",
    [
        pytest.param("a.map", PATH, RemoteMap("https://h.test/js/a.map"), id="relative"),
        pytest.param("/a.map", PATH, RemoteMap("https://h.test/a.map"), id="absolute"),
        pytest.param("https://c.test/a.map?v#x", PATH, RemoteMap("https://c.test/a.map?v#x"), id="url"),
        pytest.param("", PATH, RemoteMap("https://h.test/js"), id="empty-is-the-directory"),
        pytest.param("data", "/foo", RemoteMap("/data"), id="data-without-colon-is-a-path"),
        pytest.param("DATA:,{}", "/foo", RemoteMap("/DATA:,{}"), id="data-in-upper-case-is-a-path"),
        pytest.param(DATA, PATH, EmbeddedMap(b"{}"), id="data"),
        pytest.param(BROKEN_DATA, PATH, None, id="undecodable"),
    ],
)
def test_references(reference, base, expected):
    assert read_reference(reference).seen_from(base) == expected


@pytest.mark.parametrize(
    "text, member, abs_path, expected",
    [
        pytest.param("run()", a_member(), PATH, File(b"run()"), id="nothing"),
        pytest.param("run()", a_member(), None, File(b"run()"), id="no-reference-needs-no-path"),
        pytest.param("run()", a_member("a.map"), "/a.js", File(b"run()", RemoteMap("/a.map")), id="header"),
        pytest.param(
            "run()",
            a_member("a.map"),
            None,
            Failure(FailureKind.MALFORMED, "the file refers to a source map, but has no path to start from"),
            id="reference-without-a-path",
        ),
        pytest.param(
            "run()",
            a_member(BROKEN_DATA),
            PATH,
            Failure(FailureKind.MALFORMED, "invalid `data:` url"),
            id="undecodable",
        ),
        pytest.param(f"//# debugId={ID}", a_member(), PATH, File(f"//# debugId={ID}".encode()), id="id-inside"),
    ],
)
def test_bundled_files(text, member, abs_path, expected):
    assert bundled_file(a_text(text), member, abs_path) == expected


COMMENTED = "//# sourceMappingURL=c.map"


@pytest.mark.parametrize(
    "file_type, counts",
    [
        (None, True),
        (ManifestType.SOURCE, True),
        (ManifestType.MINIFIED_SOURCE, True),
        (ManifestType.SOURCE_MAP, False),
        (ManifestType.INDEXED_RAM_BUNDLE, False),
    ],
)
def test_whether_the_comment_of_a_bundled_file_counts_depends_on_its_type(file_type, counts):
    file = bundled_file(a_text(COMMENTED), a_member(None, file_type), "/a.js")
    assert file == File(COMMENTED.encode(), RemoteMap("/c.map") if counts else None)


@pytest.mark.parametrize(
    "headers, expected",
    [
        pytest.param({}, RemoteMap("/c.map"), id="comment"),
        pytest.param({"sourcemap": "h.map"}, RemoteMap("/h.map"), id="header"),
        pytest.param({"x-sourcemap": "x.map"}, RemoteMap("/x.map"), id="x-sourcemap"),
        pytest.param({"sourcemap": "h.map", "x-sourcemap": "x.map"}, RemoteMap("/h.map"), id="both"),
        pytest.param({"sourcemap": BROKEN_DATA}, None, id="undecodable-header-still-wins"),
    ],
)
def test_individual_files(headers, expected):
    assert individual_file(a_text(COMMENTED), headers, "/a.js") == File(COMMENTED.encode(), expected)


def test_scraped_files_have_their_comments_only():
    content = f"{COMMENTED}\n//# debugId={ID}"
    assert scraped_file(a_text(content), "/a.js") == File(content.encode(), RemoteMap("/c.map"), ID)


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
