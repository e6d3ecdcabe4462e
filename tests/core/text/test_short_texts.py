"""Texts that are too long to be copied into frames."""

from __future__ import annotations

import orjson
import pytest

from core.sourcemap.source_map import read_source_map
from core.text.short_texts import CUT, LONGEST_TEXT, short_json_string, short_text

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
