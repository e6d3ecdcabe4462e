import gc
import weakref
from array import array

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedSourceMap
from core.sourcemap.position import NoName, OriginalPosition
from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import answer, map_of, mappings_of
from tests.kernels import BUILDS, load


@pytest.mark.parametrize(
    "tokens, answers",
    [
        pytest.param(
            [(0, 5, 0, 0, 0)],
            {(0, 0): None, (0, 4): None, (0, 5): (0, 0), (0, 1000): (0, 0)},
            id="a-token-answers-up-to-the-end-of-its-line",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (2, 1, 0, 1, 1)],
            {(0, 9): (0, 0), (1, 0): None, (2, 0): None, (2, 1): (1, 1), (3, 0): None},
            id="earlier-lines-never-answer",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (0, 2), (0, 4, 0, 1, 1)],
            {(0, 1): (0, 0), (0, 2): None, (0, 3): None, (0, 4): (1, 1)},
            id="an-unmapped-token-hides-what-was-before-it",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (0, 0, 0, 7, 7)],
            {(0, 0): (7, 7), (0, 1): (7, 7)},
            id="of-tokens-at-one-place-the-last-answers",
        ),
        pytest.param([(0, 0, 0, 0, 0), (0, 0)], {(0, 0): None, (0, 1): None}, id="also-if-it-is-unmapped"),
        pytest.param([(0, 0), (0, 0, 0, 0, 0)], {(0, 0): (0, 0), (0, 1): (0, 0)}, id="or-was-the-only-mapped-one"),
        pytest.param(
            [(0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (1, 1, 0, 0, 1)],
            {(0, 0): (0, 0), (1, 0): (0, 0), (1, 1): (0, 1)},
            id="a-line-that-repeats-the-one-before",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (0, 3, 0, 0, 0), (1, 0, 0, 0, 0), (1, 2, 0, 0, 0), (2, 0, 0, 5, 0)],
            {(0, 4): (0, 0), (1, 0): (0, 0), (1, 9): (0, 0), (2, 0): (5, 0)},
            id="however-often-it-repeats",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0)],
            {(1, 0): (0, 0)},
            id="a-name-makes-a-difference",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 1), (1, 5, 0, 0, 0, 2)],
            {(1, 0): (0, 0), (1, 5): (0, 0)},
            id="another-name-with-the-same-text",
        ),
        pytest.param(
            [(0, 0, 0, 0, 0), (1, 0, 1, 0, 0)],
            {(1, 0): (0, 0)},
            id="another-source-of-the-same-name-makes-one",
        ),
        pytest.param([(0, 0, 0, 2**32 - 1, 2**32 - 1)], {(0, 0): (2**32 - 1,) * 2}, id="wrapped-positions-are-mapped"),
    ],
)
def test_lookup(read, tokens, answers):
    source_map = read(map_of(mappings_of(tokens), sources=["a.js", "a.js"], names=["n", "n", "m"]))
    assert {place: answer(source_map, *place) for place in answers} == answers


def test_whole_answer(read):
    source_map = read(map_of("AACEA", sources=["b.js"], sourceRoot="r", names=["n"]))
    assert source_map.lookup(0, 7) == OriginalPosition(0, "r/b.js", 1, 2, "n", NoName.UNKNOWN)
    assert source_map.sources == ("r/b.js",)


def test_source_without_name_is_still_a_source(read):
    source_map = read(map_of("AAAA", sources=[None], sourcesContent=["x"]))
    assert source_map.lookup(0, 0) == OriginalPosition(0, "", 0, 0, None, NoName.UNKNOWN)
    assert source_map.source_content(0) == b"x"


