"""What names are made of."""

from __future__ import annotations

from enum import IntEnum


class Part(IntEnum):
    """What a part of a name is: a link of the chain from a scope outward (``scope_names`` walks it)."""

    ROOT = 0
    """Nothing further out names anything: the file, or the function around."""
    OBJECT = 1
    ARRAY = 2
    GROUP = 3
    """Parentheses that may be the parameters of an arrow function."""
    INDEX = 4
    """The brackets of ``a[b]``.  Its offset is the part of the assignment's target it belongs to, 0 if there's none."""
    PROPERTY = 5
    OBJECT_METHOD = 6
    OBJECT_GETTER = 7
    OBJECT_SETTER = 8
    METHOD = 9
    GETTER = 10
    SETTER = 11
    COMPUTED_KEY = 12
    """A key in brackets, of a member that is no method."""
    CLASS_EXPRESSION = 13
    CLASS_DECLARATION = 14
    DECLARATOR = 15
    IDENTIFIER = 16
    """The first part of an assignment's target: the identifier it starts with."""
    THIS = 17
    NAMED_MEMBER = 18
    LITERAL_INDEX = 19
    """``[k]`` where k is one literal or identifier, at the offset."""
    COMPUTED_INDEX = 20
    """``[k]`` where k is anything else.  Its offset is the INDEX."""
    PRIVATE_MEMBER = 21
    FUNCTION_NAME = 22
    CLASS = 23


class Flag(IntEnum):
    """What turned out later about a part.  Bits above the ``Part``."""

    WHOLE = 32
    """The bracket is a whole element of the bracket around it."""
    PATTERN = 64
    """The bracket is a destructuring pattern, or the parameters of an arrow function."""
    METHODS = 128
    """A method is in the bracket, so it can't be a pattern."""
    ONLY_PARAMETERS = 256
    """The parentheses can only be parameters."""
    ELEMENT = 512
    """The assignment is a whole element of the bracket around it: if that is a pattern, it's a default value."""
