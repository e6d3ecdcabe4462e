import contextlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedAnswer
from core.files.artifact_lookup import (
    ListedBundle,
    ListedFile,
    lookup_parameters,
    lookup_url,
    may_see_credentials,
    read_answer,
)
from core.files.debug_ids import DebugId
from core.files.file_keys import FileKey, FileType, ResolvedWith
from core.web.urls import Url, parse_url

ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")
APP = "https://h.test/static/app.min.js?v=1"


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


# What is asked


def asked(source_url: str, parameters: list[tuple[str, str]]) -> str | None:
    url = lookup_url(a_url(source_url), parameters)
    return None if url is None else url.href


@pytest.mark.parametrize(
    "debug_id, abs_path, release, expected",
    [
        pytest.param(ID, APP, "r", [("release", "r"), ("url", "/static/app"), ("debug_id", ID)], id="everything"),
        pytest.param(ID, APP, None, [("debug_id", ID)], id="without-a-release-the-path-is-of-no-use"),
        pytest.param(ID, None, "r", [("release", "r"), ("debug_id", ID)], id="map-by-id"),
        pytest.param(ID, None, None, [("debug_id", ID)], id="map-by-id-without-release"),
        pytest.param(None, APP, "r", [("release", "r"), ("url", "/static/app")], id="by-release"),
        pytest.param(None, APP, None, None, id="nothing-to-ask-by"),
        pytest.param(None, None, "r", None, id="no-id-and-no-path"),
        pytest.param(None, APP, "", [("release", ""), ("url", "/static/app")], id="empty-release-counts"),
        pytest.param(ID, "", "r", [("release", "r"), ("url", ""), ("debug_id", ID)], id="empty-path-counts"),
    ],
)
def test_lookup_parameters(debug_id, abs_path, release, expected):
    assert lookup_parameters(FileKey(FileType.SOURCE_MAP, abs_path, debug_id), release, None) == expected


@pytest.mark.parametrize(
    "debug_id, abs_path, release, names",
    [
        pytest.param(ID, APP, "r", ["release", "url", "dist", "debug_id"], id="everything"),
        pytest.param(ID, APP, None, ["dist", "debug_id"], id="no-release"),
        pytest.param(ID, None, "r", ["release", "dist", "debug_id"], id="no-path"),
        pytest.param(ID, None, None, ["dist", "debug_id"], id="id-only"),
        pytest.param(None, APP, "r", ["release", "url", "dist"], id="no-id"),
    ],
)
@pytest.mark.parametrize("dist", ["d", ""])
def test_the_dist_stands_before_the_debug_id(debug_id, abs_path, release, names, dist):
    parameters = lookup_parameters(FileKey(FileType.MINIFIED_SOURCE, abs_path, debug_id), release, dist)
    assert parameters is not None
    assert [name for name, _ in parameters] == names
    assert ("dist", dist) in parameters


def test_a_dist_alone_asks_nothing():
    assert lookup_parameters(FileKey(FileType.MINIFIED_SOURCE, APP), None, "d") is None


def test_the_whole_url_is_spelled_as_a_form():
    key = FileKey(FileType.MINIFIED_SOURCE, "https://cdn.test/static/app.min.js", ID)
    parameters = lookup_parameters(key, "web@1.0 +x", "a&b")
    assert parameters is not None
    assert asked("https://sentry.test/api/0/projects/o/p/artifact-lookup/", parameters) == (
        "https://sentry.test/api/0/projects/o/p/artifact-lookup/"
        "?release=web%401.0+%2Bx&url=%2Fstatic%2Fapp&dist=a%26b&debug_id=2f259f80-58b7-44cb-d7cd-de1505e7e718"
    )


@pytest.mark.parametrize(
    "value, spelled",
    [
        pytest.param("azAZ09*-._", "azAZ09*-._", id="plain"),
        pytest.param(" ", "+", id="space"),
        pytest.param("+", "%2B", id="plus"),
        pytest.param("~", "%7E", id="tilde"),
        pytest.param("%7E", "%257E", id="percent"),
        pytest.param("/?#&=@:", "%2F%3F%23%26%3D%40%3A", id="delimiters"),
        pytest.param("ö😀", "%C3%B6%F0%9F%98%80", id="utf-8"),
        pytest.param("\0\n", "%00%0A", id="control-characters"),
        pytest.param("!'()", "%21%27%28%29", id="marks"),
        pytest.param("", "", id="empty"),
    ],
)
def test_form_encoding(value, spelled):
    assert asked("https://h.test/", [("release", value)]) == f"https://h.test/?release={spelled}"


