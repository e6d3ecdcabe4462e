import pytest

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName
from tests.core.sourcemap.encoding import answer, map_of

A = {"sources": ["a.js"], "names": ["n"], "mappings": "AAAAA"}
B = {"sources": ["b.js"], "names": ["m"], "mappings": "AACAA"}


def section(line, column, inner):
    return {"offset": {"line": line, "column": column}, "map": inner}


def index(*sections, **members):
    return map_of(sections=list(sections), **members)


def files(source_map, *places):
    found = [source_map.lookup(*place) for place in places]
    return [None if position is None else position.file for position in found]


@pytest.mark.parametrize(
    "sections, expected",
    [
        pytest.param([section(0, 0, A), section(1, 0, B)], ["a.js", "a.js", "b.js"], id="one-after-the-other"),
        pytest.param([section(1, 0, B), section(0, 0, A)], ["a.js", "a.js", "b.js"], id="in-any-order"),
        pytest.param([section(0, 5, A), section(1, 0, B)], [None, "a.js", "b.js"], id="column-on-the-first-line"),
        pytest.param([section(0, 0, A), section(0, 0, B)], ["b.js", "b.js", None], id="the-later-of-two-at-one-place"),
        pytest.param([section(0, 0, A), section(0, 5, B)], ["a.js", "b.js", None], id="two-on-a-line"),
        pytest.param(
            [section(0, 0, A | {"mappings": "AAAA;KACA"}), section(1, 0, B)],
            ["a.js", "a.js", "b.js"],
            id="an-earlier-section-reaches-into-a-later-one",
        ),
        pytest.param(
            [section(0, 5, {"sections": [section(0, 0, A), section(1, 0, B)]})],
            [None, "a.js", "b.js"],
            id="index-map-inside",
        ),
        pytest.param([[[0, 5], None, A], [{"line": 1, "column": 0}, "u", B]], [None, "a.js", "b.js"], id="as-arrays"),
        pytest.param([section(0, 0, A | {"sourceRoot": "r"})], ["r/a.js", "r/a.js", None], id="root-of-the-section"),
        pytest.param([section(2**32 - 1, 0, A | {"mappings": ";AAAA"})], ["a.js", "a.js", None], id="lines-wrap"),
        pytest.param([], [None, None, None], id="no-sections"),
    ],
)
def test_sections_are_put_where_they_start(read, sections, expected):
    source_map = read(index(*sections, mappings="!!", sourceRoot="out", names=["q"]))
    assert files(source_map, (0, 0), (0, 7), (1, 0)) == expected


def test_a_section_reaches_into_a_later_one_behind_its_tokens(read):
    source_map = read(index(section(0, 0, A | {"mappings": "AAAA;KACA"}), section(1, 0, B)))
    assert files(source_map, (1, 4), (1, 5)) == ["b.js", "a.js"]


def test_sources_are_merged_by_text(read):
    source_map = read(index(section(0, 0, A), section(1, 0, B), section(2, 0, A | {"mappings": "AACAA"})))
    assert source_map.sources == ("a.js", "b.js")
    assert set(source_map.parts.index.names.names()) == {"n", "m"}
    assert (source_map.lookup(2, 0).source, source_map.lookup(2, 0).name) == (0, "n")
    assert answer(source_map, 2, 0) == (1, 0)


def test_repeated_location_of_another_section_is_answered(read):
    assert answer(read(index(section(0, 0, A), section(1, 0, A))), 1, 0) == (0, 0)


def test_a_range_ends_with_its_section(read):
    ranged = A | {"mappings": "AAAA", "rangeMappings": "A"}
    source_map = read(index(section(0, 0, ranged), section(2, 3, A | {"mappings": ";AACA"}), section(4, 0, A)))
    places = [(0, 7), (1, 5), (2, 2), (2, 3), (2, 9), (3, 0), (4, 0)]
    assert [answer(source_map, *place) for place in places] == [(0, 7), (1, 5), (2, 2), None, None, (1, 0), (0, 0)]


