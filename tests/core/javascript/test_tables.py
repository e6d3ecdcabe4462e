from __future__ import annotations

import re
import unicodedata
from array import array

import pytest

from core.javascript import built_characters, grammar
from core.javascript.build_tables import (
    FUSED,
    ParseTable,
    built_tables,
    character_ranges,
    is_action,
    read_rules,
    word_table,
)
from core.javascript.characters import Character, First
from core.javascript.grammar import Action
from core.javascript.numbers import StepMode, TableLayout, TokenKind, TokenSlot
from core.javascript.tables import ParserTables, parser_tables, token_tables, unpacked

RULES = read_rules(grammar.RULES, grammar.START)


def test_every_rule_of_the_grammar_is_used():
    heads = re.findall(r"^(\w[\w\[\], ]*?) *(?::|$)", grammar.RULES, re.MULTILINE)
    written = {head.partition("[")[0].strip() for head in heads}
    assert {name.split("+")[0] for name in RULES} == written


def test_every_action_is_used():
    symbols = {symbol for options in RULES.values() for option in options for symbol in option.symbols}
    used = {symbol[1:] for symbol in symbols if is_action(symbol)}
    assert used == {action.name.lower() for action in Action} - {"nothing", "reject"}


def test_the_tables_are_those_of_the_grammar():
    """If not: python -m core.javascript.build_tables."""
    tables, words = built_tables()
    assert tables == parser_tables()
    assert words.words == token_tables(ascii_only=True).words
    assert bytes(words.kinds) == token_tables(ascii_only=True).word_kinds
    assert words.factor == token_tables(ascii_only=True).word_factor


def test_symbols_and_kinds_fit_into_the_tables():
    found = parser_tables()
    assert max(len(found.parse_table), len(found.steps)) < 1 << 16
    assert max(Action) < 1 << TableLayout.ACTION_BITS
    assert max(ParseTable().words.values()) < TableLayout.LINE_BREAK
    assert max(ParseTable().words.values()) < min(First)


def test_a_step_that_takes_no_token_comes_to_an_end():
    found = parser_tables()
    for symbol in range(0, len(found.parse_table), TableLayout.COLUMNS):
        for kind in range(TableLayout.COLUMNS):
            assert takes_or_ends(found, symbol, kind, frozenset())


def takes_or_ends(found: ParserTables, symbol: int, kind: int, before: frozenset[int]) -> bool:
    """Say whether the steps from ``symbol`` take a token or give up, without coming back to the same symbol."""
    step = found.parse_table[symbol + kind]
    if (
        found.steps[step + TableLayout.ACTIONS] == Action.REJECT
        or found.steps[step + TableLayout.MODE] != StepMode.STAY
    ):
        return True
    count = found.steps[step + TableLayout.COUNT]
    if symbol in before or not count:
        return symbol not in before
    return takes_or_ends(found, found.steps[step + TableLayout.SYMBOLS + count - 1], kind, before | {symbol})


def test_a_step_notes_a_token_somewhere_only_if_the_grammar_says_so():
    found = parser_tables()
    notes = {found.steps[step + TableLayout.NOTED] for step in set(found.parse_table)}
    places = {number & (1 << TableLayout.KIND_SHIFT) - 1 for number in notes}
    assert places == {TokenSlot.NOWHERE, TokenSlot.OPERAND, TokenSlot.KEY, TokenSlot.DECLARED}
    keys = {number >> TableLayout.KIND_SHIFT for number in notes if number & 0xFF == TokenSlot.KEY}
    assert keys == {
        TokenKind.IDENTIFIER,
        TokenKind.STRING,
        TokenKind.NUMBER,
        TokenKind.PRIVATE_NAME,
        TokenKind.CONSTRUCTOR,
    }


def test_all_symbols_that_are_fused_are_in_the_grammar():
    table = ParseTable()
    assert all(table.row(symbol) for symbol in FUSED)


def test_the_characters_are_those_of_the_newest_unicode():
    why = "a newer Unicode is out: run python -m core.javascript.build_tables, and raise FORMAT_VERSION of index files"
    assert unpacked("I", built_characters.CHARACTERS) == character_ranges(), why
    ours, pythons = (
        [int(number) for number in version.split(".")]
        for version in (built_characters.UNICODE_VERSION, unicodedata.unidata_version)
    )
    assert ours >= pythons, why


@pytest.mark.parametrize("code_point", [0x31350, 0x1C89, 0xA7CB], ids=["unicode-15", "unicode-16", "unicode-16-latin"])
def test_letters_of_late_unicodes_are_letters(code_point: int):
    flags = token_tables(ascii_only=False).character_flags[code_point]
    assert flags == Character.START | Character.PART


def test_each_word_has_a_slot_of_its_own():
    kinds = ParseTable().words
    table = word_table(kinds)
    for word, kind in kinds.items():
        spelling = word.encode().ljust(16, b"\0")
        slot = (int.from_bytes(spelling[:8], "little") * table.factor % 2**64) >> 56
        assert table.words[2 * slot : 2 * slot + 2].tobytes() == array("Q", spelling).tobytes()
        assert table.kinds[slot] == kind
