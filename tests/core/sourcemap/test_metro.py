import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName
from tests.core.sourcemap.encoding import map_of, mappings_of, vlq
from tests.kernels import BUILDS, load

NAMES = ["<global>", "foo", "Bar#baz"]
UNKNOWN = NoName.UNKNOWN


def functions(read, function_mappings, *originals, names=NAMES):
    """Return the functions at ``originals`` (line and column) by a function map of the only source."""
    tokens = [(0, column, 0, *original) for column, original in enumerate(originals)]
    entry = {"names": names, "mappings": function_mappings}
    source_map = read(map_of(mappings_of(tokens), x_facebook_sources=[[entry]]))
    return [source_map.lookup(0, column).function for column in range(len(originals))]


@pytest.mark.parametrize(
    "mappings, expected",
    [
        pytest.param("AAA,QCA;ACC;AFE", ["<global>", "foo", "Bar#baz", "<global>"], id="as-metro-writes-it"),
        pytest.param("A,QC", ["<global>", "foo", "foo", "foo"], id="one-and-two-numbers"),
        pytest.param("ACAAAA", ["foo", "foo", "foo", "foo"], id="further-numbers-are-ignored"),
        pytest.param("AGA", [UNKNOWN] * 4, id="no-such-name"),
        pytest.param("UCC", [UNKNOWN, UNKNOWN, UNKNOWN, "foo"], id="before-the-first-entry"),
        pytest.param("UAA;ACA", ["foo", "foo", "foo", "foo"], id="a-semicolon-resets-the-column-only"),
        pytest.param("AAA,ACA,ACA", ["<global>", "Bar#baz", "Bar#baz", "Bar#baz"], id="exact-first-else-last"),
        pytest.param("AAA,g", [UNKNOWN] * 4, id="malformed"),
        pytest.param("", [UNKNOWN] * 4, id="empty"),
        pytest.param(",;,", [UNKNOWN] * 4, id="only-separators"),
    ],
)
def test_function_of_a_token(read, mappings, expected):
    assert functions(read, mappings, (0, 0), (0, 8), (1, 0), (3, 0)) == expected


def test_empty_name_is_a_name(read):
    assert functions(read, "AAA", (0, 0), names=[""]) == [""]


@pytest.mark.parametrize(
    "x_facebook_sources",
    [[], [None], [[]], [None, [{"names": ["f"], "mappings": "AAA"}]]],
    ids=["none", "null", "empty", "of-another-source"],
)
def test_source_without_function_map(read, x_facebook_sources):
    assert read(map_of("AAAA", x_facebook_sources=x_facebook_sources)).lookup(0, 0).function is UNKNOWN


def test_only_the_first_function_map_of_a_source_counts(read):
    entries = [{"names": ["f"], "mappings": "AAA", "x": 1}, {"names": [], "mappings": "!"}]
    assert read(map_of("AAAA", x_facebook_sources=[entries])).lookup(0, 0).function == "f"


def test_function_map_may_be_an_array(read):
    assert read(map_of("AAAA", x_facebook_sources=[[[["f"], "AAA"]]])).lookup(0, 0).function == "f"


def test_malformed_function_map_leaves_the_others_alone(read):
    maps = [[{"names": ["f"], "mappings": "g"}], [{"names": ["g"], "mappings": "AAA"}]]
    source_map = read(map_of("AAAA,CCAA", sources=["a", "b"], x_facebook_sources=maps))
    assert [source_map.lookup(0, column).function for column in (0, 1)] == [UNKNOWN, "g"]


def test_of_tokens_at_one_place_the_first_names_the_function(read):
    entry = {"names": NAMES, "mappings": "AAA;ACC"}
    source_map = read(map_of("AAAA,AACA", x_facebook_sources=[[entry]]))
    assert source_map.lookup(0, 0).function == "<global>"


def test_function_makes_a_difference_between_tokens(read):
    entries = {"names": ["f", "f", "g"], "mappings": "AAA"}
    source_map = read(map_of("AAAA,A;AAAA", x_facebook_sources=[[entries]]))
    assert source_map.lookup(1, 0).function == "f"  # the unmapped token at 0:0 also is in f, but elsewhere


@pytest.mark.parametrize(
    "entry",
    [
        None,
        1,
        {"mappings": "AAA"},
        {"names": []},
        {"names": None, "mappings": ""},
        {"names": [1], "mappings": ""},
        {"names": [], "mappings": 1},
        [[]],
    ],
)
def test_ill_typed_entry_breaks_the_map_also_where_it_is_not_used(read, entry):
    with pytest.raises(MalformedSourceMap):
        read(map_of(x_facebook_sources=[[{"names": [], "mappings": ""}, entry]]))


entries = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 3)), max_size=12)


@given(entries=entries, line=st.integers(0, 4), column=st.integers(0, 5))
def test_search_is_the_one_of_the_reference_also_in_disorder(entries, line, column):
    expected = by_the_letter(entries, (line + 1, column))
    for build in BUILDS:
        read = load("core.sourcemap.source_map", build).read_source_map
        assert functions(read, function_mappings(entries), (line, column)) == [expected]


def function_mappings(entries):
    before, texts = (1, 0, 0), []
    for line, column, name in entries:
        texts.append(vlq(column - before[1]) + vlq(name - before[2]) + vlq(line - before[0]))
        before = line, column, name
    return ",".join(texts)


def by_the_letter(entries, key):
    if not entries:
        return UNKNOWN
    base, size = 0, len(entries)
    while size > 1:
        half = size // 2
        if entries[base + half][:2] <= key:
            base += half
        size -= half
    if entries[base][:2] > key:
        return UNKNOWN
    while entries[base][:2] == key and base > 0 and entries[base - 1][:2] == key:
        base -= 1
    name = entries[base][2]
    return NAMES[name] if name < len(NAMES) else UNKNOWN
