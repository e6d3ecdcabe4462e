"""The kinds of tokens."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a token is.  Words that the grammar names have kinds of their own, from ``CONSTRUCTOR`` on."""

    END = 0
    INVALID = 1
    """No token: whatever comes here, the text can't be parsed."""
    IDENTIFIER = 2
    ESCAPED_KEYWORD = 3
    """A reserved word spelt with an escape: good for naming a property and nothing else."""
    PRIVATE_NAME = 4
    NUMBER = 5
    STRING = 6
    TEMPLATE = 7
    """The characters of a template up to its closing backquote."""
    TEMPLATE_HOLE = 8
    """The characters of a template up to the next ``${``."""
    BROKEN_TEMPLATE = 9
    """As TEMPLATE, with an escape that means nothing: allowed after a tag only."""
    BROKEN_TEMPLATE_HOLE = 10
    OPEN_PAREN = 11
    CLOSE_PAREN = 12
    OPEN_BRACKET = 13
    CLOSE_BRACKET = 14
    OPEN_BRACE = 15
    CLOSE_BRACE = 16
    COMMA = 17
    SEMICOLON = 18
    COLON = 19
    DOT = 20
    ELLIPSIS = 21
    QUESTION = 22
    OPTIONAL_CHAIN = 23
    ARROW = 24
    """``=>``, on the same line as what is before it."""
    EQUALS = 25
    COMPOUND = 26
    """An operator that assigns, except ``=`` and ``/=``."""
    SLASH = 27
    """``/``: whether it divides or starts a regular expression is for the grammar to say."""
    SLASH_EQUALS = 28
    STAR = 29
    POWER = 30
    SIGN = 31
    """``+`` or ``-``: the operators that take one operand or two."""
    NOT = 32
    """``!`` or ``~``."""
    UPDATE = 33
    """``++`` or ``--``."""
    PREFIX_UPDATE = 34
    """The same after a line break, where it can't belong to what is before."""
    BINARY = 35
    """An operator between two values that has no other use."""
    CONSTRUCTOR = 36


PUNCTUATION = {
    "(": Kind.OPEN_PAREN,
    ")": Kind.CLOSE_PAREN,
    "[": Kind.OPEN_BRACKET,
    "]": Kind.CLOSE_BRACKET,
    "{": Kind.OPEN_BRACE,
    "}": Kind.CLOSE_BRACE,
    ",": Kind.COMMA,
    ";": Kind.SEMICOLON,
    ":": Kind.COLON,
    ".": Kind.DOT,
    "...": Kind.ELLIPSIS,
    "?": Kind.QUESTION,
    "?.": Kind.OPTIONAL_CHAIN,
    "=>": Kind.ARROW,
    "=": Kind.EQUALS,
    "/": Kind.SLASH,
    "/=": Kind.SLASH_EQUALS,
    "*": Kind.STAR,
    "**": Kind.POWER,
}
"""How the kinds are spelt that have one spelling."""
