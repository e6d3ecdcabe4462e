import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedBundle
from core.files.manifest import MAX_FILES, read_manifest


def one_file(**info: Any) -> dict[str, Any]:
    return {"files": {"a": info}}


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param([], id="array"),
        pytest.param(None, id="null"),
        pytest.param({"files": None}, id="files-null"),
        pytest.param({"files": []}, id="files-array"),
        pytest.param({"files": {"a": None}}, id="file-null"),
        pytest.param({"files": {"a": "b"}}, id="file-is-a-string"),
        pytest.param({"source_links": None}, id="source-links-null"),
        pytest.param({"source_links": {"a": 1}}, id="source-link-is-a-number"),
        pytest.param({"release": 2}, id="release-is-a-number"),
        pytest.param({"whatever": None}, id="unknown-member-null"),
        pytest.param({"whatever": {}}, id="unknown-member-object"),
        pytest.param(one_file(type="css"), id="type-unknown"),
        pytest.param(one_file(type="Source"), id="type-in-upper-case"),
        pytest.param(one_file(url=None), id="url-null"),
        pytest.param(one_file(url=1), id="url-is-a-number"),
        pytest.param(one_file(path=None), id="path-null"),
        pytest.param(one_file(headers=None), id="headers-null"),
        pytest.param(one_file(headers={"sourcemap": None}), id="header-null"),
        pytest.param(one_file(headers={"sourcemap": 1}), id="header-is-a-number"),
        pytest.param({"files": {"fine": {"url": "~/fine"}, "a": {"type": "css"}}}, id="one-bad-file-spoils-them-all"),
    ],
)
def test_a_manifest_with_a_wrong_type_spoils_the_bundle(manifest):
    with pytest.raises(MalformedBundle):
        read_manifest(json.dumps(manifest).encode())


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(one_file(url="~/a"), id="url-only"),
        pytest.param(one_file(url="~/a", type=None), id="type-null"),
        pytest.param(one_file(url="~/a", type="indexed_ram_bundle"), id="ram-bundle"),
        pytest.param(one_file(url="~/a", path="/b", headers={}, whatever=[1]), id="unknown-member-of-a-file"),
        pytest.param({**one_file(url="~/a"), "source_links": {"a": "b"}}, id="source-links"),
        pytest.param({**one_file(url="~/a"), "org": "o", "arch": "", "object_name": "x"}, id="attributes"),
    ],
)
def test_a_proper_manifest_is_taken(manifest):
    assert read_manifest(json.dumps(manifest).encode()).by_url["~/a"].path == "a"


@pytest.mark.parametrize(
    "headers, expected",
    [
        pytest.param({}, None, id="none"),
        pytest.param({"sourcemap": "a"}, "a", id="sourcemap"),
        pytest.param({"x-sourcemap": "b"}, "b", id="x-sourcemap"),
        pytest.param({"x-sourcemap": "b", "sourcemap": "a"}, "a", id="sourcemap-comes-first"),
        pytest.param({"x-sourcemap": "b", "sourcemap": ""}, "", id="empty-is-present"),
        pytest.param({"SoUrCeMaP": "a"}, "a", id="any-case"),
        pytest.param({"X-SourceMap": "b"}, "b", id="x-sourcemap-in-any-case"),
        pytest.param({"Sourcemap": "a", "sourcemap": "b"}, "b", id="later-in-code-point-order-wins"),
        pytest.param({"sourcemap": "b", "SOURCEMAP": "a"}, "b", id="document-order-does-not-count"),
        pytest.param({"ſourcemap": "a", "X": ""}, None, id="only-ascii-letters-change-case"),
    ],
)
def test_source_map_header_of_a_member(headers, expected):
    manifest = read_manifest(json.dumps(one_file(url="~/a", headers=headers)).encode())
    assert manifest.by_url["~/a"].source_map_header == expected


def test_a_manifest_of_a_million_files_is_refused_before_it_is_parsed():
    entries = b",".join(b'"%d":{}' % number for number in range(1_000_000))
    with pytest.raises(MalformedBundle, match="100000"):
        read_manifest(b'{"files":{' + entries + b"}}")


def test_a_manifest_of_one_file_too_many_is_refused():
    entries = b",".join(b'"%d":{}' % number for number in range(MAX_FILES + 1))
    with pytest.raises(MalformedBundle, match="100001, at most 100000"):
        read_manifest(b'{"files":{' + entries + b"}}")


def test_a_manifest_may_have_as_many_files_as_there_may_be_with_headers_and_links():
    entries = b",".join(b'"%d":{"headers":{}}' % number for number in range(1, MAX_FILES))
    manifest = read_manifest(b'{"source_links":{},"files":{"0":{"url":"~/0","headers":{}},' + entries + b"}}")
    assert manifest.by_url["~/0"].path == "0"


@pytest.mark.parametrize("text", [b"", b"{", b'{"files":{}} x', b'{"org":"\xff"}', b"\xef\xbb\xbf{}", b"[" * 100_000])
def test_a_manifest_that_is_no_json_is_refused(text):
    with pytest.raises(MalformedBundle):
        read_manifest(text)


NAMES = st.sampled_from(["files", "type", "url", "headers", "source_links", "debug-id", "source_map", "a"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_a_manifest_or_malformed(document):
    with contextlib.suppress(MalformedBundle):
        read_manifest(json.dumps(document).encode())
