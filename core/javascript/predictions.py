"""From the grammar to predictions: what to do about each symbol, whatever token comes next.

The recogniser keeps a stack of *symbols*: what it still expects, the nearest on top.  For each symbol and each kind
of token there is one *step*: what to do, whether to go on to the next token, and which symbols replace the topmost.
This is an LL(1) parser, but for one thing: through how many rules a token is reached is worked out here, so that
nearly every step takes a token.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.javascript import grammar
from core.javascript.grammar import Action
from core.javascript.grammar_rules import Alternative, Rules, is_action, is_rule, read_rules
from core.javascript.numbers import PUNCTUATION, StepMode, TableLayout, TokenKind

_SPECIAL: dict[str, dict[int, int]] = {
    "NEVER": {},
    "REGEX": {TokenKind.SLASH: StepMode.REGEX, TokenKind.SLASH_EQUALS: StepMode.REGEX},
    "TEMPLATE_RESUME": {TokenKind.CLOSE_BRACE: StepMode.TEMPLATE_RESUME},
}
"""Tokens of the grammar that aren't one kind each: the kinds they start as, and how to go on from those."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do about the topmost symbol, once the next token is known."""

    action: Action = Action.NOTHING
    mode: int = StepMode.STAY
    symbols: tuple[str, ...] = ()
    """What replaces the symbol, the nearest first."""
    same_line: bool = False
    """This step is for a token on the same line; elsewhere, the row's last step holds instead."""


REJECT = Step(mode=-1)  # unlike any other

Row = list[Step]
"""The steps from a symbol for each kind of token, and the one for a line break."""


class Predictions:
    """The rows of the grammar's symbols, each worked out when it's asked for."""

    def __init__(self) -> None:
        self.rules = read_rules(grammar.RULES, grammar.START)
        self.words = _numbered_words(self.rules)
        self.rows: dict[str, Row] = {}
        self.empties: dict[str, Alternative | None] = {}
        self.choices: dict[str, dict[str, Alternative]] = {}

    def row(self, symbol: str) -> Row:
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

    def _row(self, symbol: str) -> Row:
        if is_action(symbol):
            return [Step(_action(symbol))] * TableLayout.COLUMNS
        if not is_rule(symbol):
            row = [REJECT] * TableLayout.COLUMNS
            for kind, mode in self._kinds(symbol).items():
                row[kind] = Step(mode=mode)
            return row
        empty = self._empty_choice(symbol)
        row = [self._step(empty, None, StepMode.STAY) if empty else REJECT] * TableLayout.COLUMNS
        # reversed, because a kind that several tokens start as goes to the first alternative, too
        for token, option in reversed(self._choices(symbol).items()):
            for kind, mode in self._kinds(token).items():
                row[kind] = self._step(option, token, mode)
        return row

    def _step(self, option: Alternative, token: str | None, mode: int) -> Step:
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

    def _made_step(self, action: Action, mode: int, pending: list[str], option: Alternative) -> Step:
        return Step(action, mode, tuple(pending), option.same_line)


def _numbered_words(rules: Rules) -> dict[str, int]:
    symbols = {symbol for options in rules.values() for option in options for symbol in option.symbols}
    words = sorted(symbol.strip("'") for symbol in symbols if symbol.strip("'").isalpha() and symbol[0] == "'")
    words.sort(key=lambda word: word != TokenKind.CONSTRUCTOR.name.lower())
    return {word: TokenKind.CONSTRUCTOR + number for number, word in enumerate(words)}


def _action(symbol: str) -> Action:
    return Action[symbol[1:].upper()]
