from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.control_characters import visible, visible_json, visible_text


@pytest.mark.parametrize("line, expected", [
    pytest.param("Cart.add\tcart.js:1:2", "Cart.add\tcart.js:1:2", id="plain"),
    pytest.param("\x1b]0;title\x07", r"\x1b]0;title\x07", id="title-of-the-window"),
    pytest.param("\x9b2J", r"\x9b2J", id="one-byte-control-sequence"),
    pytest.param("a\rb\nc", r"a\x0db\x0ac", id="line-ends"),
    pytest.param("a\u202eb", r"a\u202eb", id="right-to-left"),
    pytest.param("naïve 😀 кот", "naïve 😀 кот", id="letters-of-all-kinds"),
])  # fmt: skip
def test_control_characters_of_a_line_are_shown(line, expected):
    assert visible(line) == expected


@pytest.mark.parametrize("text, expected", [
    pytest.param("at f (\x1b[36ma.js\x1b[39m:1:2)\r\n\tat g", None, id="colours-and-line-ends-stay"),
    pytest.param("\x1b[2J\x1b[31mred", "\\x1b[2J\x1b[31mred", id="other-sequences-do-not"),
    pytest.param("10%\r20%", r"10%\x0d20%", id="a-line-that-is-written-over"),
])  # fmt: skip
def test_control_characters_of_a_text_are_shown(text, expected):
    assert visible_text(text) == (text if expected is None else expected)


@given(st.text())
def test_json_says_the_same_without_control_characters(text):
    document = visible_json(json.dumps({"name": text}, ensure_ascii=False, indent=2))
    assert json.loads(document) == {"name": text}
    assert visible(document.replace("\n", "")) == document.replace("\n", "")
