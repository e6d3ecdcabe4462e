"""Builder of ``built_tables`` and ``built_characters``: ``python -m core.javascript.build_tables`` after a change.

The parser is LL(1).  It keeps a stack of *symbols*: what it still expects, the nearest on top.  For each symbol and
each kind of token, the parse table has one *step*: what to do, whether to go on to the next token, and which symbols
replace the topmost.  Through how many rules a token is reached is worked out here, so that nearly every step takes a
token.

Some symbols are fused.  In ``f(a)``, the rest of an operand, the other operators and the other elements of an
expression may all come after the ``a``.  None does, and to find that out takes a step for each.  So symbols that go on
with what is below them on the stack are fused with that: where the first one ends is known then, and what is next does
its step at once.

Which characters names have and which are blanks is said by Unicode, so that answers don't depend on the Unicode of the
Python at hand.  The data is that of the package ``unicodedata2``, which is newer than any Python's, and needed for that
alone.
"""

from __future__ import annotations

import random
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import unicodedata2 as unicodedata

from core.javascript import grammar
from core.javascript.characters import RANGE_FLAGS, Character
from core.javascript.grammar import Action
from core.javascript.numbers import PUNCTUATION, OperandKind, StepMode, TableLayout, TokenKind, TokenSlot
from core.javascript.tables import ParserTables, packed_constant

_TABLES = Path(__file__).with_name("built_tables.py")
_CHARACTERS = Path(__file__).with_name("built_characters.py")

# the notation of the grammar

_COMMENT = re.compile(r"^#.*$", re.MULTILINE)
_RULE_START = re.compile(r"\n(?=\w)")
_BAR = re.compile(r"(?<!')\|(?!')")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a rule.

    ``symbols`` are the names of rules and tokens, and of actions with their ``@``.  ``lookahead`` is the token that
    selects the alternative without being part of it.
    """

    symbols: tuple[str, ...]
    lookahead: str | None = None
    same_line: bool = False


Rules = dict[str, list[Alternative]]


def read_rules(text: str, start: str) -> Rules:
    """Return the alternatives of ``start`` and of each rule it leads to.

    A rule with parameters comes once for each use of them: as ``rule+in`` where ``in`` is set, and so on.
    """
    templates = dict(_templates(text))
    rules: Rules = {}
    pending = [start]
    while pending:
        name = pending.pop()
        if is_rule(name) and name not in rules:
            rules[name] = list(_alternatives(templates, name))
            pending.extend(symbol for alternative in rules[name] for symbol in alternative.symbols)
    return rules


def is_rule(symbol: str) -> bool:
    """Say whether a symbol is the name of a rule, not a token or an action."""
    return symbol[0].islower()


def is_action(symbol: str) -> bool:
    """Say whether a symbol is something to do."""
    return symbol[0] == "@"


def _templates(text: str) -> Iterator[tuple[str, str]]:
    for rule in _RULE_START.split(_COMMENT.sub("", text)):
        head, _, body = rule.partition(":")
        if body:
            yield head.partition("[")[0].strip(), body


def _alternatives(templates: dict[str, str], name: str) -> Iterator[Alternative]:
    rule, *given = name.split("+")
    for alternative in _BAR.split(templates[rule]):
        words = alternative.split()
        conditions = words.pop(0)[1:-1].split(",") if words and words[0].startswith("[") else []
        if all((condition[0] == "+") == (condition[1:] in given) for condition in conditions):
            yield _alternative(words, given)


def _alternative(words: list[str], given: list[str]) -> Alternative:
    lookahead = next((word[1:] for word in words if word[0] == "&"), None)
    symbols = tuple(_instance(word, given) for word in words if word[0] not in "~&")
    return Alternative(symbols, lookahead, same_line="~" in words)


def _instance(word: str, given: list[str]) -> str:
    """Return the name of the copy of a rule that ``word`` refers to where the parameters ``given`` are set."""
    if not is_rule(word):
        return word
    name, _, parameters = word.partition("[")
    wanted = parameters.rstrip("]").split(",") if parameters else []
    return "+".join([name, *sorted(one[1:] for one in wanted if one[0] == "+" or one[1:] in given)])


# the parse table

_SPECIAL: dict[str, dict[int, int]] = {
    "NEVER": {},
    "REGEX": {TokenKind.SLASH: StepMode.REGEX, TokenKind.SLASH_EQUALS: StepMode.REGEX},
    "TEMPLATE_RESUME": {TokenKind.CLOSE_BRACE: StepMode.TEMPLATE_RESUME},
}
"""Tokens of the grammar that aren't one kind each: the kinds they start as, and how to go on from those."""