def test_a_section_that_starts_with_a_token_needs_no_other_end_of_the_range_before(read):
    ranged = A | {"mappings": "AAAA", "rangeMappings": "A"}
    source_map = read(index(section(0, 0, ranged), section(1, 0, A), section(1, 0, A | {"mappings": ""})))
    assert source_map.parts.index.mappings.token_count == 2


def test_later_sections_overwrite_contents_but_not_with_nothing(read):
    sections = [
        section(0, 0, A | {"sources": ["a", "b"], "sourcesContent": ["one", "two"]}),
        section(1, 0, A | {"sources": ["b", "a"], "sourcesContent": ["", None]}),
        section(2, 0, A | {"sources": ["c"]}),
    ]
    source_map = read(index(*sections))
    assert [source_map.source_content(source) for source in range(3)] == [b"one", b"", None]


def test_unmapped_tokens_stay_unmapped(read):
    source_map = read(index(section(0, 3, A | {"mappings": "AAAA,E"})))
    assert [answer(source_map, 0, column) for column in (2, 3, 4, 5)] == [None, (0, 0), (0, 0), None]


def test_ranges_are_kept(read):
    source_map = read(index(section(0, 0, A), section(1, 0, B | {"rangeMappings": "B"})))
    assert list(source_map.parts.index.mappings.ranges) == [0, 1]


def test_function_maps_of_sections_are_lost(read):
    inner = A | {"x_facebook_sources": [[{"names": ["f"], "mappings": "AAA"}]]}
    assert read(index(section(0, 0, inner))).lookup(0, 0).function is NoName.UNKNOWN


@pytest.mark.parametrize(
    "broken, where",
    [
        pytest.param(None, r"sections\[1\]", id="null"),
        pytest.param(1, r"sections\[1\]", id="number"),
        pytest.param({"map": A}, "'offset' is missing", id="no-offset"),
        pytest.param({"offset": None, "map": A}, "'offset' is missing", id="offset-null"),
        pytest.param({"offset": {"line": 1}, "map": A}, "'column' is missing", id="no-column"),
        pytest.param(section(-1, 0, A), "line", id="negative-line"),
        pytest.param(section(0, 1.0, A), "column", id="column-with-a-fraction"),
        pytest.param(section(0, 0, None), "isn't there", id="map-null"),
        pytest.param({"offset": {"line": 0, "column": 0}, "url": "u"}, "isn't there", id="only-a-url"),
        pytest.param(section(0, 0, A) | {"url": 1}, "url", id="url-number"),
        pytest.param(section(0, 0, []), "map", id="map-array"),
        pytest.param(section(0, 0, A | {"version": "3"}), "map.version", id="ill-typed-map"),
        pytest.param(section(0, 0, A | {"mappings": "AA"}), "mappings, byte 2", id="malformed-mappings"),
        pytest.param([[0, 0], None], "3 elements", id="array-too-short"),
        pytest.param([[0, 0, 0], None, A], "2 elements", id="offset-array-too-long"),
    ],
)
def test_one_broken_section_breaks_the_map(read, broken, where):
    with pytest.raises(MalformedSourceMap, match=where):
        read(index(section(0, 0, A), broken))


@pytest.mark.parametrize(
    "text",
    [
        '{"sections":[{"offset":{"line":0,"column":0},"map":{},"map":{}}]}',
        '{"sections":[{"offset":{"line":0,"line":0,"column":0},"map":{}}]}',
        '{"sections":[{"offset":{"line":0,"column":0},"map":{"names":[],"names":[]}}]}',
    ],
    ids=["in-the-section", "in-its-offset", "in-its-map"],
)
def test_known_member_twice(read, text):
    with pytest.raises(MalformedSourceMap, match="twice"):
        read(text.encode())


def test_as_many_maps_inside_one_another_as_json_may_nest(read):
    text = b"{}"
    for _ in range(42):
        text = b'{"sections":[{"offset":{"line":0,"column":0},"map":' + text + b"}]}"
    assert read(text).parts.index.mappings.token_count == 0
