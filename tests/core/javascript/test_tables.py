from __future__ import annotations

import re
import unicodedata
from array import array
from enum import IntEnum
from pathlib import Path

import pytest

from core.javascript import (
    actions,
    built_characters,
    characters,
    grammar,
    kinds,
    marks,
    parts,
    sequences,
    shapes,
    steps,
    unicode_names,
)
from core.javascript.actions import Action
from core.javascript.characters import Character, First
from core.javascript.grammar_rules import is_action, read_rules
from core.javascript.marks import Place
from core.javascript.packing import unpacked
from core.javascript.predictions import Predictions
from core.javascript.shapes import Key
from core.javascript.steps import Layout, Mode
from core.javascript.tables import Tables, javascript_tables
from core.javascript.tables_writer import built_tables
from core.javascript.token_tables import token_tables
from core.javascript.word_table import word_table
from core.source_names import parts as source_names_parts
from core.source_names import tokens
from core.sourcemap import checkpoint, section_fields, token_shapes

RULES = read_rules(grammar.RULES, grammar.START)


@pytest.mark.parametrize(
    "module",
    [
        actions,
        characters,
        kinds,
        marks,
        parts,
        shapes,
        steps,
        checkpoint,
        section_fields,
        token_shapes,
        source_names_parts,
        tokens,
    ],
    ids=lambda module: module.__name__,
)
def test_the_compiler_is_told_the_same_numbers(module):
    declared: dict[str, dict[str, int]] = {}
    for line in Path(module.__file__).with_suffix(".pxd").read_text().splitlines():
        if enum := re.fullmatch(r"cdef enum (\w+):", line):
            declared[enum[1]] = {}
        elif member := re.fullmatch(r"    (\w+) = (\d+)", line):
            declared[list(declared)[-1]][member[1]] = int(member[2])
    enums = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, IntEnum)]
    enums = [one for one in enums if one.__module__ == module.__name__]
    assert declared == {
        enum.__name__: {name: int(one) for name, one in enum.__members__.items()} for enum in enums if list(enum)
    }


def test_every_rule_of_the_grammar_is_used():
    heads = re.findall(r"^(\w[\w\[\], ]*?) *(?::|$)", grammar.RULES, re.MULTILINE)
    written = {head.partition("[")[0].strip() for head in heads}
    assert {name.split("+")[0] for name in RULES} == written


def test_every_action_is_used():
    symbols = {symbol for options in RULES.values() for option in options for symbol in option.symbols}
    used = {symbol[1:] for symbol in symbols if is_action(symbol)}
    assert used == {action.name.lower() for action in actions.Action} - {"nothing", "reject"}


def test_the_tables_are_those_of_the_grammar():
    """If not: python -m core.javascript.tables_writer."""
    tables, words = built_tables()
    assert tables == javascript_tables()
    assert words.words == token_tables(ascii_only=True).words
    assert bytes(words.kinds) == token_tables(ascii_only=True).word_kinds
    assert words.factor == token_tables(ascii_only=True).word_factor


def test_symbols_and_kinds_fit_into_the_tables():
    found = javascript_tables()
    assert max(len(found.predictions), len(found.steps)) < 1 << 16
    assert max(Action) < 1 << Layout.ACTION_BITS
    assert max(Predictions().words.values()) < Layout.LINE_BREAK
    assert max(Predictions().words.values()) < min(First)


def test_a_step_that_takes_no_token_comes_to_an_end():
    found = javascript_tables()
    for symbol in range(0, len(found.predictions), Layout.COLUMNS):
        for kind in range(Layout.COLUMNS):
            assert takes_or_ends(found, symbol, kind, frozenset())


def takes_or_ends(found: Tables, symbol: int, kind: int, before: frozenset[int]) -> bool:
    """Say whether the steps from ``symbol`` take a token or give up, without coming back to the same symbol."""
    step = found.predictions[symbol + kind]
    if found.steps[step + Layout.ACTIONS] == Action.REJECT or found.steps[step + Layout.MODE] != Mode.STAY:
        return True
    count = found.steps[step + Layout.COUNT]
    if symbol in before or not count:
        return symbol not in before
    return takes_or_ends(found, found.steps[step + Layout.SYMBOLS + count - 1], kind, before | {symbol})


def test_a_step_notes_a_token_somewhere_only_if_the_grammar_says_so():
    found = javascript_tables()
    marks = {found.steps[step + Layout.MARK] for step in set(found.predictions)}
    places = {number & (1 << Layout.SHAPE_SHIFT) - 1 for number in marks}
    assert places == {Place.NOWHERE, Place.OPERAND, Place.KEY, Place.DECLARED}
    assert {number >> Layout.SHAPE_SHIFT for number in marks if number & 0xFF == Place.KEY} == set(Key) - {Key.COMPUTED}


def test_all_symbols_that_are_joined_are_in_the_grammar():
    predictions = Predictions()
    assert all(predictions.row(symbol) for symbol in sequences.JOINED)


def test_the_characters_are_those_of_the_newest_unicode():
    why = "a newer Unicode is out: run python -m core.javascript.unicode_names, and raise FORMAT_VERSION of index files"
    assert unpacked("I", built_characters.CHARACTERS) == unicode_names.character_ranges(), why
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
    kinds = Predictions().words
    table = word_table(kinds)
    for word, kind in kinds.items():
        spelling = word.encode().ljust(16, b"\0")
        slot = (int.from_bytes(spelling[:8], "little") * table.factor % 2**64) >> 56
        assert table.words[2 * slot : 2 * slot + 2].tobytes() == array("Q", spelling).tobytes()
        assert table.kinds[slot] == kind