@pytest.mark.parametrize(
    "source_url, expected",
    [
        pytest.param("https://h.test/lookup/", "https://h.test/lookup/?dist=d", id="no-query"),
        pytest.param("https://h.test", "https://h.test/?dist=d", id="no-path"),
        pytest.param("https://h.test/?a=1&release=x", "https://h.test/?a=1&release=x&dist=d", id="query-is-kept"),
        pytest.param("https://h.test/?", "https://h.test/?dist=d", id="empty-query"),
        pytest.param("https://h.test/?a%20b=c", "https://h.test/?a%20b=c&dist=d", id="query-is-kept-as-spelled"),
        pytest.param("https://h.test/#part", "https://h.test/?dist=d", id="fragment-is-not-sent"),
        pytest.param("https://h.test/?a#part?x", "https://h.test/?a&dist=d", id="query-and-fragment"),
    ],
)
def test_parameters_follow_the_query_of_the_source(source_url, expected):
    assert asked(source_url, [("dist", "d")]) == expected


@given(
    st.lists(st.tuples(st.sampled_from(["release", "url", "dist"]), st.text(st.characters(codec="utf-8"))), min_size=1)
)
def test_what_is_asked_arrives(parameters):
    url = asked("https://h.test/lookup/", parameters)
    assert url is not None
    query = urlsplit(url).query
    assert parse_qsl(query, keep_blank_values=True) == parameters
    assert re.fullmatch(r"(?:[A-Za-z0-9*._+=&-]|%[0-9A-F]{2})*", query)


@pytest.mark.parametrize(
    "length, is_asked",
    [pytest.param(65_534, True, id="longest"), pytest.param(65_535, False, id="one-character-longer")],
)
def test_a_url_has_a_longest_length(length, is_asked):
    before = "https://h.test/?dist="
    url = asked("https://h.test/", [("dist", "x" * (length - len(before)))])
    assert url == (before + "x" * (length - len(before)) if is_asked else None)


# What is answered


def an_entry(**changes: Any) -> dict[str, Any]:
    entry = {"type": "file", "id": "5", "url": "https://files.test/5?sig=ab", "abs_path": "~/a.js"}
    return {name: value for name, value in (entry | changes).items() if value is not ...}


def read(*entries: Any) -> list[Any]:
    return list(read_answer(json.dumps(entries).encode()))


def test_an_answer_lists_bundles_and_files():
    body = b"""[
      {"type": "bundle", "id": "artifact_bundle/17", "url": "https://sentry.test/lookup/?download=artifact_bundle/17",
       "resolved_with": "debug-id"},
      {"type": "file", "id": "release_file/5", "url": "https://files.test/5?sig=ab", "abs_path": "~/js/app.min.js",
       "headers": {"Sourcemap": "app.min.js.map"}, "resolved_with": "release-old"}
    ]"""
    bundle_url = a_url("https://sentry.test/lookup/?download=artifact_bundle/17")
    file_url = a_url("https://files.test/5?sig=ab")
    headers = {"sourcemap": "app.min.js.map"}
    assert list(read_answer(body)) == [
        ListedBundle("artifact_bundle/17", bundle_url, ResolvedWith.DEBUG_ID),
        ListedFile("release_file/5", file_url, ResolvedWith.RELEASE_OLD, "~/js/app.min.js", headers),
    ]


def test_an_empty_answer_is_an_answer():
    assert read() == []


def test_an_id_is_opaque():
    assert read(an_entry(id="artifact_bundle/17"))[0].uri == "sentry://project_debug_file/artifact_bundle/17"


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param({}, ResolvedWith.UNKNOWN, id="not-said"),
        *(pytest.param({"resolved_with": str(value)}, value, id=str(value)) for value in ResolvedWith),
    ],
)
def test_resolved_with_of_an_entry(changes, expected):
    assert read(an_entry(**changes))[0].resolved_with is expected


