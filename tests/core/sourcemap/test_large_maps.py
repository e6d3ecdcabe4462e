"""Maps that are out of the ordinary in size: they go through, in time that grows with them."""

import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.json_document import read_json
from core.sourcemap.map_document import MAX_SECTIONS, IndexMap, map_document
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
