"""What the names of functions are made of."""

from __future__ import annotations

from enum import IntEnum

PART_SIZE = 4
"""A part is four numbers: its kind and flags, where its text starts and ends, and the part around (0: none)."""


class Part(IntEnum):
    """The kind of a part."""

    ANONYMOUS = 0
    """A function that nothing names, or not yet."""
    NAME = 1
    STRING = 2
    """A string that names something, with its quotes."""
    NUMBER = 3
    PRIVATE_NAME = 4
    COMPUTED_KEY = 5
    """What is in the brackets of a key."""
    INDEX = 6
    """What is in the brackets behind something."""
    ALIAS = 7
    """The same name as the part around."""
    OWN_NAME = 8
    """The name a function expression gives itself: it stands in the place of the last one around."""
    CONSTRUCTOR = 9
    """What makes an instance of the class that is the part around: its constructor, or its fields."""
    STATIC = 10
    """What runs when the class that is the part around is made."""
    DEFAULT = 11
    """What is exported as such, and has no name."""
    RECEIVER = 12
    """What ``this`` is in the function that is the part around."""
    UNKNOWN = 13
    """Something that wasn't read, because it is nested too deeply."""


class Flag(IntEnum):
    """What else there is to say of a part."""

    GETTER = 32
    SETTER = 64
    KEY = 128
    """It names a function by itself, not something around one."""


class Role(IntEnum):
    """How a name comes to stand before a function: see ``recorder``."""

    VARIABLE = 0
    MEMBER = 1
    PROTOTYPE = 2
    ENCLOSING = 3
