"""Names of functions as a source has them, and the parts that they are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from core.javascript.token_texts import identifier_name, number_text, string_value

PART_SIZE = 4
"""A part is four numbers: its kind and flags, where its text starts and ends, and the part around (0: none)."""
_KIND_MASK = 31
_MOST_PARTS = 100
"""Longer names are cut at the front: nobody reads them, and a program may have a million such functions."""
_LONGEST_NUMBER = 100
_IDENTIFIER = re.compile(r"(?!\d)[\w$\u200c\u200d]+\Z")
_WELL_KNOWN = re.compile(r"Symbol\s*\.\s*(\w+)\Z")
_CHAIN = re.compile(r"(?!\d)[\w$]+(?:\s*\.\s*(?!\d)[\w$]+)*\Z")
_STRING = re.compile(r"(['\"])(?:(?!\1)[^\\]|\\.)*\1\Z", re.DOTALL)
_TEMPLATE = re.compile(r"`([^`$\\]*)`\Z")
_COMPUTED = "<computed>"


class WrittenPart(IntEnum):
    """Kind of a part of a name."""

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


class WrittenPartFlag(IntEnum):
    """Flags of a part."""

    GETTER = 32
    SETTER = 64
    KEY = 128
    """It names a function by itself, not something around one."""


class Role(IntEnum):
    """Role of a name that stands before a function: see ``function_recorder``."""

    VARIABLE = 0
    MEMBER = 1
    PROTOTYPE = 2
    ENCLOSING = 3


class ExpressionKind(IntEnum):
    """Kind of an expression, as far as a function's name depends on it."""

    OTHER = 0
    PLAIN_NAME = 1
    MEMBER_ACCESS = 2
    CALL = 3
    NAMELESS_FUNCTION = 4
    """A function without a name of its own: the parser's ``result`` is its part."""
    NAMED_FUNCTION = 5
    """A function with a name of its own, likewise."""
    NAMELESS_CLASS = 6
    """A class without a name of its own, likewise."""


class FunctionUse(IntEnum):
    """Use of a function, which decides how it comes to its name."""

    DECLARED = 0
    EXPRESSED = 1
    DEFAULT_EXPORT = 2


@dataclass(frozen=True, slots=True)
class WrittenNames:
    """The names in a text, in UTF-8, by the numbers of their parts."""

    text: bytes
    parts: Sequence[int]

    def name(self, part: int) -> str | None:
        """Return the name of the function whose part is ``part``; None if it has none."""
        return self._name(part, _MOST_PARTS) or None

    def is_unknown(self, part: int) -> bool:
        """Say whether what ``part`` names wasn't read, so that nobody knows what is in there."""
        return self._kind(part) is WrittenPart.UNKNOWN

    def _name(self, part: int, depth: int) -> str:
        kind, around = self._kind(part), self._around(part)
        if depth == 0 or kind in {WrittenPart.ANONYMOUS, WrittenPart.UNKNOWN}:
            return ""
        if kind is WrittenPart.ALIAS:
            return self._name(around, depth - 1)
        if kind is WrittenPart.DEFAULT:
            return "default"
        if kind is WrittenPart.CONSTRUCTOR:
            class_name = self._name(around, depth - 1)
            return f"new {class_name}" if class_name else ""
        if kind is WrittenPart.STATIC:
            return ""
        if kind is WrittenPart.RECEIVER:
            return self._receiver(around, depth - 1)
        if kind is WrittenPart.OWN_NAME:
            return _joined(self._target_of(around, depth - 1), identifier_name(self._text(part)))
        return self._accessor(part) + self._member(part, kind, self._name(around, depth - 1))

    def _member(self, part: int, kind: WrittenPart, around: str) -> str:
        text = self._text(part)
        if kind is WrittenPart.STRING:
            text = string_value(text)
            is_bare = self._flags(part) & WrittenPartFlag.KEY and not _IDENTIFIER.match(text)
            return text if is_bare else _joined(around, text)
        if kind is WrittenPart.NUMBER:
            return _number_key(text)
        if kind in {WrittenPart.COMPUTED_KEY, WrittenPart.INDEX}:
            return self._computed(text.strip(), kind, around, is_key=bool(self._flags(part) & WrittenPartFlag.KEY))
        return _joined(around, identifier_name(text))

    def _computed(self, text: str, kind: WrittenPart, around: str, *, is_key: bool) -> str:
        """Return the name of a member whose key is an expression."""
        symbol = _WELL_KNOWN.match(text)
        if symbol:
            return f"{around}[Symbol.{symbol[1]}]"
        template = _TEMPLATE.match(text)
        if template or _STRING.match(text):
            key = template[1] if template else string_value(text)
            return key if is_key and not _IDENTIFIER.match(key) else _joined(around, key)
        if kind is WrittenPart.COMPUTED_KEY and _CHAIN.match(text):
            return f"{around}[{''.join(text.split())}]"
        return _joined(around, _COMPUTED)

    def _target_of(self, target: int, depth: int) -> str:
        """Return what is before the last name of a target: a function there has a name of its own."""
        if target == 0:
            return ""
        before = self._around(target)
        owner = self._text(before) if self._kind(before) is WrittenPart.NAME else ""
        if owner == "module" and self._text(target) == "exports":
            return ""
        if owner == "prototype":
            before = self._around(before)
        return self._name(before, depth)

    def _receiver(self, function: int, depth: int) -> str:
        """Return what ``this`` is in a function: an instance of it, or what it is a method of."""
        while self._kind(function) is WrittenPart.ALIAS:
            function = self._around(function)
        around = self._around(function)
        is_method = around and self._text(around)[:1].isupper() and not self._text(function)[:1].isupper()
        return self._name(around if is_method else function, depth)

    def _accessor(self, part: int) -> str:
        flags = self._flags(part)
        return "get " if flags & WrittenPartFlag.GETTER else "set " if flags & WrittenPartFlag.SETTER else ""

    def _text(self, part: int) -> str:
        at = PART_SIZE * part
        return self.text[self.parts[at + 1] : self.parts[at + 2]].decode("utf-8", "replace")

    def _kind(self, part: int) -> WrittenPart:
        return WrittenPart(self.parts[PART_SIZE * part] & _KIND_MASK)

    def _flags(self, part: int) -> int:
        return self.parts[PART_SIZE * part] & ~_KIND_MASK

    def _around(self, part: int) -> int:
        return self.parts[PART_SIZE * part + 3]


def _number_key(spelling: str) -> str:
    """Return the value of a number, or as it is spelt if that is no number, or longer than any that people write."""
    try:
        return number_text(spelling, "Infinity") if len(spelling) <= _LONGEST_NUMBER else spelling
    except (ArithmeticError, ValueError):
        return spelling


def _joined(around: str, name: str) -> str:
    return f"{around}.{name}" if around else name
