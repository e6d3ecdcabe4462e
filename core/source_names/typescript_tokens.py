"""Tokens of TypeScript, JSX and JavaScript, as far as the names of functions depend on them, and the lexer's tables."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from string import ascii_letters, digits


class Lexeme(IntEnum):
    """Kind of a token."""

    END = 0
    NAME = 1
    """An identifier or a keyword: see ``Word``."""
    PRIVATE_NAME = 2
    STRING = 3
    NUMBER = 4
    BACKQUOTE = 5
    """The start of a template, or its end."""
    OPEN_PAREN = 6
    CLOSE_PAREN = 7
    OPEN_BRACKET = 8
    CLOSE_BRACKET = 9
    OPEN_BRACE = 10
    CLOSE_BRACE = 11
    COMMA = 12
    SEMICOLON = 13
    COLON = 14
    DOT = 15
    OPTIONAL_CHAIN = 16
    ELLIPSIS = 17
    QUESTION = 18
    ARROW = 19
    EQUALS = 20
    LOGICAL_ASSIGNMENT = 21
    """``&&=``, ``||=`` or ``??=``, which may name a function as ``=`` does."""
    COMPOUND = 22
    """An operator that assigns, except the former and ``/=``."""
    LESS = 23
    """``<``; ``<<`` and ``<=`` are operators."""
    GREATER = 24
    """``>``, one of them, as types nest; see ``TypescriptLexer.finish_operator``."""
    SLASH = 25
    """``/`` or ``/=``: whether it starts a regular expression is for the parser to say."""
    STAR = 26
    NOT = 27
    SIGN = 28
    """``+``, ``-`` or ``~``."""
    UPDATE = 29
    """``++`` or ``--``."""
    AT = 30
    AND = 31
    """``&``, which types have, too."""
    OR = 32
    """``|``, which types have, too."""
    OPERATOR = 33
    """Another operator between two values."""
    OTHER = 34
    """What no program has."""


class Word(IntEnum):
    """Word: a name that may mean something; 0 is any other one."""

    NONE = 0
    ABSTRACT = 1
    ACCESSOR = 2
    AS = 3
    ASSERT = 4
    ASYNC = 5
    AWAIT = 6
    BREAK = 7
    CASE = 8
    CATCH = 9
    CLASS = 10
    CONST = 11
    CONTINUE = 12
    DEBUGGER = 13
    DECLARE = 14
    DEFAULT = 15
    DELETE = 16
    DO = 17
    ELSE_ = 18
    ENUM = 19
    EXPORT = 20
    EXTENDS = 21
    FINALLY = 22
    FOR = 23
    FUNCTION = 24
    GET = 25
    IF_ = 26
    IMPLEMENTS = 27
    IMPORT = 28
    IN = 29
    INSTANCEOF = 30
    INTERFACE = 31
    LET = 32
    MODULE = 33
    NAMESPACE = 34
    NEW = 35
    OF = 36
    OUT = 37
    OVERRIDE = 38
    PRIVATE = 39
    PROTECTED = 40
    PUBLIC = 41
    READONLY = 42
    RETURN = 43
    SATISFIES = 44
    SET = 45
    STATIC = 46
    SWITCH = 47
    THROW = 48
    TRY = 49
    TYPE = 50
    TYPEOF = 51
    USING = 52
    VAR = 53
    VOID = 54
    WHILE = 55
    WITH = 56
    YIELD = 57
    PROTOTYPE = 58
    CONSTRUCTOR = 59
    SUPER = 60
    THIS = 61
    KEYOF = 62
    UNIQUE = 63
    ASSERTS = 64
    INFER = 65
    IS = 66


_BLANK, _LETTER, _DIGIT, _SIMPLE, _QUOTE, _BEYOND_ASCII = range(1, 7)
_SIMPLE_KINDS = {
    "(": Lexeme.OPEN_PAREN,
    ")": Lexeme.CLOSE_PAREN,
    "[": Lexeme.OPEN_BRACKET,
    "]": Lexeme.CLOSE_BRACKET,
    "{": Lexeme.OPEN_BRACE,
    "}": Lexeme.CLOSE_BRACE,
    ",": Lexeme.COMMA,
    ";": Lexeme.SEMICOLON,
    ":": Lexeme.COLON,
    "`": Lexeme.BACKQUOTE,
    "~": Lexeme.SIGN,
    "@": Lexeme.AT,
}


@dataclass(frozen=True, slots=True)
class LexerTables:
    """Tables of the lexer: what a byte may start, which token it is by itself, and words by their hashed values."""

    classes: bytes
    simple_kinds: bytes
    words: array[int]
    word_kinds: bytes


@cache
def lexer_tables() -> LexerTables:
    """Return the tables."""
    classes, simple_kinds = bytearray(256), bytearray(256)
    for class_, characters in {
        _BLANK: " \t\n\v\f\r",
        _LETTER: f"{ascii_letters}_$\\",
        _DIGIT: digits,
        _QUOTE: "'\"",
    }.items():
        for character in characters:
            classes[ord(character)] = class_
    for character, kind in _SIMPLE_KINDS.items():
        classes[ord(character)] = _SIMPLE
        simple_kinds[ord(character)] = kind
    classes[0x80:] = bytes([_BEYOND_ASCII]) * 0x80
    values = {word_value(word.name.rstrip("_").lower()): word for word in Word if word}
    size = next(size for size in range(len(values), 1 << 16) if len({value % size for value in values}) == len(values))
    words, word_kinds = array("Q", bytes(8 * size)), bytearray(size)
    for value, word in values.items():
        words[value % size] = value
        word_kinds[value % size] = word
    return LexerTables(bytes(classes), bytes(simple_kinds), words, bytes(word_kinds))


def word_value(word: str) -> int:
    """Return the number that a word of up to twelve small letters is, five bits a letter."""
    value = 0
    for letter in word:
        value = value << 5 | (ord(letter) & 31)
    return value


def bit_set(*members: int) -> int:
    """Return a set of tokens, or of words: a bit for each."""
    return sum(1 << member for member in members)
