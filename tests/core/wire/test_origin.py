"""``sourcemap_origin`` (http-api: sourcemap_origin): where a source map came from, both ways."""

from __future__ import annotations

import pytest

from core.errors import InvalidRequest
from core.files.debug_ids import DebugId
from core.files.file_keys import BundledFile, EmbeddedFile, FileKey, FileType, IndividualFile, ScrapedFile
from core.wire.origin import origin_document, parse_origin

BUNDLE = "sentry://project_debug_file/77"
DEBUG_ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")
MAP_URL = "https://cdn.shop.test/a.js.map"


def bundled(file_type: FileType, abs_path: str | None, debug_id: DebugId | None) -> BundledFile:
    return BundledFile(BUNDLE, FileKey(file_type, abs_path, debug_id))


@pytest.mark.parametrize("origin, document", [
    pytest.param(IndividualFile(BUNDLE), {"individual_file": BUNDLE}, id="individual-artifact"),
    pytest.param(ScrapedFile(f"{MAP_URL}#1"), {"scraped_file": f"{MAP_URL}#1"}, id="web"),
    pytest.param(EmbeddedFile(), "embedded", id="inside-the-minified-file"),
    pytest.param(
        bundled(FileType.SOURCE_MAP, MAP_URL, DEBUG_ID),
        {"bundled": [BUNDLE, {"source_map": {"abs_path": MAP_URL, "debug_id": DEBUG_ID}}]},
        id="bundle-by-path-and-debug-id",
    ),
    pytest.param(
        bundled(FileType.SOURCE_MAP, None, DEBUG_ID),
        {"bundled": [BUNDLE, {"source_map": {"debug_id": DEBUG_ID}}]},
        id="bundle-by-debug-id",
    ),
    pytest.param(
        bundled(FileType.SOURCE_MAP, MAP_URL, None),
        {"bundled": [BUNDLE, {"source_map": {"abs_path": MAP_URL}}]},
        id="bundle-by-path",
    ),
    pytest.param(
        bundled(FileType.MINIFIED_SOURCE, "a.js", DEBUG_ID),
        {"bundled": [BUNDLE, {"minified_source": {"abs_path": "a.js", "debug_id": DEBUG_ID}}]},
        id="minified-source",
    ),
    pytest.param(
        bundled(FileType.SOURCE, "a.ts", None), {"bundled": [BUNDLE, {"source": {"abs_path": "a.ts"}}]}, id="source"
    ),
])  # fmt: skip
def test_origins_are_written_and_read_back(origin, document):
    assert origin_document(origin) == document
    assert str(origin_document(origin)) == str(document)  # key order, too
    assert parse_origin(document, "o") == origin


def test_keys_are_plain_strings_for_every_json_writer():
    [[_, key]] = origin_document(bundled(FileType.SOURCE, "a", None)).values()
    assert [type(name) for name in key] == [str]


def test_an_origin_from_a_client_comes_back_in_normal_form():
    key = {"x": 1, "debug_id": DEBUG_ID.replace("-", "").upper(), "abs_path": None}
    document = {"ignored": {}, "bundled": [BUNDLE, {"source_map": key, "ignored": 1}]}
    assert origin_document(parse_origin(document, "o")) == {"bundled": [BUNDLE, {"source_map": {"debug_id": DEBUG_ID}}]}


@pytest.mark.parametrize("document, path", [
    pytest.param("scraped", "o", id="other-word"),
    pytest.param(1, "o", id="number"),
    pytest.param([], "o", id="array"),
    pytest.param({}, "o", id="no-key"),
    pytest.param({"embedded": {}}, "o", id="word-as-key"),
    pytest.param({"individual_file": "a", "scraped_file": "b"}, "o", id="two-origins"),
    pytest.param({"individual_file": 1}, "o.individual_file", id="artifact-is-no-string"),
    pytest.param({"scraped_file": None}, "o.scraped_file", id="url-is-null"),
    pytest.param({"bundled": {}}, "o.bundled", id="bundled-is-no-array"),
    pytest.param({"bundled": ["a"]}, "o.bundled", id="one-element"),
    pytest.param({"bundled": ["a", {"source": {}}, 1]}, "o.bundled", id="three-elements"),
    pytest.param({"bundled": [1, {"source": {}}]}, "o.bundled[0]", id="uri-is-no-string"),
    pytest.param({"bundled": ["a", "source_map"]}, "o.bundled[1]", id="key-is-no-object"),
    pytest.param({"bundled": ["a", {"wasm": {}}]}, "o.bundled[1]", id="unknown-file-type"),
    pytest.param({"bundled": ["a", {"source": {}, "source_map": {}}]}, "o.bundled[1]", id="two-file-types"),
    pytest.param({"bundled": ["a", {"source_map": None}]}, "o.bundled[1].source_map", id="key-is-null"),
    pytest.param({"bundled": ["a", {"source": {"abs_path": 1}}]}, "o.bundled[1].source.abs_path", id="path-is-number"),
    pytest.param(
        {"bundled": ["a", {"source_map": {"debug_id": "x"}}]}, "o.bundled[1].source_map.debug_id", id="no-debug-id"
    ),
])  # fmt: skip
def test_other_shapes_are_refused_by_path(document, path):
    with pytest.raises(InvalidRequest) as refusal:
        parse_origin(document, "o")
    assert refusal.value.path == path
