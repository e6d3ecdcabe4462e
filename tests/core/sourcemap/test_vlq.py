from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedMappings, MalformedSourceMap
from tests.core.sourcemap.encoding import ALPHABET, mappings_of
from tests.kernels import BUILDS, load

NONE = 2**32 - 1
U32 = st.integers(0, 2**32 - 1)


def decoded(mappings, build="compiled", sources=1, names=1, ranges=""):
    """Return the tokens of ``mappings``, short of the parts they don't have; with the range flag if there are any."""
    text = mappings if isinstance(mappings, bytes) else mappings.encode()
    document = load("core.sourcemap.map_document", build)
    tokens = load("core.sourcemap.decoded_map", build).decode_tokens(
        document.Mappings(text, 0, len(text), ranges.encode()), sources, names
    )
    rows = zip(*tokens.arrays(), strict=True)
    flags = tokens.ranges or bytes(len(tokens))
    rows = [row[:2] if row[2] == NONE else row[:5] if row[5] == NONE else row for row in rows]
    return [(*row, flag) for row, flag in zip(rows, flags, strict=True)] if ranges else rows


@pytest.fixture(params=BUILDS)
def build(request):
    return request.param


@pytest.mark.parametrize(
    "mappings, tokens",
    [
        pytest.param("", [], id="nothing"),
        pytest.param("A", [(0, 0)], id="one-number-is-unmapped"),
        pytest.param("CAAA", [(0, 1, 0, 0, 0)], id="four-numbers-are-mapped"),
        pytest.param("AAAAA", [(0, 0, 0, 0, 0, 0)], id="five-numbers-have-a-name"),
        pytest.param(",,AAAA,,", [(0, 0, 0, 0, 0)], id="empty-tokens-are-skipped"),
        pytest.param(";;AAAA;", [(2, 0, 0, 0, 0)], id="empty-lines-count"),
        pytest.param("CAAA;CACA", [(0, 1, 0, 0, 0), (1, 1, 0, 1, 0)], id="only-the-column-starts-again"),
        pytest.param("AAAC,C,CAAC", [(0, 0, 0, 0, 1), (0, 1), (0, 2, 0, 0, 2)], id="unmapped-tokens-keep-the-state"),
        pytest.param("DAAA", [(0, NONE, 0, 0, 0)], id="columns-wrap"),
        pytest.param("AADA", [(0, 0, 0, NONE, 0)], id="original-lines-wrap"),
        pytest.param("AADD", [(0, 0, 0, NONE, NONE)], id="mapped-although-both-wrap"),
        pytest.param("KAAA,FAAC", [(0, 3, 0, 0, 1), (0, 5, 0, 0, 0)], id="columns-out-of-order-are-sorted"),
        pytest.param(
            "CAAA,AACA,DAAA,AACA",
            [(0, 0, 0, 1, 0), (0, 0, 0, 2, 0), (0, 1, 0, 0, 0), (0, 1, 0, 1, 0)],
            id="equal-ones-keep-their-order",
        ),
        pytest.param("B", [(0, 0)], id="minus-zero"),
        pytest.param("ggggggI", [(0, 0)], id="2-to-the-32nd-is-zero"),
        pytest.param("+/////H", [(0, NONE)], id="all-of-32-bits"),
        pytest.param("CggggggggggggA", None, id="14-digits-is-two-numbers"),
        pytest.param("CggggggggggggB,A", None, id="14-digits-and-more"),
        pytest.param("ggggggggggggA", [(0, 0)], id="13-digits"),
        pytest.param("gggggggggggg/", None, id="13-digits-and-on"),
        pytest.param("AAA-A", [(0, 0, 0, 0, NONE - 14)], id="minus-is-a-digit"),
        pytest.param("AAAA, CAAC", [(0, 0, 0, 0, 0), (0, NONE - 46, 0, 0, 1)], id="a-space-is-a-digit"),
        pytest.param("AAA\x7fA", [(0, 0, 0, 0, 15)], id="del-is-a-plus"),
        pytest.param("AAA+A", [(0, 0, 0, 0, 15)], id="plus"),
    ],
)
def test_tokens(mappings, tokens, build):
    if tokens is None:
        with pytest.raises(MalformedMappings):
            decoded(mappings, build)
    else:
        assert decoded(mappings, build) == tokens


@pytest.mark.parametrize(
    "mappings, offset, why",
    [
        pytest.param("AAAA,AA", 7, "a token has 1, 4 or 5 numbers", id="two-numbers"),
        pytest.param("AAA", 3, "a token has 1, 4 or 5 numbers", id="three-numbers"),
        pytest.param("AAAAAA", 5, "a token has 1, 4 or 5 numbers", id="six-numbers"),
        pytest.param("AAA,A", 3, "a token has 1, 4 or 5 numbers", id="three-numbers-and-a-comma"),
        pytest.param("A;ADAA", 2, "the token refers to a source that isn't there", id="source-below-zero"),
        pytest.param("ACAA", 0, "the token refers to a source that isn't there", id="source-past-the-end"),
        pytest.param("AAAAD", 0, "the token refers to a name that isn't there", id="name-below-zero"),
        pytest.param("AAAAC", 0, "the token refers to a name that isn't there", id="name-past-the-end"),
        pytest.param("AAAA,g", 6, "the number is cut off", id="cut-off-at-the-end"),
        pytest.param("g,A", 1, "the number is cut off", id="cut-off-by-a-comma"),
        pytest.param("Ag;A", 2, "the number is cut off", id="cut-off-by-a-semicolon"),
        pytest.param("AAAA!", 5, "the number is cut off", id="a-foreign-byte-goes-on"),
        pytest.param("ggggggggggggggA", 13, "the number has more than 13 digits", id="14-digits"),
        pytest.param("AA=A", 4, "a token has 1, 4 or 5 numbers", id="an-equals-sign-is-a-digit"),
    ],
)
def test_error_names_the_byte(mappings, offset, why, build):
    with pytest.raises(MalformedMappings) as raised:
        decoded(mappings, build)
    assert (raised.value.offset, raised.value.why) == (offset, why)


