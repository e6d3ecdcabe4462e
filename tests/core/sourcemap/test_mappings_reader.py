import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MalformedMappings
from tests.core.sourcemap.encoding import mappings_of
from tests.kernels import BUILDS, load

NONE = 2**32 - 1
SOURCES = NAMES = 40
NUMBERS = st.one_of(st.integers(0, 15), st.integers(0, 600), st.integers(0, NONE))
PLACES = st.tuples(st.integers(0, 3), NUMBERS)
MEANINGS = st.tuples(st.integers(0, SOURCES - 1), NUMBERS, NUMBERS)
TOKENS = st.lists(
    st.one_of(
        PLACES,
        st.builds(lambda *parts: sum(parts, ()), PLACES, MEANINGS),
        st.builds(lambda *parts: (*sum(parts, ()), 3), PLACES, MEANINGS),
        st.builds(lambda *parts: (*sum(parts, ()), NAMES - 1), PLACES, MEANINGS),
    ),
    max_size=300,
)


def read_all(mappings, build, sources=SOURCES, names=NAMES):
    """Return all tokens of ``mappings`` as a reader finds them, None if they aren't in order."""
    document = load("core.sourcemap.map_document", build).Mappings(mappings + b'"', 0, len(mappings), b"")
    encoded = load("core.sourcemap.encoded_mappings", build).survey_mappings(document, sources, names)
    if encoded is None:
        return None
    reader = encoded.reader()
    found = [reader.token(number) for number in range(encoded.token_count)]
    return [
        (each.line, each.column, each.source, each.original_line, each.original_column, each.name) for each in found
    ]


def decode_all(mappings, sources=SOURCES, names=NAMES):
    document = load("core.sourcemap.map_document", "compiled").Mappings(mappings, 0, len(mappings), b"")
    tokens = load("core.sourcemap.decoded_map", "compiled").decode_tokens(document, sources, names)
    return list(zip(*tokens.arrays(), strict=True))


@pytest.mark.parametrize("build", BUILDS)
@settings(max_examples=40)
@given(tokens=TOKENS, repeated=st.integers(1, 3))
def test_tokens_read_from_any_place_are_those_that_are_there(build, tokens, repeated):
    tokens = sorted(tokens * repeated, key=lambda token: token[:2])
    mappings = mappings_of(tokens).encode()
    assert read_all(mappings, build) == decode_all(mappings)


@pytest.mark.parametrize("build", BUILDS)
@settings(max_examples=60)
@given(tokens=st.lists(st.text("ACDgh/;,", min_size=1, max_size=9), max_size=60), counts=st.integers(0, 2))
def test_what_cannot_be_decoded_is_refused_and_nothing_else(build, tokens, counts):
    mappings = ",".join(tokens).encode()
    expected = decoded_or_refused(lambda: decode_all(mappings, counts, counts))
    found = decoded_or_refused(lambda: read_all(mappings, build, counts, counts))
    assert found is None or found == expected


def decoded_or_refused(decode):
    try:
        return decode()
    except MalformedMappings:
        return "refused"


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("columns, in_order", [((3, 5, 5), True), ((3, 5, 4), False), ((0, 600, 599), False)])
def test_tokens_out_of_order_are_noticed_wherever_they_are(build, columns, in_order):
    for before in (0, 1, 62, 63, 64, 65, 127, 128):
        tokens = [(0, 0, 0, place, 0) for place in range(before)] + [(0, column, 0, 0, 0) for column in columns]
        found = read_all(mappings_of(tokens).encode(), build)
        assert (found is not None) == in_order
