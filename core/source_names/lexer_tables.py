"""The tables that the lexer reads by: what a byte may start, and which words mean something."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from string import ascii_letters, digits

from core.source_names.tokens import Token, Word

_BLANK, _LETTER, _DIGIT, _SIMPLE, _QUOTE, _BEYOND_ASCII = range(1, 7)
_SIMPLE_KINDS = {
    "(": Token.OPEN_PAREN,
    ")": Token.CLOSE_PAREN,
    "[": Token.OPEN_BRACKET,
    "]": Token.CLOSE_BRACKET,
    "{": Token.OPEN_BRACE,
    "}": Token.CLOSE_BRACE,
    ",": Token.COMMA,
    ";": Token.SEMICOLON,
    ":": Token.COLON,
    "`": Token.BACKQUOTE,
    "~": Token.SIGN,
    "@": Token.AT,
}


@dataclass(frozen=True, slots=True)
class Tables:
    """What a byte may start, which token it is by itself, and the words by their values, hashed without collisions."""

    classes: bytes
    simple_kinds: bytes
    words: array[int]
    word_kinds: bytes


@cache
def lexer_tables() -> Tables:
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
    return Tables(bytes(classes), bytes(simple_kinds), words, bytes(word_kinds))


def word_value(word: str) -> int:
    """Return the number that a word of up to twelve small letters is, five bits a letter."""
    value = 0
    for letter in word:
        value = value << 5 | (ord(letter) & 31)
    return value
