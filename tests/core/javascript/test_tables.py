from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from core.javascript import actions, characters, grammar, kinds, parts, shapes, steps
from core.javascript.grammar_rules import is_action, read_rules
from core.javascript.steps import Layout, Mode, Special
from core.javascript.tables import Tables, javascript_tables
from core.javascript.word_table import word_table
from core.sourcemap import checkpoint, token_shapes

RULES = read_rules(grammar.RULES, grammar.START)


@pytest.mark.parametrize(
    "module",
    [actions, characters, kinds, parts, shapes, steps, checkpoint, token_shapes],
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
    assert used == {action.name.lower() for action in actions.Action} - {"nothing"}


def test_symbols_and_kinds_fit_into_the_tables():
    found = javascript_tables()
    assert len(found.predictions) // Layout.COLUMNS <= 256
    assert max(found.words.values()) < Layout.COLUMNS - 1
    assert max(found.steps[Layout.COUNT :: Layout.STEP_SIZE]) <= Layout.MAX_SYMBOLS


def test_a_step_that_takes_no_token_comes_to_an_end():
    found = javascript_tables()
    for symbol in range(len(found.predictions) // Layout.COLUMNS):
        for kind in range(Layout.COLUMNS):
            assert takes_or_ends(found, symbol, kind, frozenset())


def takes_or_ends(found: Tables, symbol: int, kind: int, before: frozenset[int]) -> bool:
    """Say whether the steps from ``symbol`` take a token or give up, without coming back to the same symbol."""
    step = found.predictions[symbol * Layout.COLUMNS + kind]
    if step in {Special.REJECT, Special.POP} or found.steps[step + Layout.MODE] != Mode.STAY:
        return True
    count = found.steps[step + Layout.COUNT]
    return symbol not in before and (
        count == 0 or takes_or_ends(found, found.steps[step + Layout.SYMBOLS + count - 1], kind, before | {symbol})
    )


def test_each_word_has_a_slot_of_its_own():
    words = javascript_tables().words
    table, (first, last) = word_table(words)
    for word, kind in words.items():
        at = 16 * ((ord(word[0]) + first * ord(word[1]) + last * ord(word[-1]) + len(word)) % 256)
        assert table[at : at + 2 + len(word)] == bytes([len(word), kind]) + word.encode()