@pytest.mark.parametrize(
    "headers, expected",
    [
        pytest.param({"SoUrCeMaP": "a"}, {"sourcemap": "a"}, id="lower-case"),
        pytest.param({"ÄÖ": "a"}, {"äö": "a"}, id="all-of-unicode"),
        pytest.param({"sourcemap": "b", "Sourcemap": "a"}, {"sourcemap": "b"}, id="last-in-code-point-order"),
        pytest.param({}, {}, id="none"),
    ],
)
def test_header_names_of_an_entry_are_in_lower_case(headers, expected):
    assert read(an_entry(headers=headers))[0].headers == expected


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(an_entry(whatever={"a": [1]}, size=3), id="unknown-members"),
        pytest.param(an_entry(type="bundle", abs_path=...), id="bundle-without-path"),
        pytest.param(an_entry(type="bundle", abs_path=7, headers=None), id="bundle-with-members-of-a-file"),
        pytest.param(an_entry(id="", abs_path=""), id="empty-strings"),
    ],
)
def test_members_that_do_not_matter_may_be_anything(entry):
    assert len(read(entry)) == 1


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(an_entry(type=...), id="no-type"),
        pytest.param(an_entry(type="files"), id="unknown-type"),
        pytest.param(an_entry(type=None), id="type-null"),
        pytest.param(an_entry(id=...), id="no-id"),
        pytest.param(an_entry(id=5), id="id-is-a-number"),
        pytest.param(an_entry(url=...), id="no-url"),
        pytest.param(an_entry(url="/5"), id="relative-url"),
        pytest.param(an_entry(url=""), id="empty-url"),
        pytest.param(an_entry(url="http://"), id="url-without-host"),
        pytest.param(an_entry(type="bundle", url="17"), id="bundle-with-a-relative-url"),
        pytest.param(an_entry(abs_path=...), id="file-without-path"),
        pytest.param(an_entry(abs_path=None), id="path-null"),
        pytest.param(an_entry(headers=None), id="headers-null"),
        pytest.param(an_entry(headers={"a": 1}), id="header-is-a-number"),
        pytest.param(an_entry(headers=[]), id="headers-are-an-array"),
        pytest.param(an_entry(resolved_with=None), id="resolved-with-null"),
        pytest.param(an_entry(resolved_with="guess"), id="resolved-with-unknown"),
        pytest.param(an_entry(resolved_with="Release"), id="resolved-with-in-upper-case"),
        pytest.param(None, id="null"),
        pytest.param([], id="array"),
        pytest.param("file", id="string"),
    ],
)
def test_one_wrong_entry_spoils_the_answer(entry):
    with pytest.raises(MalformedAnswer, match=r"\$\[1\]"):
        read(an_entry(), entry, an_entry())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<!doctype html><p>Please log in", id="html"),
        pytest.param(b'[{"type": "bundle", "id"', id="half-a-body"),
        pytest.param(b"{}", id="object"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]]", id="something-behind"),
        pytest.param(b'["\xff"]', id="not-utf-8"),
        pytest.param(b"[" * 1_000_000, id="nested-deeply"),
    ],
)
def test_what_is_no_array_is_no_answer(body):
    with pytest.raises(MalformedAnswer):
        read_answer(body)


@given(st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_garbage_is_refused_and_nothing_else_happens(body):
    with contextlib.suppress(MalformedAnswer):
        read_answer(body)


# Who may see credentials


@pytest.mark.parametrize(
    "source_url, url, expected",
    [
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/lookup/?download=7", True, id="query"),
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/lookup/files/7", True, id="below"),
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/lookup/", True, id="the-same"),
        pytest.param(
            "https://sentry.test/api/lookup/", "HTTPS://SENTRY.TEST:443/api/lookup/?download=7", True, id="normalised"
        ),
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/files/7", False, id="beside"),
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/lookup", False, id="above"),
        pytest.param("https://sentry.test/api/lookup/", "https://sentry.test/api/lookup/../files/7", False, id="dots"),
        pytest.param(
            "https://sentry.test/api/lookup/", "http://sentry.test/api/lookup/?download=7", False, id="scheme"
        ),
        pytest.param(
            "https://sentry.test/api/lookup/", "https://sentry.test:8443/api/lookup/?download=7", False, id="port"
        ),
        pytest.param("https://sentry.test/api/lookup/", "https://store.test/7?sig=1", False, id="other-host"),
        pytest.param("https://sentry.test", "https://sentry.test.evil.test/", False, id="host-that-starts-the-same"),
        pytest.param("https://sentry.test/lookup", "https://sentry.test/lookup?download=7", True, id="no-slash-query"),
        pytest.param("https://sentry.test/lookup", "https://sentry.test/lookup/7", True, id="no-slash-below"),
        pytest.param("https://sentry.test/lookup", "https://sentry.test/lookup#7", True, id="no-slash-fragment"),
        pytest.param("https://sentry.test/lookup", "https://sentry.test/lookup", True, id="no-slash-the-same"),
        pytest.param("https://sentry.test/lookup", "https://sentry.test/lookup-x/7", False, id="name-goes-on"),
        pytest.param("https://u@sentry.test/", "https://u@sentry.test/7", True, id="user-in-both"),
        pytest.param("https://sentry.test/", "https://sentry.test@evil.test/", False, id="host-as-user"),
    ],
)
def test_may_see_credentials(source_url, url, expected):
    assert may_see_credentials(a_url(url), a_url(source_url)) is expected