@dataclass(frozen=True, slots=True)
class TableStep:
    """Step for the topmost symbol, once the next token is known."""

    action: Action = Action.NOTHING
    mode: int = StepMode.STAY
    symbols: tuple[str, ...] = ()
    """What replaces the symbol, the nearest first."""
    same_line: bool = False
    """This step is for a token on the same line; elsewhere, the row's last step holds instead."""


REJECT = TableStep(mode=-1)  # unlike any other

TableRow = list[TableStep]
"""The steps from a symbol for each kind of token, and the one for a line break."""


class ParseTable:
    """Parse table: the rows of the grammar's symbols, each worked out when it's asked for."""

    def __init__(self) -> None:
        self.rules = read_rules(grammar.RULES, grammar.START)
        self.words = _numbered_words(self.rules)
        self.rows: dict[str, TableRow] = {}
        self.empties: dict[str, Alternative | None] = {}
        self.choices: dict[str, dict[str, Alternative]] = {}

    def row(self, symbol: str) -> TableRow:
        """Return the row of a symbol."""
        if symbol not in self.rows:
            self.rows[symbol] = self._row(symbol)
        return self.rows[symbol]

    def _kinds(self, token: str) -> dict[int, int]:
        """Return the kinds that ``token`` is or starts as, each with how to go on after it."""
        if token in _SPECIAL:
            return _SPECIAL[token]
        text = token.strip("'")
        return {self.words.get(text) or PUNCTUATION.get(text) or TokenKind[text]: StepMode.NEXT}

    def _empty_choice(self, rule: str) -> Alternative | None:
        """Return the alternative of ``rule`` that is taken when no token selects one."""
        if rule not in self.empties:
            self.empties[rule] = next((option for option in self.rules[rule] if self._may_be_empty(option)), None)
        return self.empties[rule]

    def _may_be_empty(self, option: Alternative) -> bool:
        return option.lookahead is None and all(
            is_action(symbol) or (is_rule(symbol) and self._empty_choice(symbol)) for symbol in option.symbols
        )

    def _choices(self, rule: str) -> dict[str, Alternative]:
        """Return which token selects which alternative of ``rule``."""
        if rule not in self.choices:
            chosen: dict[str, Alternative] = {}
            for option in self.rules[rule]:
                for token in self._first_tokens(option):
                    chosen.setdefault(token, option)
            self.choices[rule] = chosen
        return self.choices[rule]

    def _first_tokens(self, option: Alternative) -> list[str]:
        if option.lookahead:
            return [option.lookahead]
        found: list[str] = []
        for symbol in option.symbols:
            if not is_action(symbol):
                found += self._choices(symbol) if is_rule(symbol) else [symbol]
                if not (is_rule(symbol) and self._empty_choice(symbol)):
                    break
        return found

    def _row(self, symbol: str) -> TableRow:
        if is_action(symbol):
            return [TableStep(_action(symbol))] * TableLayout.COLUMNS
        if not is_rule(symbol):
            row = [REJECT] * TableLayout.COLUMNS
            for kind, mode in self._kinds(symbol).items():
                row[kind] = TableStep(mode=mode)
            return row
        empty = self._empty_choice(symbol)
        row = [self._step(empty, None, StepMode.STAY) if empty else REJECT] * TableLayout.COLUMNS
        # reversed, because a kind that several tokens start as goes to the first alternative, too
        for token, option in reversed(self._choices(symbol).items()):
            for kind, mode in self._kinds(token).items():
                row[kind] = self._step(option, token, mode)
        return row

    def _step(self, option: Alternative, token: str | None, mode: int) -> TableStep:
        """Return the step that takes ``option`` because ``token`` comes next, and the token with it if possible."""
        action = Action.NOTHING
        wanted = None if option.lookahead else token
        pending = list(option.symbols)
        while pending:
            symbol = pending[0]
            if is_action(symbol) and action is Action.NOTHING:
                action = _action(pending.pop(0))
            elif wanted and symbol == wanted:
                return self._made_step(action, mode, pending[1:], option)
            elif wanted and is_rule(symbol) and (inner := self._certain_choice(symbol, wanted)):
                pending[:1] = inner.symbols
                wanted = None if inner.lookahead else wanted
            else:
                break
        return self._made_step(action, StepMode.STAY, pending, option)

    def _certain_choice(self, rule: str, token: str) -> Alternative | None:
        """Return the alternative of ``rule`` that ``token`` selects, None if that depends on a line break."""
        option = self._choices(rule).get(token) or self._empty_choice(rule)
        return option if option and not option.same_line else None

    def _made_step(self, action: Action, mode: int, pending: list[str], option: Alternative) -> TableStep:
        return TableStep(action, mode, tuple(pending), option.same_line)


