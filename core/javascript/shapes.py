"""What ``scope_recorder`` remembers about the operand, the function and the member it is in."""

from __future__ import annotations

from enum import IntEnum


class Shape(IntEnum):
    """What the operand just read looks like: what it may be the target or the head of."""

    OTHER = 0
    NAME = 1
    LET = 2
    """The word ``let``: it can be assigned to, but isn't a parameter."""
    LITERAL = 3
    MEMBER = 4
    BRACKETS = 5
    """An array or object literal, or a destructuring pattern."""
    METHODS = 6
    """The same with a method somewhere, so it's no pattern."""
    PARENTHESES = 7
    THIS = 8


class Key(IntEnum):
    """What the key of a property or a member looks like."""

    WORD = 0
    STRING = 1
    NUMBER = 2
    PRIVATE = 3
    CONSTRUCTOR = 4
    """The name ``constructor``."""
    COMPUTED = 5


class Function(IntEnum):
    """What is allowed in the function around."""

    YIELD = 1
    YIELD_IN_BODY = 2
    """The function is a generator, but its parameters aren't over."""
    AWAIT = 4
    SUPER = 8


class Modifier(IntEnum):
    """What is before the key of a member."""

    GET = 1
    SET = 2
    ASYNC = 4
    GENERATOR = 8
