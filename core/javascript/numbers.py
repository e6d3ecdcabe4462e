"""Numbers that the kernels and the tables of the parser share.

Compiled kernels know them from ``numbers.pxd``, which ``make enums`` writes.  C has one namespace for the members of
all enums of a file, so no two members here have the same name; those of ``grammar.Action`` would.
"""

from __future__ import annotations

from enum import IntEnum


class TokenKind(IntEnum):
    """Kind of a token.  Words that the grammar names have kinds of their own, from ``CONSTRUCTOR`` on."""

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
    "(": TokenKind.OPEN_PAREN,
    ")": TokenKind.CLOSE_PAREN,
    "[": TokenKind.OPEN_BRACKET,
    "]": TokenKind.CLOSE_BRACKET,
    "{": TokenKind.OPEN_BRACE,
    "}": TokenKind.CLOSE_BRACE,
    ",": TokenKind.COMMA,
    ";": TokenKind.SEMICOLON,
    ":": TokenKind.COLON,
    ".": TokenKind.DOT,
    "...": TokenKind.ELLIPSIS,
    "?": TokenKind.QUESTION,
    "?.": TokenKind.OPTIONAL_CHAIN,
    "=>": TokenKind.ARROW,
    "=": TokenKind.EQUALS,
    "/": TokenKind.SLASH,
    "/=": TokenKind.SLASH_EQUALS,
    "*": TokenKind.STAR,
    "**": TokenKind.POWER,
}
"""How the kinds are spelt that have one spelling."""


class TokenSlot(IntEnum):
    """Slots of the noted tokens: the offset of a token, and then its kind.

    The parser loop notes where a token starts that may matter later.  Each step writes to one of the slots, or to
    NOWHERE: that costs less than to find out whether it should, which nobody could predict.
    """

    NOWHERE = 0
    OPERAND = 2
    """The operand just read, if it is a single token."""
    OPERAND_KIND = 3
    KEY = 4
    """The key of the property or the member of a class just read."""
    KEY_KIND = 5
    """Its first token: ``IDENTIFIER`` for any word but ``constructor``, ``OPEN_BRACKET`` for a computed key."""
    DECLARED = 6
    """The name of the variable just read."""
    SIZE = 8


class OperandKind(IntEnum):
    """Kind of the operand just read: what it may be the target or the head of."""

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


class FunctionFlag(IntEnum):
    """Flags of the function around: what is allowed in it."""

    YIELD = 1
    YIELD_IN_BODY = 2
    """The function is a generator, but its parameters aren't over."""
    AWAIT = 4
    SUPER = 8


class Modifier(IntEnum):
    """Flags of a member: the words before its key."""

    GET = 1
    SET = 2
    ASYNC = 4
    GENERATOR = 8


class NamePart(IntEnum):
    """Kind of a part of a name: a link of the chain from a scope outward (``scope_names`` walks it)."""

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
    TARGET_NAME = 16
    """The first part of an assignment's target: the identifier it starts with."""
    TARGET_THIS = 17
    NAMED_MEMBER = 18
    LITERAL_INDEX = 19
    """``[k]`` where k is one literal or identifier, at the offset."""
    COMPUTED_INDEX = 20
    """``[k]`` where k is anything else.  Its offset is the INDEX."""
    PRIVATE_MEMBER = 21
    FUNCTION_NAME = 22
    CLASS = 23


class PartFlag(IntEnum):
    """Flags of a part that turn out later.  Bits above the ``NamePart``."""

    WHOLE = 32
    """The bracket is a whole element of the bracket around it."""
    PATTERN = 64
    """The bracket is a destructuring pattern, or the parameters of an arrow function."""
    HAS_METHODS = 128
    """A method is in the bracket, so it can't be a pattern."""
    ONLY_PARAMETERS = 256
    """The parentheses can only be parameters."""
    ELEMENT = 512
    """The assignment is a whole element of the bracket around it: if that is a pattern, it's a default value."""


class TableLayout(IntEnum):
    """Sizes and places in the tables of the parser.  A symbol is known by where its row starts, a step likewise."""

    COLUMNS = 128
    """The row of a symbol has steps: one for each kind of token, and …"""
    LINE_BREAK = 127
    """… the last for a symbol that wanted to stay on its line when the line has ended."""
    STEP_SIZE = 8
    ACTIONS = 0
    """A step consists of: what to do (as many bits for each action, the first one lowest), …"""
    MODE = 1
    """… how to go on, …"""
    COUNT = 2
    """… how many symbols replace the topmost, …"""
    NOTED = 3
    """… where the token is noted (and above, what as), …"""
    SYMBOLS = 4
    """… and those symbols, the nearest one last."""
    MAX_SYMBOLS = 4
    MAX_ACTIONS = 2
    ACTION_BITS = 8
    KIND_SHIFT = 8


class StepMode(IntEnum):
    """Way that a step goes on."""

    STAY = 0
    NEXT = 1
    REGEX = 2
    """To the token after the regular expression that starts with the current one."""
    TEMPLATE_RESUME = 3
    """To the part of a template after the hole that ends with the current one."""
