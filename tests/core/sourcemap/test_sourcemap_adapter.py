import orjson
import pytest
import sourcemap
from hypothesis import given
from hypothesis import strategies as st
from sourcemap.exceptions import SourceMapDecodeError

from core.sourcemap.sourcemap_adapter import UnmangleDecoder
from tests.core.sourcemap.encoding import map_of, mappings_of

number = st.integers(0, 100_000)
columns = st.integers(0, 300)
mapped = st.tuples(st.integers(0, 3), columns, st.integers(0, 2), number, number)
named = st.tuples(st.integers(0, 3), columns, st.integers(0, 2), number, number, st.integers(0, 2))
unmapped = st.tuples(st.integers(0, 3), columns)


@given(
    tokens=st.lists(mapped | named | unmapped, max_size=30),
    root=st.none() | st.sampled_from(["r", "http://h/x"]),
    junk=st.sampled_from(["", ")]}'\n"]),
    places=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 310)), max_size=10),
)
def test_plain_maps_are_decoded_as_by_the_package(tokens, root, junk, places):
    tokens.sort(key=lambda token: token[:2])
    members = {"sources": ["a.js", "b/c.js", "/d.js"], "names": ["x", "é", "z"], "sourceRoot": root}
    text = junk + map_of(mappings_of(tokens), **members).decode()
    ours, theirs = sourcemap.loads(text, cls=UnmangleDecoder), sourcemap.loads(text)
    assert list(ours) == list(theirs)
    assert (ours.raw, ours.sources, ours.index) == (theirs.raw, theirs.sources, theirs.index)
    for place in places:
        assert classic_answer(ours, place) == classic_answer(theirs, place)


def classic_answer(index, place):
    try:
        return index.lookup(*place)
    except IndexError:
        return IndexError


@pytest.mark.parametrize("text", ["", "[]", '{"mappings":"AAAA"}', '{"mappings":"g"}'])
def test_malformed_map_raises_the_error_of_the_package(text):
    with pytest.raises(SourceMapDecodeError):
        sourcemap.loads(text, cls=UnmangleDecoder)


def test_index_map_far_down_takes_no_memory_for_the_lines_before():
    inner = {"sources": ["a.js"], "mappings": "AAAA"}
    sections = [{"offset": {"line": 4_000_000_000, "column": 0}, "map": inner}]
    index = sourcemap.loads(orjson.dumps({"sections": sections}).decode(), cls=UnmangleDecoder)
    assert index.lookup(4_000_000_000, 3).src == "a.js"
    with pytest.raises(IndexError):
        index.lookup(5, 0)
