from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sourcemap.checkpoint import Field
from core.sourcemap.mappings_faults import FAULT_TEXTS
from core.sourcemap.vlq import DIGITS, count_tokens, decode_mappings
from core.text.kernel_errors import fault_place
from tests.core.sourcemap.encoding import vlq
from tests.kernels import BUILDS, load

NONE = 2**32 - 1
FAULT = "a fault"


def encoded(numbers):
    return "".join(map(vlq, numbers)).encode()


SMALL = st.integers(-15, 15)
NUMBERS = st.one_of(SMALL, SMALL, SMALL, st.integers(-600, 600), st.integers(-(2**19), 2**19), st.integers(0, 2**65))
FORWARD = st.one_of(st.integers(0, 15), st.integers(0, 15), st.integers(0, 600), st.integers(0, 2**31))
SAME = st.just(0)
ANY = st.integers(-2, 3)
USUAL = st.one_of(
    st.tuples(FORWARD, SAME, NUMBERS, NUMBERS),
    st.tuples(FORWARD, SAME, NUMBERS, NUMBERS, SAME),
    st.tuples(FORWARD, SAME, SMALL, SMALL, st.integers(0, 1)),
    st.tuples(FORWARD),
)
UNUSUAL = st.one_of(st.tuples(NUMBERS, ANY, NUMBERS, NUMBERS), st.tuples(NUMBERS, ANY, NUMBERS, NUMBERS, ANY))
BROKEN = st.sampled_from((b"g,", b"ggA,", b"A" * 6, b"!AAAA,", b"\xffA,", b"\x7fA,", b"gggggggggggggA,"))
SEPARATORS = st.sampled_from((b",", b",", b",", b",", b";", b",,", b";;;", b";" * 70))
PIECES = st.builds(
    lambda token, times, after: (token + b",") * times + token + after,
    USUAL.map(encoded),
    st.one_of(SAME, st.integers(0, 70)),
    SEPARATORS,
)
MAPPINGS = st.builds(
    lambda before, oddity, after: b"".join((*before, oddity, *after)),
    st.lists(PIECES, max_size=8),
    st.one_of(st.just(b""), UNUSUAL.map(encoded).map(lambda token: token + b","), BROKEN),
    st.lists(PIECES, max_size=8),
)


def survey(mappings, build, source_count, name_count, after=b'"}'):
    """Return how many tokens there are, whether they are in order, and all checkpoints; or where which fault is."""
    kernel = load("core.sourcemap.mappings_survey", build)
    survey = kernel.MappingsSurvey(b"{" + mappings + after, 1, 1 + len(mappings), source_count, name_count)
    checkpoints = memoryview(bytearray(4 * Field.SIZE * (len(mappings) + 1))).cast("I")
    answer = survey.write(checkpoints)
    if answer < 0:
        at, kind = fault_place(answer)
        return at - 1, FAULT_TEXTS[kind]
    return survey.token_count, survey.is_ordered, rows_of(checkpoints[:answer].tolist())


def rows_of(numbers):
    return [tuple(numbers[row : row + Field.SIZE]) for row in range(0, len(numbers), Field.SIZE)]


def expected_survey(mappings, source_count, name_count):
    """Return the same, made of all tokens decoded; or FAULT."""
    arrays = [array("I", [0]) * count_tokens(mappings, 0, len(mappings)) for _ in range(6)]
    if decode_mappings(mappings, 0, len(mappings), DIGITS, source_count, name_count, *arrays) < 0:
        return FAULT
    rows, sums, fields, at, place, is_ordered = [], (0, 0, 0, 0), 0, 0, (0, 0), True
    for number, (line, column, source, original_line, original_column, name) in enumerate(zip(*arrays, strict=True)):
        while mappings[at] in b",;":
            at += 1
        if not rows or number >= rows[-1][Field.NUMBER] + 64 or at + 1 >= rows[-1][Field.OFFSET] + 512:
            rows.append((at + 1, number, line, column, *sums, fields))
        is_ordered = is_ordered and place <= (line, column)
        place = line, column
        fields = 1 if source == NONE else 4 if name == NONE else 5
        if fields > 1:
            sums = source, original_line, original_column, sums[3] if name == NONE else name
        while at < len(mappings) and mappings[at] not in b",;":
            at += 1
    return len(arrays[0]), is_ordered, rows


@pytest.mark.parametrize("build", BUILDS)
@settings(max_examples=80)
@given(mappings=MAPPINGS, source_count=st.sampled_from((1, 0, 3)), name_count=st.sampled_from((2**31, 20, 0)))
def test_a_survey_finds_what_there_is_when_all_is_decoded(build, mappings, source_count, name_count):
    expected = expected_survey(mappings, source_count, name_count)
    found = survey(mappings, build, source_count, name_count)
    assert len(found) == 2 if expected == FAULT else found == expected


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("before", [0, 1, 3, 63, 64, 409, 410, 900])
@pytest.mark.parametrize(
    "token, offset, why",
    [
        pytest.param(b"AAA", 3, "a token has 1, 4 or 5 numbers", id="three-numbers"),
        pytest.param(b"AAAAAA", 5, "a token has 1, 4 or 5 numbers", id="six-numbers"),
        pytest.param(b"AAAg", 4, "the number is cut off", id="a-last-digit-is-missing"),
        pytest.param(b"AAAAA!", 5, "a token has 1, 4 or 5 numbers", id="a-stray-byte-is-a-digit"),
        pytest.param(b"AAAA!", 5, "the number is cut off", id="a-stray-byte-is-a-digit-that-more-follow"),
        pytest.param(b"AggggggggggggggA", 14, "the number has more than 13 digits", id="an-endless-number"),
        pytest.param(b"AEAAA", 0, "the token refers to a source that isn't there", id="a-source-too-many"),
        pytest.param(b"ADAA", 0, "the token refers to a source that isn't there", id="a-source-below-0"),
        pytest.param(b"AAAAgB", 0, "the token refers to a name that isn't there", id="a-name-too-many"),
        pytest.param(b"AAAAD", 0, "the token refers to a name that isn't there", id="a-name-below-0"),
    ],
)
def test_a_fault_is_found_at_its_place_wherever_that_is(build, before, token, offset, why):
    plain = b"EAAEA," * before
    assert survey(plain + token + b",AAAA", build, 2, 16) == (len(plain) + offset, why)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name_count, token", [(0, b"AAAA"), (1, b"AAAAA")])
def test_what_comes_after_the_mappings_is_none_of_them(build, name_count, token):
    for count in (1, 12, 13, 64, 820):
        mappings = b",".join([token] * count)
        for after in (b'"', b'"' + b"," * 63, b'"' + b"AAAA," * 80):
            assert survey(mappings, build, 1, name_count, after) == expected_survey(mappings, 1, name_count)


@pytest.mark.parametrize("build", BUILDS)
def test_a_column_beyond_32_bits_starts_again(build):
    mappings = vlq(2**32 - 20).encode() + b"AAA,eAAA" + b",eAAA" * 3
    assert survey(mappings, build, 1, 0) == expected_survey(mappings, 1, 0)
    assert not survey(mappings, build, 1, 0)[1]
