from __future__ import annotations

import pytest

from core.javascript.token_texts import identifier_name, number_text, string_value


@pytest.mark.parametrize(
    "spelling, name",
    [
        pytest.param("abc", "abc", id="plain"),
        pytest.param(r"\u0061b", "ab", id="escape-of-four-digits"),
        pytest.param(r"a\u{62}", "ab", id="escape-in-braces"),
    ],
)
def test_identifier_name(spelling: str, name: str):
    assert identifier_name(spelling) == name


@pytest.mark.parametrize(
    "spelling, value",
    [
        pytest.param("'a\"b'", 'a"b', id="the-other-quote"),
        pytest.param(r"'a\'b'", "a'b", id="escaped-quote"),
        pytest.param(r'"a\\b"', r"a\b", id="escaped-backslash"),
        pytest.param(r'"\n\t\v\b\f\r\q"', "\n\t\v\b\f\rq", id="single-character-escapes"),
        pytest.param(r'"\x41\0\101\377"', "A\0A\xff", id="hexadecimal-and-octal"),
        pytest.param(r'"\08"', "\x008", id="octal-stops-at-eight"),
        pytest.param('"a\\\r\nb\\\u2028c"', "abc", id="continued-on-the-next-line"),
        pytest.param(r'"\ud83d\ude00"', "😀", id="a-surrogate-pair-is-one-character"),
        pytest.param(r'"\ud800"', r"\u{D800}", id="a-lone-surrogate-is-written-out"),
        pytest.param(r'"\u{1F600}"', "😀", id="code-point"),
    ],
)
def test_string_value(spelling: str, value: str):
    assert string_value(spelling) == value


@pytest.mark.parametrize(
    "spelling, text",
    [
        pytest.param("1.50", "1.5", id="no-trailing-zeros"),
        pytest.param("1.0", "1", id="no-fraction-of-zero"),
        pytest.param(".5", "0.5", id="a-digit-before-the-point"),
        pytest.param("5.", "5", id="a-point-at-the-end"),
        pytest.param("1e21", "1" + "0" * 21, id="never-an-exponent"),
        pytest.param("1e-7", "0.0000001", id="nor-a-negative-one"),
        pytest.param("1_000", "1000", id="separators"),
        pytest.param("0x1F", "31", id="hexadecimal"),
        pytest.param("0b11", "3", id="binary"),
        pytest.param("0o17", "15", id="octal"),
        pytest.param("017", "15", id="legacy-octal"),
        pytest.param("089", "89", id="no-octal-after-all"),
        pytest.param("9007199254740993", "9007199254740992", id="rounded-to-a-double"),
        pytest.param("1e999", "oo", id="too-large"),
        pytest.param("0x1" + "0" * 300, "oo", id="too-large-in-hexadecimal"),
        pytest.param("0x1fn", "31n", id="bigint"),
        pytest.param("9" * 5000 + "n", "9" * 5000 + "n", id="bigint-of-thousands-of-digits"),
    ],
)
def test_number_text(spelling: str, text: str):
    assert number_text(spelling, "oo") == text