@pytest.mark.parametrize(
    "mappings, ranges, flags",
    [
        pytest.param("AAAA,CAAC,CAAC", "F", [1, 0, 1], id="lowest-bit-first"),
        pytest.param(",AAAA,,CAAC", "K", [1, 1], id="empty-places-take-a-bit"),
        pytest.param("AAAA;AACA", ";B", [0, 1], id="by-line"),
        pytest.param("A,C,C,C,C,C,C,C", "gD", [0, 0, 0, 0, 0, 1, 1, 1], id="six-bits-a-digit"),
        pytest.param("AAAA;AACA", "B", [1, 0], id="fewer-lines"),
        pytest.param("AAAA;AACA", "B;;;", [1, 0], id="more-lines"),
        pytest.param("KAAA,FAAC", "B", [1, 0], id="flags-are-sorted-with-their-tokens"),
        pytest.param("AAAA,CAAC,CAAC", "AC", [1, 0, 1], id="steps-from-0"),
        pytest.param("AAAA,CAAC,CAAC", "BC", [1, 0, 1], id="steps-from-1"),
        pytest.param("AAAA,CAAC,CAAC", "AB", [1, 1, 0], id="steps-of-neighbours"),
        pytest.param("AAAA,CAAC,CAAC,CAAC", "BC", [0, 1, 0, 1], id="steps-from-0-where-both-fit"),
        pytest.param("," + ",".join(["AAAA"] * 40), "AgB", [1, *[0] * 31, 1, *[0] * 7], id="steps-of-two-digits"),
        pytest.param("AAAA;,AACA,,CAAC", "B;C", [1, 0, 1], id="steps-count-tokens-not-places"),
        pytest.param("AAAA,CAAC", "A" + "ggggggggB", [0, 0], id="a-step-beyond-32-bits"),
        pytest.param("AAAA,CAAC", "A" + "hgggggggA", [1, 1], id="a-step-with-leading-zeros"),
    ],
)
def test_ranges(mappings, ranges, flags, build):
    assert [token[-1] for token in decoded(mappings, build, ranges=ranges)] == flags


@pytest.mark.parametrize("ranges", [
    *("!", ",", "B-", "\x7f", " ", "A;!", "!;B"),  # no digits, on whatever line
    *("E", "BA", "AA", "Q", ";B", "B;;A"),  # beyond the tokens of the line, or steps of nothing
    *("g", "Ag", "B;g"),  # cut off
])  # fmt: skip
def test_ranges_that_make_no_sense_are_none(ranges, build):
    assert [token[-1] for token in decoded("AAAA,C", build, ranges=ranges)] == [0, 0]


@pytest.mark.parametrize("value", range(32))
def test_alphabet(value, build):
    magnitude = value >> 1
    assert decoded(ALPHABET[value], build) == [(0, -magnitude % 2**32 if value & 1 else magnitude)]


position = st.tuples(st.integers(0, 5), U32)
unmapped = position
mapped = st.tuples(st.integers(0, 5), U32, st.integers(0, 2), U32, U32)
named = st.tuples(st.integers(0, 5), U32, st.integers(0, 2), U32, U32, st.integers(0, 2))
token_lists = st.lists(unmapped | mapped | named, max_size=30)


@given(tokens=token_lists)
def test_what_was_encoded_comes_back_in_both_builds(tokens):
    tokens.sort(key=lambda token: token[0])
    expected = sorted(tokens, key=lambda token: token[:2])
    for build in BUILDS:
        assert decoded(mappings_of(tokens), build, sources=3, names=3) == expected


@given(
    mappings=st.binary(max_size=60) | st.text(alphabet="ACDg9/,;!", max_size=60), ranges=st.text("AB/,;!", max_size=6)
)
def test_garbage_raises_our_error_and_no_other_and_both_builds_agree(mappings, ranges):
    assert outcome(mappings, "interpreted", ranges) == outcome(mappings, "compiled", ranges)


def outcome(mappings, build, ranges):
    try:
        return decoded(mappings, build, ranges=ranges)
    except MalformedSourceMap as error:
        return str(error)


@given(tokens=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_sorting_is_stable_in_both_builds(tokens):
    expected = sorted(range(len(tokens)), key=tokens.__getitem__)
    for build in BUILDS:
        arrays = load("core.sourcemap.token_arrays", build)
        lines, columns = (array("I", [token[part] for token in tokens]) for part in (0, 1))
        order, entries, spare = (array(code, [0] * len(tokens)) for code in "IQQ")
        arrays.sort_order(lines, columns, order, entries, spare, array("I", bytes(1024)))
        assert order.tolist() == expected