def _numbered_words(rules: Rules) -> dict[str, int]:
    symbols = {symbol for options in rules.values() for option in options for symbol in option.symbols}
    words = sorted(symbol.strip("'") for symbol in symbols if symbol.strip("'").isalpha() and symbol[0] == "'")
    words.sort(key=lambda word: word != TokenKind.CONSTRUCTOR.name.lower())
    return {word: TokenKind.CONSTRUCTOR + number for number, word in enumerate(words)}


def _action(symbol: str) -> Action:
    return Action[symbol[1:].upper()]


# fused symbols

FusedSymbol = tuple[str, ...]
"""Names of symbols, the nearest first."""

_LONGEST = 2
_NOTED: dict[Action, tuple[TokenSlot, int]] = {
    Action.NAME: (TokenSlot.OPERAND, OperandKind.NAME),
    Action.LET: (TokenSlot.OPERAND, OperandKind.LET),
    Action.THIS: (TokenSlot.OPERAND, OperandKind.THIS),
    Action.LITERAL: (TokenSlot.OPERAND, OperandKind.LITERAL),
    Action.VALUE: (TokenSlot.OPERAND, OperandKind.OTHER),
    Action.KEY: (TokenSlot.KEY, TokenKind.IDENTIFIER),
    Action.DECLARE: (TokenSlot.DECLARED, 0),
}
_KEY_KINDS = {TokenKind.STRING, TokenKind.NUMBER, TokenKind.PRIVATE_NAME, TokenKind.CONSTRUCTOR}
_NOTHING_NOTED: tuple[int, int] = (TokenSlot.NOWHERE, 0)
_IN_EXPRESSIONS = """
    target+in target+in+whole operation+in unary_operation+in operator+in choice+in
    value+in unary_value+in updated+in prefixed+in awaited+in assignment+in assignment+in+whole
    expression+in more_expression+in returned end initializer+in declarator+in declarators+in more_declarators+in
    statement body_statement label_or_expression argument array_item more_array_items group_item
    property properties more_properties word_property key_property
    @leave @key @close_array @close_group @close_object
"""
# Most steps are for these.  To fuse whatever can be would double the tables and save next to nothing.
FUSED = frozenset(_IN_EXPRESSIONS.split())


@dataclass(frozen=True, slots=True)
class FusedStep:
    """Step for the topmost fused symbol: as ``TableStep``, but for several symbols."""

    actions: tuple[Action, ...]
    """What to do, without notes."""
    noted: tuple[int, int]
    """Where the current token is noted after that, and what as: see ``TokenSlot``."""
    mode: int
    symbols: tuple[FusedSymbol, ...]
    same_line: bool = False


FusedRow = list[FusedStep | None]
"""The steps from a fused symbol as in ``TableRow``; None rejects the text."""


def fused_rows(parse_table: ParseTable, start: str) -> dict[FusedSymbol, FusedRow]:
    """Return the row of each symbol that ``start`` leads to, ``start`` being the first."""
    rows: dict[FusedSymbol, FusedRow] = {}
    pending: list[FusedSymbol] = [(start,)]
    for symbol in pending:
        if symbol not in rows:
            rows[symbol] = _fused_row(parse_table, symbol)
            pending += [one for step in rows[symbol] if step for one in step.symbols]
    return rows


def _fused_row(parse_table: ParseTable, symbol: FusedSymbol) -> FusedRow:
    row = [_fused_step(parse_table, symbol, kind) for kind in range(TableLayout.LINE_BREAK)]
    return [*row, _line_break_step(parse_table.row(symbol[0]), symbol)]


