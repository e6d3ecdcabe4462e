"""Symbols that are expected one after another, joined into one.

In ``f(a)``, the rest of an operand, the other operators and the other elements of an expression may all come after the
``a``.  None does, and to find that out takes a step for each.  So symbols that go on with what is below them on the
stack are joined with that: where the first one ends is known then, and what is next does its step at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.javascript.grammar import Action
from core.javascript.numbers import OperandKind, StepMode, TableLayout, TokenKind, TokenSlot
from core.javascript.predictions import REJECT, Predictions, Row, Step

Sequence = tuple[str, ...]
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
# Most steps are for these.  To join whatever can be would double the tables and save next to nothing.
JOINED = frozenset(_IN_EXPRESSIONS.split())


@dataclass(frozen=True, slots=True)
class JoinedStep:
    """What to do about the topmost sequence: as ``predictions.Step``, but for several symbols."""

    actions: tuple[Action, ...]
    """What to do, without notes."""
    noted: tuple[int, int]
    """Where the current token is noted after that, and what as: see ``TokenSlot``."""
    mode: int
    sequences: tuple[Sequence, ...]
    same_line: bool = False


JoinedRow = list[JoinedStep | None]
"""The steps from a sequence as in ``predictions.Row``; None rejects the text."""


def joined_rows(predictions: Predictions, start: str) -> dict[Sequence, JoinedRow]:
    """Return the row of each sequence that ``start`` leads to, ``start`` being the first."""
    rows: dict[Sequence, JoinedRow] = {}
    pending: list[Sequence] = [(start,)]
    for sequence in pending:
        if sequence not in rows:
            rows[sequence] = _joined_row(predictions, sequence)
            pending += [one for step in rows[sequence] if step for one in step.sequences]
    return rows


def _joined_row(predictions: Predictions, sequence: Sequence) -> JoinedRow:
    row = [_joined_step(predictions, sequence, kind) for kind in range(TableLayout.LINE_BREAK)]
    return [*row, _line_break_step(predictions.row(sequence[0]), sequence)]


def _line_break_step(row: Row, sequence: Sequence) -> JoinedStep | None:
    step = row[TableLayout.LINE_BREAK]
    if step is REJECT:
        return None
    symbols = _joined((*step.symbols, *sequence[1:]))
    return JoinedStep(_actions(step), _noted(step, TableLayout.LINE_BREAK), StepMode.STAY, symbols)


def _joined_step(predictions: Predictions, sequence: Sequence, kind: int) -> JoinedStep | None:
    """Return the steps from a sequence up to the one that takes a token of that kind, as one."""
    expected = sequence
    actions: tuple[Action, ...] = ()
    noted = _NOTHING_NOTED
    step = Step()
    while expected and step.mode == StepMode.STAY and not step.same_line:
        following = predictions.row(expected[0])[kind]
        if following is REJECT:
            return None
        is_first = expected is sequence
        # The note is written last, so nothing can be done after it.
        is_full = noted != _NOTHING_NOTED or len(actions) + len(_actions(following)) > TableLayout.MAX_ACTIONS
        if (following.action and is_full) or (following.same_line and not is_first):
            break
        step = following
        actions = (*actions, *_actions(step))
        noted = _noted(step, kind) if _is_note(step.action) else noted
        expected = (*step.symbols, *expected[1:])
    return JoinedStep(actions, noted, step.mode, _joined(expected), step.same_line)


def _actions(step: Step) -> tuple[Action, ...]:
    return (step.action,) if step.action and not _is_note(step.action) else ()


def _noted(step: Step, kind: int) -> tuple[int, int]:
    return _note(step.action, kind) if _is_note(step.action) else _NOTHING_NOTED


def _joined(expected: Sequence) -> tuple[Sequence, ...]:
    """Return the symbols that are expected, each joined with those after it where it should be."""
    sequences: list[Sequence] = []
    for symbol in expected:
        last = sequences[-1] if sequences else ()
        is_full = len(sequences) == TableLayout.MAX_SYMBOLS
        if last and (is_full or (len(last) < _LONGEST and last[-1] in JOINED)):
            sequences[-1] = (*last, symbol)
        else:
            sequences.append((symbol,))
    return tuple(sequences)


def _is_note(action: Action) -> bool:
    """Say whether an action only notes the current token."""
    return action in _NOTED


def _note(action: Action, kind: int) -> tuple[TokenSlot, int]:
    """Return where an action notes a token of that kind, and what as."""
    slot, noted = _NOTED[action]
    return (slot, kind) if slot == TokenSlot.KEY and kind in _KEY_KINDS else (slot, noted)
