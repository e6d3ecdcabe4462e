"""Lookups beside a second engine that follows the rules step by step, with lists and loops, and no idea of speed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from core.javascript.scopes import find_scopes
from core.sourcemap.position import NoName, OriginalPosition
from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.core.sourcemap.naming_rules import FoundToken, original_scope_name
from tests.kernels import BUILDS, load

NONE = 2**32 - 1
NAMES = ["x", "y", "x", ""]

PIECES = [
    "function a(){",
    "}",
    ";",
    "\n",
    "b=()=>{",
    "x",
    "/*é*/",
    "/*😀*/",
    "class C{m(){",
    "}}",
    '"' + "s" * 300 + '"',
    " ",
]
codes = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.sampled_from(
    [
        "function a(){function b(){}\n}function a(){}",
        "x(function(){y()});z\n(function(){})()",
        "a={get b(){return()=>1}}\r\nclass A{#b(){}}",
        "\n\n\nfunction a(){}\n\n()=>1",
    ]
)
columns = st.integers(0, 12) | st.sampled_from([255, 256, 257, 300, 400])
tokens_of_maps = st.lists(
    st.tuples(st.integers(0, 3), columns)
    | st.tuples(st.integers(0, 3), columns, st.integers(0, 1), st.integers(0, 1), st.integers(0, 2))
    | st.tuples(st.integers(0, 3), columns, st.integers(0, 1), st.integers(0, 1), st.integers(0, 2), st.integers(0, 3)),
    max_size=200,
)


@dataclass
class Letter:
    """What the rules say of a map with ``tokens``, in order, for the file ``code``."""

    code: str
    tokens: list[tuple[int, ...]]

    def __post_init__(self) -> None:
        self.scopes = find_scopes(self.code.encode())
        characters = zip(self.code, _places(self.code), strict=True)
        self.places = [place for character, place in characters for _ in character.encode()]

    def lookup(self, line: int, column: int) -> OriginalPosition | None:
        before = [token for token in self.tokens if token[:2] <= (line, column)]
        if not before or before[-1][0] < line or len(before[-1]) == 2:
            return None
        source, original_line, original_column, name, function = self._meaning(before[-1])
        return OriginalPosition(source, "ab"[source], original_line, original_column, name, function)

    def _meaning(self, token):
        name = NAMES[token[5]] if len(token) > 5 else None
        return (*(token[2:5] or [None] * 3), name, self._function(token[:2]))

    def _function(self, place):
        if self.scopes is None or not len(self.scopes):
            return NoName.UNKNOWN
        around = None
        for scope in range(len(self.scopes)):
            end = self._place(self.scopes.end(scope))
            if self._place(self.scopes.start(scope)) <= place and (end is None or place < end):
                around = scope
        if around is None:
            return NoName.UNKNOWN
        pieces, end = self.scopes.pieces(around), self.scopes.end(around)
        name = original_scope_name(pieces, end, self._place, self._find)
        return NoName.ANONYMOUS if name is None else name

    def _place(self, offset: int):
        # Inside a character it is the next one's place.
        while 0 < offset < len(self.places) and self.places[offset] == self.places[offset - 1]:
            offset += 1
        return self.places[offset] if offset < len(self.places) else None

    def _find(self, line: int, column: int) -> FoundToken | None:
        last = bisect_right(self.tokens, (line, column), key=lambda token: token[:2]) - 1
        if last < 0:
            return None
        exact = [token for token in self.tokens if token[:2] == (line, column)]
        token = exact[0] if exact else self.tokens[last]
        original = token[2:5] or (NONE, NONE, NONE)
        return FoundToken(*token[:2], *original, NAMES[token[5]] if len(token) > 5 else None)


def _places(text: str):
    line = column = 0
    for character in text:
        yield line, column
        line, column = (line + 1, 0) if character == "\n" else (line, column + len(character.encode("utf-16-le")) // 2)


@given(code=codes, tokens=tokens_of_maps, places=st.lists(st.tuples(st.integers(0, 4), columns), max_size=20))
@example(code="b=()=>{}", tokens=[(0, 255, 0, 0, 0)], places=[])  # a text of eight bytes that ends with its function
def test_lookups_follow_the_rules_in_both_builds(code, tokens, places):
    tokens.sort(key=lambda token: token[0])
    text = map_of(mappings_of(tokens), sources=["a", "b"], names=NAMES)
    letter = Letter(code, sorted(tokens, key=lambda token: token[:2]))
    places += [token[:2] for token in tokens]
    for build in BUILDS:
        source_map = load("core.sourcemap.source_map", build).read_source_map(text, code.encode())
        for place in places:
            assert source_map.lookup(*place) == letter.lookup(*place), place


@given(code=codes)
def test_places_and_offsets_lead_to_each_other_in_both_builds(code):
    text, places = code.encode(), list(_places(code))
    for build in BUILDS:
        module = load("core.sourcemap.functions", build)
        survey = load("core.sourcemap.text_positions", build)
        blocks = module.numbers_buffer(2 * -(-len(text) // survey.BLOCK_SIZE))
        assert survey.survey_text(text, blocks)
        positions = survey.TextPositions(text, blocks)
        offset = 0
        for character, place in zip(code, places, strict=True):
            assert positions.position(offset) == place
            assert positions.offset(*place) == offset
            offset += len(character.encode())
        assert positions.position(offset) is None
