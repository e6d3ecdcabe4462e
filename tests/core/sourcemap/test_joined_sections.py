"""Index maps that are searched as they are answer as those whose tokens are decoded and merged."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedSourceMap
from tests.core.sourcemap.encoding import mappings_of
from tests.kernels import BUILDS, load

NUMBERS = st.integers(0, 3)
TOKENS = st.one_of(
    st.tuples(NUMBERS, NUMBERS),
    st.tuples(NUMBERS, NUMBERS, st.integers(0, 1), NUMBERS, NUMBERS),
    st.tuples(NUMBERS, NUMBERS, st.integers(0, 1), NUMBERS, NUMBERS, st.integers(0, 1)),
)
MAPS = st.fixed_dictionaries(
    {
        "version": st.just(3),
        "mappings": st.lists(TOKENS, max_size=5).map(lambda tokens: mappings_of(sorted(tokens))),
        "sources": st.sampled_from(
            [["a.js", "b.js"], ["c.js", "d.js"], ["b.js", "c.js"], ["", "e.js"], [None, "f.js"]]
        ),
        "names": st.lists(st.sampled_from(["f", "g", "h", "é", 'a"b']), min_size=2, max_size=3),
    },
    optional={
        "sourcesContent": st.lists(st.sampled_from(["one\ntwo", "", None]), max_size=3),
        "ignoreList": st.lists(st.integers(0, 3), max_size=2),
        "file": st.just("x.js"),
        "x_other": st.just({"a": [1]}),
    },
)
SECTIONS = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 5), MAPS), min_size=1, max_size=6).map(
    lambda parts: sorted(parts, key=lambda part: part[:2])
)
PLACES = [(line, column) for line in range(28) for column in range(9)]

USUAL = [
    {"sources": ["a.js", "b.js"], "names": ["f"], "mappings": "AAAAA,CCCC", "sourcesContent": ["one\n", None]},
    {"sources": ["c.js"], "names": ["g", "f"], "mappings": "AAAA,CAACC;CACD", "ignoreList": [0, 7]},
    {"sources": [], "mappings": "A,C"},
    {"sources": ["a.js"], "names": [], "mappings": "AACA,CAEC", "sourcesContent": ["two\n"], "sourceRoot": ""},
]


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.sourcemap.prepared_map", request.param)


def index_text(parts: list[tuple[int, int, Any]]) -> bytes:
    sections = [{"offset": {"line": line, "column": column}, "map": part} for line, column, part in parts]
    return orjson.dumps({"version": 3, "sections": sections, "debug_id": "00000000-0000-0000-0000-000000000001"})


def test_sections_as_bundlers_write_them_are_searched_as_they_are(build: ModuleType):
    text = index_text([(2 * line, 1, part) for line, part in enumerate(USUAL)])
    joined, merged = both(build, text)
    assert joined is not None
    assert joined.mappings.text is joined.text
    assert answers(joined) == answers(merged)


@given(SECTIONS)
def test_they_answer_as_merged_ones(parts: list[tuple[int, int, Any]]):
    for build in BUILDS:
        joined, merged = both(load("core.sourcemap.prepared_map", build), index_text(parts))
        assert joined is None or answers(joined) == answers(merged)


@pytest.mark.parametrize("section", [
    pytest.param({"offset": {"line": 0, "column": 0}}, id="no-map"),
    pytest.param({"map": USUAL[0]}, id="no-offset"),
    pytest.param({"offset": {"line": 0, "column": -1}, "map": USUAL[0]}, id="no-number"),
    pytest.param({"offset": {"line": 2**32, "column": 0}, "map": USUAL[0]}, id="too-large-a-number"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"mappings": "AAAAE"}}, id="no-such-name"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[3] | {"mappings": "AAAAA"}}, id="no-names"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"mappings": "AEAA"}}, id="no-such-source"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"mappings": "AA"}}, id="cut-off"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"mappings": 'A"'}}, id="a-quote"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"mappings": 7}}, id="no-text"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"sources": [7]}}, id="a-number-as-source"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"version": "3"}}, id="a-text-as-version"),
    pytest.param({"offset": {"line": 0, "column": 0}, "map": USUAL[0] | {"ignoreList": ["a"]}}, id="a-text-ignored"),
    pytest.param(7, id="no-section"),
])  # fmt: skip
def test_what_is_wrong_is_wrong_by_the_letter(build: ModuleType, section: Any):
    sections = [{"offset": {"line": 0, "column": 0}, "map": USUAL[3]}, section]
    with pytest.raises(MalformedSourceMap) as raised:
        build.prepare_map(*outlined(build, orjson.dumps({"sections": sections})))
    with pytest.raises(MalformedSourceMap) as by_the_letter:
        build.decode_map(outlined(build, orjson.dumps({"sections": sections}))[0])
    assert str(raised.value) == str(by_the_letter.value)


@pytest.mark.parametrize("unusual", [
    pytest.param({"sourceRoot": "x"}, id="source-root"),
    pytest.param({"sourceRoot": '"'}, id="a-quote-as-source-root"),
    pytest.param({"rangeMappings": "B", "mappings": "AAAAA,CAAC;CACD"}, id="ranges"),
    pytest.param({"sections": []}, id="sections-in-a-section"),
    pytest.param({"x_google_ignoreList": [0]}, id="older-name-of-the-ignore-list"),
    pytest.param({"names": ["f", 1.5]}, id="a-number-as-name"),
    pytest.param({"sources": ["\\u0061.js"]}, id="an-escape-in-a-source"),
    pytest.param({"sources": ["a.js", "x.js"]}, id="sources-in-another-order"),
])  # fmt: skip
def test_what_is_not_usual_is_merged(build: ModuleType, unusual: dict[str, Any]):
    text = index_text([(0, 0, USUAL[0]), (9, 0, USUAL[1] | unusual)])
    if "\\\\u" in text.decode():
        text = text.replace(b"\\\\u", b"\\u")
    joined, merged = both(build, text)
    assert joined is None
    assert answers(merged)


def both(build: ModuleType, text: bytes) -> tuple[Any, Any]:
    """Return the index of a map as it is searched, None if it isn't, and of the same one with all tokens decoded."""
    document, content = outlined(build, text)
    try:
        merged = build._index_decoded(content, build.decode_map(document), document.debug_id)
    except MalformedSourceMap:
        merged = None
    joined = build.join_sections(document.value)
    assert merged is not None or joined is None, "what is malformed is searched"
    return joined and build._index_joined(content, joined, document.debug_id), merged


def outlined(build: ModuleType, text: bytes) -> tuple[Any, bytes]:
    """Return what the JSON of a map says, by the same build as ``build``, and the text that it says it of."""
    name = "compiled" if build is load("core.sourcemap.prepared_map", "compiled") else "interpreted"
    json = load("core.sourcemap.json_document", name).read_json(text, 0)
    return load("core.sourcemap.map_document", name).map_document(json), json.document.text


def answers(index: Any) -> Any:
    is_compiled = isinstance(index, load("core.sourcemap.prepared_map", "compiled").PreparedMap)
    source_map = load("core.sourcemap.source_map", "compiled" if is_compiled else "interpreted")
    asked = source_map.SourceMap(lambda: source_map.Parts(index, None), None)
    positions = [asked.lookup(*place) for place in PLACES]
    contents = [asked.source_content(source) for source in range(len(asked.sources))]
    ignored = [asked.is_ignored(source) for source in range(len(asked.sources))]
    return positions, asked.sources, contents, ignored, asked.debug_id