@pytest.mark.parametrize(
    "contents, expected",
    [
        pytest.param(["a\nb", "é\u2028😀"], [b"a\nb", "é\u2028😀".encode()], id="as-utf8"),
        pytest.param(["", None], [b"", None], id="empty-is-not-absent"),
        pytest.param([None, None], [None, None], id="all-absent"),
        pytest.param(["a"], [b"a", None], id="fewer-than-sources"),
        pytest.param(["a", "b", "c"], [b"a", b"b", None], id="more-than-sources"),
        pytest.param([], [None, None], id="empty-array"),
        pytest.param(None, [None, None], id="null"),
    ],
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_source_contents(read, contents, expected, ascii_only):
    text = map_of(sources=["a", "a"], sourcesContent=contents)
    if ascii_only:
        text = text.decode().encode("ascii", "backslashreplace").replace(b"\\U0001f600", b"\\ud83d\\ude00")
        text = text.replace(b"\\xe9", b"\\u00e9")
    source_map = read(text)
    assert [source_map.source_content(source) for source in range(len(expected))] == expected
    assert source_map.source_content(2) is None
    assert source_map.source_content(-1) is None


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"version": 4}, id="any-version"),
        pytest.param({"version": None}, id="no-version"),
        pytest.param({"file": [1]}, id="any-file"),
        pytest.param({"names": [1, None, [], {}, "a"]}, id="any-names"),
        pytest.param({"ignoreList": [7]}, id="ignore-list-without-such-a-source"),
        pytest.param({"x_google_ignoreList": "a"}, id="any-ignore-list-of-google"),
        pytest.param({"x_facebook_offsets": [1, None]}, id="offsets-with-null"),
        pytest.param({"x_metro_module_paths": ["a"]}, id="module-paths"),
        pytest.param({"debugId": "dfb8e43a-f242-3d73-a453-aeb6a777ef75"}, id="debug-id"),
        pytest.param({"sections": None, "x_facebook_sources": None}, id="no-other-kind"),
        pytest.param({"mappings": None, "sources": None, "names": None, "sourceRoot": None}, id="nulls"),
        pytest.param({"rangeMappings": ";!"}, id="ranges-past-the-end"),
        pytest.param({"rangeMappings": "!"}, id="ranges-that-make-no-sense"),
        pytest.param({"debugId": "this is not a UUID"}, id="debug-id-that-is-none"),
        pytest.param({"debugId": "", "debug_id": "x"}, id="two-debug-ids-that-are-none"),
    ],
)
def test_accepted(read, members):
    read(map_of("A", **members))


@pytest.mark.parametrize(
    "members, path",
    [
        pytest.param({"version": 3.0}, "version", id="version-with-a-fraction"),
        pytest.param({"sources": ["a", 1]}, r"sources\[1\]", id="source-number"),
        pytest.param({"sources": ["a", ["b"]]}, r"sources\[1\]", id="source-inside-an-array"),
        pytest.param({"sources": {}}, "sources", id="sources-object"),
        pytest.param({"sourceRoot": 1}, "sourceRoot", id="source-root-number"),
        pytest.param({"sourcesContent": [False]}, r"sourcesContent\[0\]", id="content-false"),
        pytest.param({"sourcesContent": "a"}, "sourcesContent", id="contents-string"),
        pytest.param({"names": "a"}, "names", id="names-string"),
        pytest.param({"mappings": []}, "mappings", id="mappings-array"),
        pytest.param({"rangeMappings": 1}, "rangeMappings", id="range-mappings-number"),
        pytest.param({"ignoreList": [None]}, r"ignoreList\[0\]", id="ignore-list-null"),
        pytest.param({"ignoreList": [1.0]}, "ignoreList", id="ignore-list-fraction"),
        pytest.param({"ignoreList": [2**32]}, "ignoreList", id="ignore-list-too-large"),
        pytest.param({"ignoreList": [0] * 70_000 + [2**32]}, "ignoreList", id="long-ignore-list-too-large"),
        pytest.param({"x_facebook_offsets": ["a"]}, r"x_facebook_offsets\[0\]", id="offset-string"),
        pytest.param({"x_metro_module_paths": [None]}, r"x_metro_module_paths\[0\]", id="module-path-null"),
        pytest.param({"debugId": 1}, "debugId", id="debug-id-number"),
        pytest.param({"sections": {}}, "sections", id="sections-object"),
        pytest.param({"x_facebook_sources": {}}, "x_facebook_sources", id="function-maps-object"),
    ],
)
def test_types_are_checked_also_of_what_is_not_used(read, members, path):
    for other in ({}, {"sections": []}):
        with pytest.raises(MalformedSourceMap, match=rf"^\$\.{path}\b|\$\.{path}:"):
            read(map_of(**(other | members)))


@pytest.mark.parametrize("text", [b"[]", b"null", b'"a"', b"1", b"", b"<html>", b'{"error":"gone"'])
def test_not_a_source_map(read, text):
    with pytest.raises(MalformedSourceMap):
        read(text)


@pytest.mark.parametrize("key", ["version", "file", "mappings", "x_facebook_offsets", "debug_id"])
def test_known_member_twice(read, key):
    with pytest.raises(MalformedSourceMap, match="twice"):
        read(f'{{"{key}":null,"{key}":null}}'.encode())


