"""Texts that names are made of: single tokens as code spells them, and the values of identifiers and literals.

Literals are written as Symbolicator writes them in names.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from core.javascript.numbers import TokenKind
from core.javascript.tables import new_lexer
from core.text.buffers import Content

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f]+)\}|u(?P<four>[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2})"
    r"|(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?)|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<other>.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_LEGACY_OCTAL = re.compile("0[0-7]+")

TokenText = tuple[int, str]
"""The kind and the text of a token."""

_USUAL_TOKEN_BYTES = 64
_LONGEST_TOKEN_BYTES = 64 * 16**2
_HTML_COMMENTS = ("<!--", "-->")
_BLANKS = re.compile(
    r"(?:[\s\ufeff\u200b]|(?:<!--|-->|//)[^\n\r\u2028\u2029]*|/\*.*?(?:\*/|\Z))*",
    re.DOTALL,
)


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A piece of a name.  ``offset`` is where the identifier is that it's made of, None if it is no identifier.

    A Struct, as that takes a tenth of the time to make.
    """

    text: str
    offset: int | None = None


class LongToken(Exception):
    """A token is longer than any that people write: it isn't read to its end."""


def token_at(text: Content, offset: int) -> TokenText:
    """Return the token of ``text`` at ``offset``; a slash is taken to start a regular expression.

    Raises LongToken for one of 16 KiB or more.
    """
    size = _USUAL_TOKEN_BYTES
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


def identifier_name(spelling: str) -> str:
    r"""Return the name that an identifier spells, escapes or not; a lone surrogate stays spelt as ``\uD800``."""
    if "\\" not in spelling:
        return spelling
    return _with_surrogates_spelt(_ESCAPE.sub(_unescaped, spelling), r"\u{:X}")


def string_value(spelling: str) -> str:
    r"""Return the value of a string literal spelt with its quotes; a lone surrogate comes as ``\u{D800}``."""
    return _with_surrogates_spelt(_ESCAPE.sub(_unescaped, spelling[1:-1]), r"\u{{{:X}}}")


def number_text(spelling: str, infinity: str) -> str:
    """Return the value of a number literal as digits, ``infinity`` if it's too large.  BigInts keep their ``n``."""
    digits = spelling.replace("_", "")
    if digits.endswith("n"):
        return _decimal(_integer(digits[:-1])) + "n"
    try:
        value = float(_integer(digits)) if _is_integer(digits) else float(digits)
    except OverflowError:
        return infinity
    return infinity if value == float("inf") else _decimal(repr(value)).removesuffix(".0")


def _with_surrogates_spelt(text: str, spelling: str) -> str:
    """Return ``text`` with pairs of surrogates joined, and others spelt: no UTF-8 can hold them."""
    text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _SURROGATE.sub(lambda lone: spelling.format(ord(lone[0])), text)


def _unescaped(escape: re.Match[str]) -> str:
    if digits := escape["braced"] or escape["four"] or escape["two"]:
        return chr(int(digits, 16))
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    if escape["line"]:
        return ""
    return _ESCAPED.get(escape["other"], escape["other"])


def _is_integer(digits: str) -> bool:
    return digits[:2].lower() in _BASES or _LEGACY_OCTAL.fullmatch(digits) is not None


def _integer(digits: str) -> int | str:
    if base := _BASES.get(digits[:2].lower()):
        return int(digits[2:], base)
    return int(digits, 8) if _LEGACY_OCTAL.fullmatch(digits) else digits


def _decimal(value: int | str) -> str:
    # Not str(): it refuses integers of some thousand digits, and writes exponents.
    return format(Decimal(value), "f")
