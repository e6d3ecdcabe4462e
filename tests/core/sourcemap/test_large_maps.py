"""Maps that are out of the ordinary in size: they go through, in time that grows with them."""

import tracemalloc

import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.json_document import read_json
from core.sourcemap.map_document import MAX_FUNCTION_NAMES, MAX_SECTIONS, IndexMap, map_document
from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import answer


def test_map_of_50_megabytes():
    content = b"function f() { return 'a' }\\n" * 1_400_000
    text = b'{"sources":["a.js"],"sourcesContent":["' + content + b'"],"mappings":"' + b"CAAC," * 2_000_000 + b'"}'
    source_map = read_source_map(text)
    assert len(text) > 50_000_000
    assert answer(source_map, 0, 1_999_999) == (0, 1_999_999)
    assert len(source_map.source_content(0)) == len(content) - 1_400_000


def test_map_of_a_million_sources():
    text = b'{"sources":["a.js"' + b',"b.js"' * 999_999 + b'],"mappings":"' + b"CCAA," * 999_999 + b'"}'
    source_map = read_source_map(text)
    assert source_map.lookup(0, 999_999).source == 999_999


@pytest.mark.parametrize(
    "mappings",
    [
        pytest.param(b";" * 1_000_000 + b"AAAA", id="empty-lines"),
        pytest.param(b"," * 1_000_000 + b"AAAA", id="empty-tokens"),
        pytest.param(b"AAAA," * 500_000, id="one-token-again-and-again"),
        pytest.param(b"+/////DAAA," * 200_000, id="columns-that-fall"),
    ],
)
def test_long_mappings(mappings):
    source_map = read_source_map(b'{"sources":["a.js"],"mappings":"' + mappings + b'"}')
    assert answer(source_map, mappings.count(b";"), 2**32 - 1) == (0, 0)


def test_endless_nesting_is_refused():
    with pytest.raises(MalformedSourceMap):
        read_source_map(b'{"x":' + b"[" * 10_000_000)


def test_an_index_map_of_too_many_sections_that_do_not_follow_one_another_is_refused():
    sections = b",".join([b'{"offset":[0,0],"map":{}}'] * (MAX_SECTIONS + 1))
    document = map_document(read_json(b'{"version":3,"sections":[%b]}' % sections, 0))
    assert isinstance(document, IndexMap)
    with pytest.raises(MalformedSourceMap, match="more than 50000 sections"):
        document.sections()


@pytest.mark.parametrize("key", ["ignoreList", "x_google_ignoreList", "x_facebook_offsets"])
def test_numbers_of_a_map_are_never_objects_all_at_once(key):
    text = b'{"sources":["a.js","b.js"],"%b":[1%b],"mappings":"AAAA"}' % (key.encode(), b",4000000000" * 1_000_000)
    document = read_json(text, 0)
    tracemalloc.start()
    read = map_document(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(text)  # as objects they take four times as much
    assert list(read.ignored) == ([] if key == "x_facebook_offsets" else [1])


def test_too_many_names_of_functions_are_refused():
    def function_map(names: range) -> bytes:
        return b'[{"names":[%b],"mappings":"AAA"}]' % b",".join(b'"%x"' % name for name in names)

    def text(*function_maps: bytes) -> bytes:
        return b'{"sources":["a.js"],"x_facebook_sources":[%b],"mappings":"AAAA"}' % b",".join(function_maps)

    half = MAX_FUNCTION_NAMES // 2
    two_halves = [function_map(range(half)), function_map(range(half, 2 * half))]
    assert read_source_map(text(*two_halves, two_halves[0])).lookup(0, 0).function == "0"
    for beyond in ([*two_halves, function_map(range(2 * half, 2 * half + 1))], [function_map(range(2 * half + 1))]):
        with pytest.raises(MalformedSourceMap, match=f"more than {MAX_FUNCTION_NAMES} names of functions"):
            read_source_map(text(*beyond))


def test_sources_without_function_maps_take_hardly_any_memory():
    text = b'{"sources":[],"x_facebook_sources":[null%b],"mappings":""}' % (b",null" * 500_000)
    document = read_json(text, 0)
    tracemalloc.start()
    map_document(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 500_000
