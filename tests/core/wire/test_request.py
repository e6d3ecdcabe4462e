"""The request body (http-api: request body): what is accepted, what it means, and how the rest is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidJson, InvalidRequest
from core.files.file_keys import ResolvedWith
from core.wire.frame import Frame, FrameData
from core.wire.request import Module, Options, Scraping, SymbolicateRequest, decode_request, parse_document
from core.wire.request_sources import Source
from core.wire.shape_errors import shape_error

S = {"id": "sentry:project", "url": "https://sentry.test/lookup/", "token": "t0k"}
FRAME = {"abs_path": "https://cdn.shop.test/a.js", "lineno": 1}
DEBUG_ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
EVERYTHING: dict[str, Any] = {
    "source": {"type": "sentry", **S},
    "stacktraces": [
        {"frames": []},
        {
            "frames": [
                {
                    **FRAME,
                    "colno": 0,
                    "function": "f",
                    "filename": "a.js",
                    "module": "a",
                    "platform": "javascript",
                    "pre_context": ["1"],
                    "context_line": "2",
                    "post_context": ["3"],
                    "in_app": True,
                    "data": {
                        "sourcemap": "m",
                        "sourcemap_origin": {"bundled": ["sentry://b", {"source_map": {"debug_id": DEBUG_ID}}]},
                        "resolved_with": "release-old",
                        "symbolicated": True,
                    },
                },
            ],
            "registers": {},
        },
    ],
    "modules": [{"type": "sourcemap", "code_file": "a", "debug_id": DEBUG_ID, "image_size": 1}],
    "release": "r",
    "dist": "d",
    "scraping": {"enabled": True, "allowed_origins": ["*"], "headers": {"X-Token": "s3cret"}, "verify_ssl": False},
    "allow_scraping": True,
    "options": {"apply_source_context": False, "frame_order": "callee_first", "dif_candidates": True},
    "platform": "node",
}


def with_frame(**members: Any) -> dict[str, Any]:
    return {"source": S, "stacktraces": [{"frames": [{**FRAME, **members}]}]}


def with_source(**members: Any) -> dict[str, Any]:
    return {"source": {"id": "a", "url": "https://h/", **members}}


def frame_of(document: Any) -> Frame:
    return decode_request(document).stacktraces[0].frames[0]


def test_the_smallest_body_is_a_source():
    assert decode_request({"source": S}) == SymbolicateRequest(source=Source(**S))


def test_defaults_are_those_of_the_contract():
    request = decode_request({"source": S})
    assert (request.stacktraces, request.modules, request.release, request.dist) == ([], [], None, None)
    assert request.scraping == Scraping(enabled=True, allowed_origins=["*"], headers={}, verify_ssl=True)
    assert request.options == Options(apply_source_context=True, frame_order="caller_first")
    assert (request.platform, request.allow_scraping) == (None, True)


def test_everything_at_once_is_read():
    request = decode_request(EVERYTHING)
    [empty, [frame]] = [stacktrace.frames for stacktrace in request.stacktraces]
    assert empty == []
    assert frame == Frame(
        **FRAME,
        colno=0,
        function="f",
        filename="a.js",
        module="a",
        platform="javascript",
        pre_context=["1"],
        context_line="2",
        post_context=["3"],
        data=FrameData(
            sourcemap="m",
            sourcemap_origin={"bundled": ["sentry://b", {"source_map": {"debug_id": DEBUG_ID}}]},
            resolved_with=ResolvedWith.RELEASE_OLD,
            symbolicated=True,
        ),
    )
    assert request.modules == [Module(type="sourcemap", code_file="a", debug_id=DEBUG_ID)]
    assert (request.release, request.dist, request.platform) == ("r", "d", "node")
    assert request.scraping == Scraping(headers={"X-Token": "s3cret"}, verify_ssl=False)
    assert request.options == Options(apply_source_context=False, frame_order="callee_first")


def test_the_document_stays_as_it_is():
    document = copy.deepcopy(EVERYTHING)
    document["source"] |= {"url": "HTTP://H", "cookies": "c"}
    document["stacktraces"][1]["frames"][0]["platform"] = "nodejs"
    before = copy.deepcopy(document)
    decode_request(document)
    assert document == before


def sprinkled(document: Any) -> Any:
    """Return ``document`` with an unknown key in each of its objects, but for the headers, where all keys are known."""
    if isinstance(document, list):
        return [sprinkled(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        "zzz": {"deep": [None]},
        **{key: item if key == "headers" else sprinkled(item) for key, item in document.items()},
        "stacktrace": 1,
        "": None,
    }


def test_unknown_keys_are_ignored_everywhere():
    assert decode_request(sprinkled(EVERYTHING)) == decode_request(EVERYTHING)


@pytest.mark.parametrize("path", [
    ("release",),
    ("dist",),
    ("platform",),
    *[("stacktraces", 1, "frames", 0, name) for name in (
        "colno", "function", "filename", "module", "platform", "context_line",
    )],
    *[("stacktraces", 1, "frames", 0, "data", name) for name in ("sourcemap", "sourcemap_origin", "resolved_with")],
], ids=lambda path: path[-1])  # fmt: skip
def test_null_is_the_same_as_absent_where_nullable(path):
    assert decode_request(changed(EVERYTHING, path, None)) == decode_request(without(EVERYTHING, path))


@pytest.mark.parametrize("path", [
    ("source",),
    ("stacktraces",),
    ("modules",),
    ("scraping",),
    ("allow_scraping",),
    ("options",),
    ("source", "id"),
    ("source", "url"),
    ("source", "token"),
    ("stacktraces", 1),
    ("stacktraces", 1, "frames"),
    *[("stacktraces", 1, "frames", 0, name) for name in (
        "abs_path", "lineno", "pre_context", "post_context", "data",
    )],
    ("stacktraces", 1, "frames", 0, "pre_context", 0),
    ("stacktraces", 1, "frames", 0, "data", "symbolicated"),
    ("modules", 0),
    ("modules", 0, "type"),
    ("modules", 0, "code_file"),
    ("modules", 0, "debug_id"),
    ("scraping", "enabled"),
    ("scraping", "allowed_origins"),
    ("scraping", "allowed_origins", 0),
    ("scraping", "headers"),
    ("scraping", "headers", "X-Token"),
    ("scraping", "verify_ssl"),
    ("options", "apply_source_context"),
    ("options", "frame_order"),
], ids=lambda path: ".".join(map(str, path)))  # fmt: skip
def test_null_is_refused_by_path_where_not_nullable(path):
    assert_refused(changed(EVERYTHING, path, None), wire_path(path))


@pytest.mark.parametrize("path", [
    ("source",),
    ("source", "id"),
    ("source", "url"),
    ("source", "token"),
    ("stacktraces", 1, "frames"),
    ("stacktraces", 1, "frames", 0, "abs_path"),
    ("stacktraces", 1, "frames", 0, "lineno"),
    ("modules", 0, "type"),
    ("modules", 0, "code_file"),
    ("modules", 0, "debug_id"),
], ids=lambda path: ".".join(map(str, path)))  # fmt: skip
def test_a_missing_field_is_named_by_its_own_path(path):
    assert "missing field" in assert_refused(without(EVERYTHING, path), wire_path(path))


WRONG = [
    *[pytest.param(document, "body", id=f"body-{name}") for name, document in {
        "array": [], "null": None, "string": "x", "number": 1, "true": True,
    }.items()],
    pytest.param({"source": []}, "source", id="source-is-array"),
    pytest.param({"source": ["a", "https://h/", "t"]}, "source", id="source-by-position"),
    pytest.param(with_source(), "source.token", id="no-credential"),
    pytest.param(with_source(bearer="x"), "source.token", id="bearer-is-no-credential"),
    pytest.param(with_source(token=None), "source.token", id="token-null"),
    pytest.param(with_source(cookies=None), "source.cookies", id="cookies-null"),
    pytest.param(with_source(token=None, cookies="c"), "source.token", id="first-credential-is-null"),
    pytest.param(with_source(token="t", url="/lookup"), "source.url", id="relative-url"),
    pytest.param(with_source(token="t", url="//h/lookup"), "source.url", id="url-without-scheme"),
    pytest.param(with_source(token="t", url=""), "source.url", id="empty-url"),
    pytest.param(with_source(token="t", url="https://"), "source.url", id="url-without-host"),
    pytest.param({"source": S, "stacktraces": {}}, "stacktraces", id="stacktraces-is-object"),
    pytest.param({"source": S, "stacktraces": [{"frames": {}}]}, "stacktraces[0].frames", id="frames-is-object"),
    pytest.param({"source": S, "stacktraces": [[]]}, "stacktraces[0]", id="stacktrace-by-position"),
    pytest.param({"source": S, "stacktraces": [{"frames": [["a", 1]]}]}, "stacktraces[0].frames[0]", id="frame-array"),
    *[pytest.param(with_frame(lineno=lineno), "stacktraces[0].frames[0].lineno", id=f"lineno-{lineno!r}")
      for lineno in (-1, 4294967296, 2**64 - 1, 1.0, 1e2, 1e300, "1", True, False, [], {})],
    *[pytest.param(with_frame(colno=colno), "stacktraces[0].frames[0].colno", id=f"colno-{colno!r}")
      for colno in (-1, 1.5, 4294967296, "1", True)],
    *[pytest.param(with_frame(**{name: 1}), f"stacktraces[0].frames[0].{name}", id=f"{name}-number") for name in (
        "abs_path", "function", "filename", "module", "platform", "context_line", "pre_context", "post_context", "data",
    )],
    pytest.param(with_frame(platform=["javascript"]), "stacktraces[0].frames[0].platform", id="platform-array"),
    pytest.param(with_frame(pre_context=["a", None]), "stacktraces[0].frames[0].pre_context[1]", id="line-null"),
    pytest.param(with_frame(data=[]), "stacktraces[0].frames[0].data", id="data-array"),
    pytest.param(with_frame(data={"sourcemap": 1}), "stacktraces[0].frames[0].data.sourcemap", id="sourcemap-number"),
    *[pytest.param(with_frame(data={"resolved_with": how}), "stacktraces[0].frames[0].data.resolved_with",
                   id=f"resolved-with-{how!r}") for how in ("magic", "Release", "debug_id", 1)],
    pytest.param(with_frame(data={"symbolicated": 1}), "stacktraces[0].frames[0].data.symbolicated", id="bool-is-1"),
    pytest.param(with_frame(data={"sourcemap_origin": "scraped"}), "stacktraces[0].frames[0].data.sourcemap_origin",
                 id="unknown-origin"),
    pytest.param(with_frame(data={"sourcemap_origin": {"bundled": ["a", {"source": {"abs_path": 1}}]}}),
                 "stacktraces[0].frames[0].data.sourcemap_origin.bundled[1].source.abs_path", id="innermost-of-origin"),
    *[pytest.param({"source": S, "modules": [{"type": kind, "code_file": "a", "debug_id": "x"}]}, "modules[0].type",
                   id=f"module-type-{kind!r}") for kind in ("wasm", "Sourcemap", "", 1)],
    pytest.param({"source": S, "release": 1}, "release", id="release-number"),
    pytest.param({"source": S, "dist": 1}, "dist", id="dist-number"),
    pytest.param({"source": S, "platform": 1}, "platform", id="event-platform-number"),
    pytest.param({"source": S, "allow_scraping": "true"}, "allow_scraping", id="bool-as-string"),
    pytest.param({"source": S, "scraping": []}, "scraping", id="scraping-array"),
    pytest.param({"source": S, "scraping": {"enabled": 0}}, "scraping.enabled", id="enabled-is-0"),
    pytest.param({"source": S, "scraping": {"allowed_origins": "*"}}, "scraping.allowed_origins", id="origins-string"),
    pytest.param({"source": S, "scraping": {"headers": []}}, "scraping.headers", id="headers-array"),
    pytest.param({"source": S, "scraping": {"headers": {"A": 1}}}, "scraping.headers.A", id="header-number"),
    pytest.param({"source": S, "scraping": {"headers": {"B": "", "X-a.b[0] c": None}}}, "scraping.headers.X-a.b[0] c",
                 id="header-keys-as-they-are"),
    pytest.param({"source": S, "options": []}, "options", id="options-array"),
    *[pytest.param({"source": S, "options": {"frame_order": order}}, "options.frame_order", id=f"frame-order-{order!r}")
      for order in ("reversed", "Caller_First", "", 1, ["caller_first"])],
]  # fmt: skip


@pytest.mark.parametrize("document, path", WRONG)
def test_wrong_shapes_are_refused_by_path(document, path):
    assert_refused(document, path)


@pytest.mark.parametrize("document, text", [
    pytest.param([], "body: expected an object, got array", id="root"),
    pytest.param({}, "source: missing field", id="missing"),
    pytest.param(with_source(), "source.token: missing field (token or cookies is required)", id="no-credential"),
    pytest.param(
        with_frame(lineno=-3),
        "stacktraces[0].frames[0].lineno: expected an integer from 0 to 4294967295, got -3",
        id="out-of-range",
    ),
    pytest.param(
        with_frame(colno=True),
        "stacktraces[0].frames[0].colno: expected an integer from 0 to 4294967295, got boolean",
        id="true-is-no-integer",
    ),
    pytest.param({"source": S, "release": 1}, "release: expected a string, got number", id="string"),
    pytest.param(
        {"source": S, "options": {"frame_order": "reversed"}},
        "options.frame_order: expected one of callee_first, caller_first, got 'reversed'",
        id="one-of",
    ),
    pytest.param(
        {"source": S, "scraping": {"enabled": None}}, "scraping.enabled: expected true or false, got null", id="bool"
    ),
])  # fmt: skip
def test_problems_read_well(document, text):
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(document)
    assert str(refusal.value) == text


@pytest.mark.parametrize("document", [
    pytest.param(with_source(token=31337), id="number-as-token"),
    pytest.param(with_source(token=["s3cret"]), id="array-as-token"),
    pytest.param(with_source(cookies={"s3cret": "s3cret"}), id="object-as-cookies"),
    pytest.param(with_source(token="s3cret", url="s3cret"), id="secret-in-the-url"),
    pytest.param({"source": "s3cret"}, id="source-is-the-token"),
    pytest.param({"source": S, "scraping": {"headers": {"X-Token": 31337}}}, id="number-as-header"),
    pytest.param({"source": S, "scraping": {"headers": {"X-Token": ["s3cret"]}}}, id="array-as-header"),
    pytest.param({"source": S, "scraping": {"headers": ["X-Token: s3cret"]}}, id="headers-as-array"),
])  # fmt: skip
def test_problems_never_show_secrets(document):
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(document)
    assert "s3cret" not in str(refusal.value)
    assert "31337" not in str(refusal.value)


@pytest.mark.parametrize("document", [
    pytest.param({"source": S, "options": {"frame_order": "x" * 100_000}}, id="long-word"),
    pytest.param({"source": S, "scraping": {"headers": {"x" * 100_000: 1}}}, id="long-header-name"),
    pytest.param(with_frame(data={"sourcemap_origin": "x" * 100_000}), id="long-origin"),
    pytest.param({"source": {**S, "url": "x" * 100_000}}, id="long-url"),
    pytest.param("x" * 100_000, id="long-root"),
])  # fmt: skip
def test_problems_stay_short(document):
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(document)
    assert len(str(refusal.value)) < 500


@pytest.mark.parametrize("body, token, cookies", [
    pytest.param('"token": "t"', "t", msgspec.UNSET, id="token"),
    pytest.param('"cookies": "c"', msgspec.UNSET, "c", id="cookies"),
    pytest.param('"token": ""', "", msgspec.UNSET, id="empty-token"),
    pytest.param('"token": "t", "cookies": "c"', "t", msgspec.UNSET, id="token-first"),
    pytest.param('"cookies": "c", "x": 1, "token": "t"', msgspec.UNSET, "c", id="cookies-first"),
    pytest.param('"cookies": "c", "token": null', msgspec.UNSET, "c", id="the-ignored-one-may-be-anything"),
    pytest.param('"bearer": "b", "token": "t"', "t", msgspec.UNSET, id="bearer-does-not-count"),
])  # fmt: skip
def test_the_first_credential_of_the_document_counts(body, token, cookies):
    source = decode_request(json.loads(f'{{"source": {{{body}, "id": "", "url": "http://h/"}}}}')).source
    assert (source.token, source.cookies) == (token, cookies)


@pytest.mark.parametrize("url, normalised", [
    pytest.param("http://h", "http://h/", id="root-path"),
    pytest.param("HTTPS://Sentry.Test:443/a/../b?q=1", "https://sentry.test/b?q=1", id="case-port-dots-query"),
    pytest.param("ftp://h/x", "ftp://h/x", id="scheme-is-not-checked"),
])  # fmt: skip
def test_the_source_url_is_normalised(url, normalised):
    assert decode_request(with_source(token="t", url=url)).source.url == normalised


@pytest.mark.parametrize("platform, expected", [
    ("nodejs", "node"),
    ("node", "node"),
    ("javascript", "javascript"),
    ("JavaScript", "JavaScript"),
    ("NodeJS", "NodeJS"),
    ("cobol", "cobol"),
    ("", ""),
    (None, None),
])  # fmt: skip
def test_only_nodejs_is_another_word_for_a_platform(platform, expected):
    assert frame_of(with_frame(platform=platform)).platform == expected


@pytest.mark.parametrize("kind", ["sourcemap", "debug_id"])
def test_both_module_types_are_accepted_and_debug_ids_may_be_unparsable(kind):
    document = {"source": S, "modules": [{"type": kind, "code_file": "", "debug_id": "some-debug-id"}]}
    assert decode_request(document).modules[0].debug_id == "some-debug-id"


def test_each_scraping_field_is_optional_on_its_own():
    assert decode_request({"source": S, "scraping": {}}).scraping == Scraping()
    scraping = decode_request({"source": S, "scraping": {"allowed_origins": []}}).scraping
    assert (scraping.allowed_origins, scraping.enabled) == ([], True)


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("allowed", [True, False])
def test_scraping_needs_both_switches(enabled, allowed):
    document = {"source": S, "scraping": {"enabled": enabled}, "allow_scraping": allowed}
    assert decode_request(document).scraping_enabled is (enabled and allowed)


def test_empty_strings_are_present():
    request = decode_request({**with_frame(abs_path="", context_line="", function=""), "release": ""})
    assert request.release == ""
    assert request.stacktraces[0].frames[0] == Frame(abs_path="", lineno=1, context_line="", function="")


@pytest.mark.parametrize("token_name", [None, "x", 1, {}])
def test_a_token_name_is_ignored(token_name):
    assert frame_of(with_frame(token_name=token_name)) == Frame(**FRAME)


def test_line_numbers_have_32_bits():
    frame = frame_of(with_frame(lineno=4294967295, colno=4294967295))
    assert (frame.lineno, frame.colno) == (4294967295, 4294967295)
    assert frame_of(with_frame(lineno=0, colno=0)).lineno == 0


def places(document: Any, prefix: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value inside ``document``."""
    items = (
        enumerate(document) if isinstance(document, list) else document.items() if isinstance(document, dict) else ()
    )
    return [prefix, *(place for key, item in items for place in places(item, (*prefix, key)))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**33) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.data(), st.sampled_from(places(EVERYTHING)), JSON)
