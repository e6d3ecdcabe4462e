"""What is to be done while a text is recognised."""

from __future__ import annotations

from enum import IntEnum


class Action(IntEnum):
    """What the grammar has done besides accepting tokens: ``scope_recorder`` does it, but for what only marks a token.

    Those that do are in ``marks``; the parser loop does them itself.
    """

    NOTHING = 0
    # operands
    NAME = 1
    LET = 2
    THIS = 3
    LITERAL = 4
    VALUE = 5
    NAMED_MEMBER = 6
    PRIVATE_MEMBER = 7
    UNNAMED_MEMBER = 8
    OPEN_INDEX = 9
    CLOSE_INDEX = 10
    WHOLE = 11
    # assignments
    ASSIGN = 12
    ASSIGN_ELEMENT = 13
    COMPOUND = 14
    DECLARE = 15
    OPEN_DECLARATOR = 16
    FOR_TARGET = 17
    LEAVE = 18
    # brackets
    OPEN_GROUP = 19
    OPEN_ASYNC_GROUP = 20
    ONLY_PARAMETERS = 21
    CLOSE_GROUP = 22
    CLOSE_ASYNC_GROUP = 23
    OPEN_ARRAY = 24
    CLOSE_ARRAY = 25
    OPEN_OBJECT = 26
    CLOSE_OBJECT = 27
    # functions
    ARROW = 28
    OPEN_FUNCTION = 29
    OPEN_ASYNC_FUNCTION = 30
    GENERATOR = 31
    FUNCTION_NAME = 32
    OPEN_BODY = 33
    CLOSE_FUNCTION = 34
    END_FUNCTION = 35
    # classes
    OPEN_CLASS = 36
    CLASS_DECLARATION = 37
    CLASS_EXPRESSION = 38
    OPEN_CLASS_BODY = 39
    CLOSE_CLASS = 40
    # members of classes and object literals
    MEMBER = 41
    KEY = 42
    OPEN_KEY = 43
    CLOSE_KEY = 44
    ASYNC_METHOD = 45
    GENERATOR_METHOD = 46
    GETTER = 47
    SETTER = 48
    OPEN_METHOD = 49
    OPEN_PROPERTY_METHOD = 50
    PROPERTY = 51
    FIELD = 52
    # what only some places allow
    YIELD = 53
    SUPER_MEMBER = 54
    BARE_AWAIT = 55
    LINE_BREAK = 56
    SAME_LINE = 57
    LET_AS_NAME = 58
    REJECT = 59
    """The text is no program."""
