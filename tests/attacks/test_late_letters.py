"""Identifiers of the newest Unicode are identifiers, whatever Python knows of them."""

from __future__ import annotations

import pytest

from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import map_of, mappings_of


@pytest.mark.parametrize(
    "letter", ["\U00031350", "\u1c89", "\ua7cb"], ids=["unicode-15", "unicode-16", "unicode-16-latin"]
)
def test_a_function_with_a_late_letter_has_its_name(letter: str):
    code = f"function {letter}(){{throw 1}}"
    column = len(code[: code.index("throw")].encode("utf-16-le")) // 2
    tokens = [(0, 0, 0, 0, 0), (0, len("function "), 0, 0, len("function ")), (0, column, 0, 0, column)]
    source_map = read_source_map(map_of(mappings_of(tokens)), code.encode())
    position = source_map.lookup(0, column)
    assert position is not None
    assert position.function == letter
