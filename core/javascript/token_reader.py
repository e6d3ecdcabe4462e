"""Reading single tokens of a text, by their offsets."""

from __future__ import annotations

import re

from core.javascript.lexer import COMPILED, Lexer
from core.javascript.numbers import TokenKind
from core.javascript.token_tables import token_tables
from core.text.buffers import Content

Token = tuple[int, str]
"""The kind and the text of a token."""

_USUAL_TOKEN_BYTES = 64
_LONGEST_TOKEN_BYTES = 64 * 16**2
_USUAL_WORD = re.compile(rb"[A-Za-z_$][\w$]*+(?=[^\\\x80-\xff])")
_HTML_COMMENTS = ("<!--", "-->")
_BLANKS = re.compile(
    r"(?:[\s\ufeff\u200b]|(?:<!--|-->|//)[^\n\r\u2028\u2029]*|/\*.*?(?:\*/|\Z))*",
    re.DOTALL,
)


class LongToken(Exception):
    """A token is longer than any that people write: it isn't read to its end."""


def new_lexer(text: bytes) -> Lexer:
    """Return a lexer at the start of ``text``."""
    # Compiled, the lexer reads the NUL that CPython keeps behind the last byte of any bytes object.
    ended = text if COMPILED else text + b"\0"
    return Lexer(ended, len(text), token_tables(ascii_only=text.isascii()))


def token_at(text: Content, offset: int) -> Token:
    """Return the token of ``text`` at ``offset``; a slash is taken to start a regular expression.

    Words that mean something count as identifiers here.  Raises LongToken for one of 16 KiB or more.
    """
    size = _USUAL_TOKEN_BYTES
    word = _USUAL_WORD.match(text[offset : offset + size])
    if word:
        return TokenKind.IDENTIFIER, word[0].decode()
    while True:
        window = text[offset : offset + size]
        kind, end, following = _first_token(window)
        is_cut = end >= len(window) or TokenKind.INVALID in {kind, following}
        if not is_cut or len(window) < size:
            break
        if size == _LONGEST_TOKEN_BYTES:
            raise LongToken
        size *= 16
    spelling = window[:end].decode(errors="replace")
    # Symbolicator: what follows an HTML comment starts where the comment does
    return kind, _BLANKS.sub("", spelling, count=1) if spelling.startswith(_HTML_COMMENTS) else spelling


def _first_token(text: bytes) -> tuple[int, int, int]:
    """Return the kind of the first token, and where it ends; then, if that is a regular expression, the next kind."""
    lexer = new_lexer(text)
    lexer.seek(0)
    kind = lexer.next()
    if kind not in {TokenKind.SLASH, TokenKind.SLASH_EQUALS}:
        return kind, lexer.position, kind
    following = lexer.regex(kind)
    return kind, lexer.previous_end, following