def test_other_members_may_be_there_twice(read):
    read(b'{"x":1,"x":[{"mappings":1,"mappings":2}],"x_google_ignoreList":1,"x_google_ignoreList":1}')


def test_escaped_mappings(read):
    assert answer(read(b'{"sources":["a"],"mappings":"AAA\\/A\\u003b\\u0041"}'), 0, 0) == (0, 2**32 - 15)


def test_bytes_that_are_not_utf8_are_replaced(read):
    source_map = read(b')]}\xff\n{"sources":["a\xffb"],"sourcesContent":["\xe2\x82"],"mappings":"AAAA"}')
    assert source_map.lookup(0, 0).file == "a\ufffdb"
    assert source_map.source_content(0) == "\ufffd".encode()


def test_size_counts_the_texts(read):
    text, minified = map_of(sourcesContent=["x" * 100_000]), b"function f(){}" + b" " * 100_000
    assert read(text).size_bytes > len(text)
    assert read(text, minified).size_bytes > len(text) + len(minified)


@given(
    tokens=st.lists(st.tuples(*[st.integers(0, 3)] * 5), max_size=30),
    places=st.lists(st.tuples(*[st.integers(0, 4)] * 2)),
)
def test_lookup_by_the_letter(tokens, places):
    tokens.sort(key=lambda token: token[:2])
    kept: list[tuple[int, ...]] = []
    for token in tokens:
        if not kept or kept[-1][2:] != token[2:] or kept[-1][0] != token[0]:  # on its line only
            kept.append(token)
    text = map_of(mappings_of(tokens), sources=list("abcd"))
    for build in BUILDS:
        source_map = load("core.sourcemap.source_map", build).read_source_map(text)
        for line, column in places:
            before = [token for token in kept if token[:2] <= (line, column)]
            expected = before[-1][3:] if before and before[-1][0] == line else None
            assert answer(source_map, line, column) == expected


KEYS = (
    *("version", "sources", "sourceRoot", "sourcesContent", "names", "mappings", "rangeMappings", "ignoreList"),
    *("sections", "offset", "line", "column", "url", "map", "x_facebook_sources", "debugId"),
)
json_garbage = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 5) | st.floats(0, 3) | st.sampled_from(["", "AAAA", "A;A", "!", "a"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(value=json_garbage)
def test_garbage_raises_our_error_and_no_other_and_both_builds_agree(value):
    outcomes = []
    for build in BUILDS:
        try:
            source_map = load("core.sourcemap.source_map", build).read_source_map(orjson.dumps(value))
            places = [(line, column) for line in range(3) for column in range(4)]
            outcomes.append([source_map.sources, *(source_map.lookup(*place) for place in places)])
        except MalformedSourceMap as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@given(text=st.binary(max_size=50))
def test_any_bytes_raise_our_error_and_no_other(text):
    try:
        read_source_map(text)
    except MalformedSourceMap:
        return


def test_a_map_that_nobody_needs_is_freed_at_once():
    source_map = read_source_map(map_of("AAAAA", sources=["a"], sourcesContent=["x"], names=["n"]), b"function a(){}")
    assert source_map.source_context(0, source_map.lookup(0, 0).line, 0) == b',"context_line":"x"'
    gone = weakref.ref(source_map)
    gc.disable()
    try:
        del source_map
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("build", BUILDS)
def test_an_empty_text_has_no_offsets(build):
    positions = load("core.sourcemap.text_positions", build).TextPositions(b"", array("I"))
    assert positions.offset(0, 0) == -1
    assert positions.position(0) is None


@pytest.mark.parametrize("build", BUILDS)
@given(pieces=st.lists(st.sampled_from(["\n", "a" * 63, "a" * 64, "bc", "é", "😀", "\r", "x" * 300]), max_size=30))
def test_positions_are_those_that_counting_from_the_start_gives(build, pieces):
    text = "".join(pieces).encode()
    module = load("core.sourcemap.text_positions", build)
    blocks = array("I", [0]) * (2 * -(-len(text) // module.BLOCK_SIZE))
    assert module.survey_text(text, blocks)
    positions = module.TextPositions(text, blocks)
    offset = line = column = 0
    for character in text.decode():
        assert positions.position(offset) == (line, column)
        assert positions.offset(line, column) == offset
        offset += len(character.encode())
        line, column = (line + 1, 0) if character == "\n" else (line, column + 1 + (character > "\uffff"))
