"""Texts that are too long to be copied into frames."""

from __future__ import annotations

import orjson
import pytest

from core.sourcemap.json_strings import CUT, LONGEST_TEXT, name_text, short_json_string, short_text
from core.sourcemap.source_map import read_source_map

LONG = 1 << 20


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("a", id="ascii"),
        pytest.param("ä", id="two-bytes"),
        pytest.param("猫", id="three-bytes"),
        pytest.param("🐈", id="four-bytes"),
        pytest.param('"', id="escaped-quote"),
        pytest.param("\\", id="escaped-backslash"),
        pytest.param("\x01", id="escaped-control-character"),
    ],
)
@pytest.mark.parametrize("before", range(4))
def test_the_start_of_a_string_is_kept_in_whole_characters(unit, before):
    whole = "x" * before + unit * LONGEST_TEXT
    literal = orjson.dumps(whole)
    text = short_json_string(b"[" + literal + b"]", 1, 1 + len(literal))
    assert text.endswith(CUT)
    assert whole.startswith(text.removesuffix(CUT))
    assert LONGEST_TEXT - 16 < len(orjson.dumps(text.removesuffix(CUT))) <= LONGEST_TEXT + 1


@pytest.mark.parametrize("before", range(12))
def test_a_pair_of_escaped_surrogates_is_not_parted(before):
    literal = b'"' + b"x" * before + rb"\ud83d\ude00" * LONGEST_TEXT + b'"'
    assert set(short_json_string(literal, 0, len(literal)).removesuffix(CUT).lstrip("x")) == {"😀"}


def test_what_is_short_stays_as_it_is():
    assert short_text("a" * LONGEST_TEXT) == "a" * LONGEST_TEXT
    literal = b'"' + b"a" * (LONGEST_TEXT - 2) + b'"'
    assert short_json_string(literal, 0, len(literal)) == "a" * (LONGEST_TEXT - 2)


def test_a_map_with_long_names_gives_frames_short_ones():
    text = orjson.dumps(
        {
            "version": 3,
            "sourceRoot": "r" * LONG,
            "sources": ["s" * LONG],
            "names": ["n" * LONG],
            "mappings": "AAAAA",
        }
    )
    position = read_source_map(text, b"x()").lookup(0, 0)
    assert position is not None
    assert position.name == "n" * (LONGEST_TEXT - 1) + CUT
    assert position.file.startswith("r" * 1000)
    assert len(position.file) < 3 * LONGEST_TEXT


def test_blanks_behind_a_name_are_no_name():
    text = b'{"version":3,"sources":["a"%b],"names":["b"%b,3%b],"mappings":"AAAAA,CAACC"}'
    blanks = b" " * LONG
    source_map = read_source_map(text % (blanks, blanks, blanks))
    assert [source_map.lookup(0, column).name for column in (0, 1)] == ["b", ""]
    assert source_map.sources == ("a",)


@pytest.mark.parametrize(
    "literal, expected",
    [
        pytest.param(b'"a\\u0062"', "ab", id="string"),
        pytest.param(b"7", "7", id="integer"),
        pytest.param(b"-7", "-7", id="negative-integer"),
        pytest.param(b"18446744073709551615", "18446744073709551615", id="largest-integer"),
        pytest.param(b"18446744073709551616", "1.8446744073709552e+19", id="one-more-is-a-double"),
        pytest.param(b"-9223372036854775808", "-9223372036854775808", id="smallest-integer"),
        pytest.param(b"-9223372036854775809", "-9.223372036854776e+18", id="one-less-is-a-double"),
        pytest.param(b"1" + b"0" * 300, "1e+300", id="integer-of-300-digits"),
        pytest.param(b"1.0", "1.0", id="whole-double-keeps-a-decimal"),
        pytest.param(b"1e2", "100.0", id="exponent-makes-a-double"),
        pytest.param(b"0.00001", "0.00001", id="smallest-without-exponent"),
        pytest.param(b"1.25e-5", "0.0000125", id="small-without-exponent"),
        pytest.param(b"0.0001", "0.0001", id="where-python-starts-to-do-without"),
        pytest.param(b"0.0000001", "1e-7", id="exponent-has-no-zero-in-front"),
        pytest.param(b"-1.5e-10", "-1.5e-10", id="exponent-of-two-digits"),
        pytest.param(b"1e15", "1000000000000000.0", id="largest-without-exponent"),
        pytest.param(b"1e16", "1e+16", id="smallest-with-exponent"),
        pytest.param(b"1e21", "1e+21", id="plus-sign-in-the-exponent"),
        pytest.param(b"12345678901234567890123", "1.2345678901234568e+22", id="many-digits"),
        pytest.param(b"-0", "-0.0", id="minus-zero"),
        pytest.param(b"-0.0", "-0.0", id="minus-zero-as-double"),
        pytest.param(b"0", "0", id="zero"),
        pytest.param(b"0.0", "0.0", id="zero-as-double"),
        pytest.param(b"1e-999", "0.0", id="too-small-for-a-double"),
        pytest.param(b"null", "", id="null-is-empty"),
        pytest.param(b"true", "", id="true-is-empty"),
        pytest.param(b"[1]", "", id="array-is-empty"),
        pytest.param(b"{}", "", id="object-is-empty"),
    ],
)
def test_text_of_a_name(literal, expected):
    assert name_text(literal) == expected
