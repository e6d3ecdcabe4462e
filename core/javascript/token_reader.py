"""Reading single tokens of a text, by their offsets."""

from __future__ import annotations

import re

from core.javascript.kinds import Kind
from core.javascript.token_tables import token_tables
from core.javascript.tokenizer import COMPILED, Tokenizer

Token = tuple[int, str]
"""The kind and the text of a token."""

_HTML_COMMENTS = ("<!--", "-->")
_BLANKS = re.compile(
    r"(?:[\s\ufeff\u200b]|(?:<!--|-->|//)[^\n\r\u2028\u2029]*|/\*.*?(?:\*/|\Z))*",
    re.DOTALL,
)


def new_tokenizer(text: bytes) -> Tokenizer:
    """Return a tokenizer at the start of ``text``."""
    # Compiled, the tokenizer reads the NUL that CPython keeps behind the last byte of any bytes object.
    ended = text if COMPILED else text + b"\0"
    return Tokenizer(ended, len(text), token_tables(ascii_only=text.isascii()))


class TokenReader:
    """Reads the tokens of one text."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._tokenizer = new_tokenizer(text)

    def token_at(self, offset: int) -> Token:
        """Return the token at ``offset``; a slash is taken to start a regular expression."""
        self._tokenizer.seek(offset)
        kind = self._tokenizer.next()
        end = self._tokenizer.position
        if kind in {Kind.SLASH, Kind.SLASH_EQUALS}:
            self._tokenizer.regex(kind)
            end = self._tokenizer.previous_end
        text = self._text[offset:end].decode(errors="replace")
        # Symbolicator: what follows an HTML comment starts where the comment does
        return kind, _BLANKS.sub("", text, count=1) if text.startswith(_HTML_COMMENTS) else text