def _line_break_step(row: TableRow, symbol: FusedSymbol) -> FusedStep | None:
    step = row[TableLayout.LINE_BREAK]
    if step is REJECT:
        return None
    symbols = _fused((*step.symbols, *symbol[1:]))
    return FusedStep(_actions(step), _noted(step, TableLayout.LINE_BREAK), StepMode.STAY, symbols)


def _fused_step(parse_table: ParseTable, symbol: FusedSymbol, kind: int) -> FusedStep | None:
    """Return the steps from a symbol up to the one that takes a token of that kind, as one."""
    expected = symbol
    actions: tuple[Action, ...] = ()
    noted = _NOTHING_NOTED
    step = TableStep()
    while expected and step.mode == StepMode.STAY and not step.same_line:
        following = parse_table.row(expected[0])[kind]
        if following is REJECT:
            return None
        is_first = expected is symbol
        # The note is written last, so nothing can be done after it.
        is_full = noted != _NOTHING_NOTED or len(actions) + len(_actions(following)) > TableLayout.MAX_ACTIONS
        if (following.action and is_full) or (following.same_line and not is_first):
            break
        step = following
        actions = (*actions, *_actions(step))
        noted = _noted(step, kind) if _is_note(step.action) else noted
        expected = (*step.symbols, *expected[1:])
    return FusedStep(actions, noted, step.mode, _fused(expected), step.same_line)


def _actions(step: TableStep) -> tuple[Action, ...]:
    return (step.action,) if step.action and not _is_note(step.action) else ()


def _noted(step: TableStep, kind: int) -> tuple[int, int]:
    return _note(step.action, kind) if _is_note(step.action) else _NOTHING_NOTED


def _fused(expected: FusedSymbol) -> tuple[FusedSymbol, ...]:
    """Return the symbols that are expected, each fused with those after it where it should be."""
    symbols: list[FusedSymbol] = []
    for symbol in expected:
        last = symbols[-1] if symbols else ()
        is_full = len(symbols) == TableLayout.MAX_SYMBOLS
        if last and (is_full or (len(last) < _LONGEST and last[-1] in FUSED)):
            symbols[-1] = (*last, symbol)
        else:
            symbols.append((symbol,))
    return tuple(symbols)


def _is_note(action: Action) -> bool:
    """Say whether an action only notes the current token."""
    return action in _NOTED


def _note(action: Action, kind: int) -> tuple[TokenSlot, int]:
    """Return where an action notes a token of that kind, and what as."""
    slot, noted = _NOTED[action]
    return (slot, kind) if slot == TokenSlot.KEY and kind in _KEY_KINDS else (slot, noted)


# the table of words

SLOTS = 256
WORD_SIZE = 16
"""Words are compared as two numbers of eight bytes, the first byte being the lowest, and 0 behind the last."""


@dataclass(frozen=True, slots=True)
class WordTable:
    """Words by the slot that their first eight bytes have: what is left of their product with ``factor``, on top."""

    factor: int
    words: array[int]
    """The two numbers of each word, 0 where no word has the slot."""
    kinds: array[int]
    """The kind of each word."""


def word_table(kinds: dict[str, int]) -> WordTable:
    """Return a table of words with their kinds: each has a slot of its own."""
    numbers = {word: _numbers(word) for word in kinds}
    factor = _factor([first for first, _ in numbers.values()])
    words = array("Q", [0] * (2 * SLOTS))
    slot_kinds = array("B", [TokenKind.IDENTIFIER] * SLOTS)
    for word, (first, rest) in numbers.items():
        slot = _slot(first, factor)
        words[2 * slot : 2 * slot + 2] = array("Q", [first, rest])
        slot_kinds[slot] = kinds[word]
    return WordTable(factor, words, slot_kinds)


def _numbers(word: str) -> tuple[int, int]:
    spelling = word.encode().ljust(WORD_SIZE, b"\0")
    return int.from_bytes(spelling[:8], "little"), int.from_bytes(spelling[8:], "little")


def _slot(first: int, factor: int) -> int:
    return (first * factor & 0xFFFFFFFFFFFFFFFF) >> 56


def _factor(numbers: list[int]) -> int:
    """Return a factor that keeps the slots of some numbers apart: one in a few hundred does."""
    chance = random.Random(0)  # noqa: S311 (any factor will do, if it's always the same)
    while True:
        factor = chance.getrandbits(64) | 1
        if len({_slot(number, factor) for number in numbers}) == len(numbers):
            return factor