def test_a_change_anywhere_is_accepted_or_refused_with_a_path_into_the_document(data, place, value):
    document = changed(EVERYTHING, place, value)
    if place and data.draw(st.booleans()):
        document = without(EVERYTHING, place)
    try:
        decode_request(document)
    except InvalidRequest as refusal:
        named, changed_path = refusal.path, wire_path(place)
        assert named == "body" or changed_path.startswith(named) or named.startswith(changed_path)


@given(st.sampled_from(places(EVERYTHING)), JSON)
def test_every_document_that_msgspec_refuses_is_explained_and_no_other(place, value):
    document = changed(EVERYTHING, place, value)
    explained = shape_error(document, SymbolicateRequest).problem != "not of the expected shape"
    try:
        msgspec.convert(document, SymbolicateRequest)
    except msgspec.ValidationError:
        assert explained
    else:
        assert not explained


def assert_refused(document: Any, path: str) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(document)
    assert refusal.value.path == path
    assert str(refusal.value).startswith(f"{path}: ")
    return refusal.value.problem


def changed(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    copied = copy.deepcopy(document)
    parent_of(copied, place)[place[-1]] = value
    return copied


def without(document: Any, place: tuple[str | int, ...]) -> Any:
    copied = copy.deepcopy(document)
    del parent_of(copied, place)[place[-1]]
    return copied


def parent_of(document: Any, place: tuple[str | int, ...]) -> Any:
    for key in place[:-1]:
        document = document[key]
    return document


def wire_path(place: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).removeprefix(".")


TEXTS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@pytest.mark.parametrize("body, error", [
    pytest.param(b"", "Input is a zero-length, empty document: line 1 column 1", id="empty"),
    pytest.param(b" \n ", None, id="white-space"),
    pytest.param(b'{"a":', "unexpected end of data: line 1 column 6", id="truncated"),
    pytest.param(b"{'a':1}", "unexpected character, expected a string key: line 1 column 2", id="single-quotes"),
    pytest.param(b'{"a":1,}', None, id="trailing-comma-in-object"),
    pytest.param(b"[1,]", None, id="trailing-comma-in-array"),
    pytest.param(b"01", None, id="leading-zero"),
    pytest.param(b"+1", None, id="plus-sign"),
    pytest.param(b".5", None, id="no-integer-part"),
    pytest.param(b'"\x01"', None, id="raw-control-character"),
    pytest.param(b'"\n"', None, id="raw-newline-in-string"),
    pytest.param(b'{\n "a": "\xc3\xa9\xff"}', "not UTF-8: line 2 column 9", id="byte-that-is-not-utf-8"),
    pytest.param(b'{"ignored": "\xed\xa0\x80"}', "not UTF-8: line 1 column 14", id="surrogate-as-bytes"),
    pytest.param(b'"\xc0\xaf"', "not UTF-8: line 1 column 2", id="overlong-utf-8"),
    pytest.param(b"\xef\xbb\xbf{}", None, id="byte-order-mark"),
    pytest.param("{}".encode("utf-16"), None, id="utf-16"),
    pytest.param("{}".encode("utf-16-le"), None, id="utf-16-without-mark"),
    pytest.param("{}".encode("utf-32-be"), None, id="utf-32"),
    pytest.param(b"NaN", None, id="nan"),
    pytest.param(b"[Infinity]", None, id="infinity"),
    pytest.param(b"[-Infinity]", None, id="minus-infinity"),
    pytest.param(b"{} x", "unexpected content after document: line 1 column 4", id="text-after-the-document"),
    pytest.param(b"{}{}", None, id="two-documents"),
    pytest.param(b"{}\x00", None, id="nul-after-the-document"),
    pytest.param(b'{"a": "\\ud800"}', None, id="unpaired-high-surrogate"),
    pytest.param(b'{"a": "\\udc00\\ud800"}', None, id="surrogates-in-the-wrong-order"),
    pytest.param(b'{"\\ud800": 1}', None, id="unpaired-surrogate-in-a-key"),
    pytest.param(b'"\\x41"', None, id="unknown-escape"),
    pytest.param(b"// comment\n{}", None, id="comment"),
    pytest.param(b"9" * 5000, None, id="thousands-of-digits"),
    pytest.param(b"1e999", None, id="no-float-holds-it"),
    pytest.param(b"[" * 100_000, None, id="deep-and-never-closed"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, None, id="a-hundred-thousand-levels"),
    pytest.param(b'{"a":' * 100_000, None, id="deep-objects"),
])  # fmt: skip
def test_what_is_not_one_json_document_is_refused(body, error):
    with pytest.raises(InvalidJson, match=r"^invalid JSON: .*: line \d+ column \d+$") as refusal:
        parse_document(body)
    assert error is None or refusal.value.problem == error


@pytest.mark.parametrize("body, document", [
    pytest.param(b" \r\n\t{} ", {}, id="white-space-around"),
    pytest.param(b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}, id="last-of-duplicate-keys-wins"),
    pytest.param(b'"\\ud83d\\ude00\\u0000\\/"', "\N{GRINNING FACE}\0/", id="escapes"),
    pytest.param(b'"\x7f"', "\x7f", id="delete-is-no-control-character"),
    pytest.param(b"18446744073709551615", 2**64 - 1, id="unsigned-64-bits"),
])  # fmt: skip
def test_json_documents_are_read(body, document):
    assert parse_document(body) == document


@pytest.mark.parametrize("levels", [128, 1000])
@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_documents_work(opening, closing, levels):
    document = parse_document(opening * levels + b"1" + closing * levels)
    for _ in range(levels):
        document = document[0 if opening == b"[" else "a"]
    assert document == 1


@given(DOCUMENTS, st.booleans())
def test_whatever_json_writes_is_read_back(document, escaped):
    assert parse_document(json.dumps(document, ensure_ascii=escaped).encode()) == document


@given(st.binary())
def test_garbage_is_read_or_refused_as_the_standard_library_does(body):
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        expected = json.loads(body.decode(), parse_constant=refuse)
    except ValueError:
        with pytest.raises(InvalidJson):
            parse_document(body)
    else:
        assert parse_document(body) == expected
