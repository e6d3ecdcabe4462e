"""What the parser loop notes on its own: where a token starts that may matter later, and what it is.

There are a few places for that.  Each step writes to one of them, or to NOWHERE: that costs less than to find out
whether it should, which nobody could predict.
"""

from __future__ import annotations

from enum import IntEnum

from core.javascript.actions import Action
from core.javascript.kinds import Kind
from core.javascript.shapes import Key, Shape


class Place(IntEnum):
    """The places: the offset of a token, and then what it is."""

    NOWHERE = 0
    OPERAND = 2
    """The operand just read, if it is a single token."""
    SHAPE = 3
    KEY = 4
    """The key of the property or the member of a class just read."""
    KEY_SHAPE = 5
    DECLARED = 6
    """The name of the variable just read."""
    SIZE = 8


_MARKS: dict[Action, tuple[Place, int]] = {
    Action.NAME: (Place.OPERAND, Shape.NAME),
    Action.LET: (Place.OPERAND, Shape.LET),
    Action.THIS: (Place.OPERAND, Shape.THIS),
    Action.LITERAL: (Place.OPERAND, Shape.LITERAL),
    Action.VALUE: (Place.OPERAND, Shape.OTHER),
    Action.KEY: (Place.KEY, Key.WORD),
    Action.DECLARE: (Place.DECLARED, 0),
}
_KEYS: dict[int, Key] = {
    Kind.STRING: Key.STRING,
    Kind.NUMBER: Key.NUMBER,
    Kind.PRIVATE_NAME: Key.PRIVATE,
    Kind.CONSTRUCTOR: Key.CONSTRUCTOR,
}


def is_mark(action: Action) -> bool:
    """Say whether an action only notes the current token."""
    return action in _MARKS


def mark(action: Action, kind: int) -> tuple[Place, int]:
    """Return where an action notes a token of that kind, and what as."""
    place, shape = _MARKS[action]
    return (place, _KEYS.get(kind, shape)) if place == Place.KEY else (place, shape)