# characters beyond ASCII

_START_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
_PART_CATEGORIES = _START_CATEGORIES | {"Mn", "Mc", "Nd", "Pc"}
# Other_ID_Start, Other_ID_Continue and what Pattern_Syntax takes away, from Unicode's PropList.txt
ALSO_START = (0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C)
_ALSO_PART = (0xB7, 0x387, *range(0x1369, 0x1372), 0x19DA, 0x30FB, 0xFF65, 0x200C, 0x200D)
_NEITHER = (0x2E2F,)
_SPACES = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000, 0xFEFF)
_LINE_ENDS = (0x2028, 0x2029)
_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)


def character_ranges() -> array[int]:
    """Return where the characters start that are something else than those before.

    Each is ``RANGE_FLAGS`` times the code point, plus the ``Character`` flags from there on; 0 is before all.
    """
    flags = [0] * 0x80 + [_flags(code_point) for code_point in range(0x80, _VARIATION_SELECTORS.stop)] + [0]
    changes = [place for place, (before, after) in enumerate(pairwise(flags), 1) if before != after]
    return array("I", [RANGE_FLAGS * place + flags[place] for place in changes])


def _flags(code_point: int) -> int:
    if code_point in _SPACES:
        return Character.SPACE
    if code_point in _LINE_ENDS:
        return Character.LINE_END
    if code_point in _NEITHER:
        return 0
    category = unicodedata.category(chr(code_point))
    if category in _START_CATEGORIES or code_point in ALSO_START:
        return Character.START | Character.PART
    return Character.PART if category in _PART_CATEGORIES or code_point in _ALSO_PART else 0


# the files


def built_tables() -> tuple[ParserTables, WordTable]:
    """Return the tables for the grammar as it is."""
    parse_table = ParseTable()
    rows = fused_rows(parse_table, grammar.START)
    return _tables(rows), word_table(parse_table.words)


def _tables(rows: dict[FusedSymbol, FusedRow]) -> ParserTables:
    steps = list(dict.fromkeys(step for row in rows.values() for step in row))
    steps.sort(key=lambda step: step is not None and step.same_line)
    places = {step: TableLayout.STEP_SIZE * number for number, step in enumerate(steps)}
    symbols = {symbol: TableLayout.COLUMNS * number for number, symbol in enumerate(rows)}
    return ParserTables(
        array("H", [places[step] for row in rows.values() for step in row]),
        array("H", [number for step in steps for number in _packed(step, symbols)]),
        next(places[step] for step in steps if step and step.same_line),
    )


def _packed(step: FusedStep | None, symbols: dict[FusedSymbol, int]) -> list[int]:
    if step is None:
        return [Action.REJECT, *[0] * (TableLayout.STEP_SIZE - 1)]
    actions = sum(action << TableLayout.ACTION_BITS * place for place, action in enumerate(step.actions))
    expected = [symbols[symbol] for symbol in reversed(step.symbols)]
    padding = [0] * (TableLayout.MAX_SYMBOLS - len(expected))
    slot, kind = step.noted
    return [actions, step.mode, len(expected), slot | kind << TableLayout.KIND_SHIFT, *expected, *padding]


def _tables_text(tables: ParserTables, words: WordTable) -> str:
    lines = [
        '"""Tables of the parser and its words, for ``tables``.  Made by ``build_tables``."""',
        "",
        f"SAME_LINE_STEPS = {tables.same_line_steps}",
        f"WORD_FACTOR = 0x{words.factor:X}",
        packed_constant("PARSE_TABLE", tables.parse_table),
        packed_constant("STEPS", tables.steps),
        packed_constant("WORDS", words.words),
        packed_constant("WORD_KINDS", words.kinds),
        "",
    ]
    return "\n".join(lines)


def _characters_text() -> str:
    lines = [
        f'"""Characters of names and blanks in Unicode {unicodedata.unidata_version}.  Made by ``build_tables``."""',
        "",
        f'UNICODE_VERSION = "{unicodedata.unidata_version}"',
        packed_constant("CHARACTERS", character_ranges()),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    _TABLES.write_text(_tables_text(*built_tables()))
    _CHARACTERS.write_text(_characters_text())
