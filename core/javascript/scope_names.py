"""Names of function scopes, as far as the generated code tells them.

A name is a row of pieces; a piece that is an identifier knows where it is, so that a source map can say what it was
called originally.  What names a function is whatever is around it, from the inside out: each part on the way may put
something before what is there already, and may be the last that has a say.

Whatever the parts are, naming ends: each part is walked from to one with a lower number, and no name is made of more
than ``MOST_STEPS`` parts or ``MOST_CHARACTERS``.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from core.javascript.numbers import NamePart, PartFlag, TokenKind
from core.javascript.tables import new_lexer
from core.text.buffers import Content, Numbers

PART_SIZE = 3
MOST_STEPS = 1024
"""How many parts are walked over for one name.  Where that isn't enough, nothing around names a function.

All of a file may be around each of its functions, and would be walked over for each of them.
"""
MOST_CHARACTERS = 16384
"""How long a name may be.  Where it would be longer, nothing around names a function."""
_KIND_MASK = PartFlag.WHOLE - 1
_PARTS = tuple(NamePart)  # they count from 0
_CHAIN_LINKS = {NamePart.NAMED_MEMBER, NamePart.LITERAL_INDEX, NamePart.COMPUTED_INDEX, NamePart.PRIVATE_MEMBER}
_BRACKETS = {NamePart.OBJECT, NamePart.ARRAY, NamePart.GROUP}
_PREFIXES = {
    NamePart.METHOD: "",
    NamePart.GETTER: "get ",
    NamePart.SETTER: "set ",
    NamePart.OBJECT_GETTER: "get ",
    NamePart.OBJECT_SETTER: "set ",
}
_WORD_VALUES = {"true", "false", "null"}

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
_USUAL_WORD = re.compile(rb"[A-Za-z_$][\w$]*+(?=[^\\\x80-\xff])")
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


class DamagedParts(Exception):
    """Parts that don't refer to parts before them: nothing that was found in a text, but an index that lies."""


class _LongName(Exception):
    """A name is made of more than it may be."""


@dataclass(slots=True)
class _Name:
    """A name that grows to the left.

    ``pattern_from`` is the outermost of the brackets that are known to be a pattern or not, which ``is_pattern`` says:
    the same of all of those in between.
    """

    pieces: deque[Piece] = field(default_factory=deque)
    prefix: str = ""
    in_object: bool = False
    steps: int = 0
    characters: int = 0
    pattern_from: int = sys.maxsize
    is_pattern: bool = False

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _LongName

    def prepend(self, *pieces: Piece) -> None:
        self.characters += sum(len(piece.text) for piece in pieces)
        if self.characters > MOST_CHARACTERS:
            raise _LongName
        self.pieces.extendleft(reversed(pieces))

    def prepend_dotted(self, piece: Piece) -> None:
        self.prepend(piece, *([Piece(".")] if self.pieces else []))

    def finished(self) -> list[Piece]:
        return [*([Piece(self.prefix)] if self.prefix else []), *self.pieces]


@dataclass(frozen=True, slots=True)
class ScopeNames:
    """Names from the parts found in a text (see ``scope_parser``); ``token_at`` reads a token of that text."""

    parts: Numbers
    token_at: Callable[[int], TokenText]

    def pieces(self, part: int) -> list[Piece]:
        """Return the name of a scope whose part is ``part``: no pieces if it's anonymous.

        Raises DamagedParts for parts that weren't found in a text.
        """
        try:
            return self._pieces(part)
        except LongToken:
            return []

    def _pieces(self, part: int) -> list[Piece]:
        kind = self._kind(part)
        if kind is NamePart.FUNCTION_NAME:
            # Symbolicator: its own name replaces the last piece, even if that is half of one
            return [*self._inferred(self._around(part))[:-1], self._identifier(part)]
        if kind is NamePart.CLASS:
            around = self._inferred(self._around(part))
            return [Piece("new "), *around] if around else []
        if kind in {NamePart.OBJECT_GETTER, NamePart.OBJECT_SETTER}:
            around = self._inferred(self._around(part))
            return [Piece(_PREFIXES[kind]), *around, *([Piece(".")] if around else []), self._key(part)]
        return self._inferred(part)

    def _inferred(self, part: int) -> list[Piece]:
        try:
            return self._name(part).finished()
        except (_LongName, LongToken):
            return []

    def _name(self, part: int) -> _Name:
        name = _Name()
        following: int | None = part
        while following is not None:
            name.step()
            following = self._add(name, following)
        return name

    def _add(self, name: _Name, part: int) -> int | None:
        """Add what ``part`` says to ``name``; return the part that is next, None if this was the last."""
        kind = self._kind(part)
        if kind is NamePart.ROOT or (kind is NamePart.GROUP and self._has(part, PartFlag.PATTERN)):
            self._add_object(name)
            return None
        if kind is NamePart.TARGET_NAME or kind in _CHAIN_LINKS:
            return self._add_assignment(name, part)
        if kind is NamePart.OBJECT:
            name.in_object |= not self._is_pattern(name, part)
        elif kind in {NamePart.PROPERTY, NamePart.OBJECT_METHOD}:
            self._add_property(name, part)
        elif kind in _PREFIXES:
            self._add_method(name, part)
        elif kind is NamePart.CLASS_EXPRESSION:
            name.prepend_dotted(self._identifier(part))
        elif kind in {NamePart.CLASS_DECLARATION, NamePart.DECLARATOR}:
            name.prepend_dotted(self._identifier(part))
            return None
        elif kind is NamePart.INDEX and (target := self._offset(part)):
            following = self._add_assignment(name, target)
            return None if following is None else _checked(part, following)
        return self._around(part)

    def _add_object(self, name: _Name) -> None:
        if name.in_object and name.pieces:
            name.prepend(Piece("<object>."))

    def _add_property(self, name: _Name, part: int) -> None:
        if not self._is_pattern(name, self._around(part)):
            name.prepend_dotted(self._key(part))

    def _add_method(self, name: _Name, part: int) -> None:
        kind, text = self.token_at(self._offset(part))
        if kind == TokenKind.PRIVATE_NAME:
            name.prepend(Piece("#"), Piece(identifier_name(text[1:]), self._offset(part)))
        else:
            name.prepend(self._key(part))
            name.prefix = _PREFIXES[self._kind(part)]

    def _add_assignment(self, name: _Name, part: int) -> int | None:
        root = part
        while self._kind(root) in _CHAIN_LINKS:
            name.step()
            root = self._around(root)
        if self._has(part, PartFlag.ELEMENT) and self._is_pattern(name, self._around(root)):
            return self._around(root)  # not an assignment but a default value
        if root == part:
            name.prepend_dotted(self._identifier(part))
            return None
        while part != root:
            name.prepend(*self._link(part))
            part = self._around(part)
        name.prepend(self._identifier(root) if self._kind(root) is NamePart.TARGET_NAME else Piece("this"))
        return None

    def _link(self, part: int) -> list[Piece]:
        """Return what one link of a chain of members adds to it."""
        kind = self._kind(part)
        if kind is NamePart.NAMED_MEMBER:
            return [Piece("."), self._identifier(part)]
        if kind is NamePart.COMPUTED_INDEX:
            return [Piece("[<computed>]")]
        return self._index(part) if kind is NamePart.LITERAL_INDEX else []

    def _index(self, part: int) -> list[Piece]:
        kind, text = self.token_at(self._offset(part))
        if kind == TokenKind.STRING:
            return [Piece(f'["{string_value(text)}"]')]
        if kind == TokenKind.NUMBER:
            return [Piece(f"[{number_text(text, 'inf')}]")]
        if kind in {TokenKind.SLASH, TokenKind.SLASH_EQUALS} or text in _WORD_VALUES:
            return [Piece(f"[{text}]")]
        return [Piece("["), Piece(identifier_name(text), self._offset(part)), Piece("]")]

    def _key(self, part: int) -> Piece:
        kind, text = self.token_at(self._offset(part))
        if kind == TokenKind.STRING:
            return Piece(f'<"{string_value(text)}">')
        if kind == TokenKind.NUMBER:
            return Piece(f"<{number_text(text, 'Infinity')}>")
        if kind == TokenKind.OPEN_BRACKET:
            return Piece("<computed>")
        return Piece(identifier_name(text), self._offset(part))

    def _identifier(self, part: int) -> Piece:
        return Piece(identifier_name(self.token_at(self._offset(part))[1]), self._offset(part))

    def _is_pattern(self, name: _Name, part: int) -> bool:
        """Say whether a part around is the brackets of a destructuring pattern: itself, or as an element of one."""
        if part < name.pattern_from:
            name.pattern_from = self._outermost_whole(name, part)
            name.is_pattern = self._kind(name.pattern_from) in _BRACKETS and self._has(
                name.pattern_from, PartFlag.PATTERN
            )
        return name.is_pattern

    def _outermost_whole(self, name: _Name, part: int) -> int:
        """Return the part around that decides whether ``part`` is a pattern, as it stands for what is whole in it."""
        while True:
            name.step()
            if self._kind(part) is NamePart.PROPERTY:
                part = self._around(part)
            if (
                self._kind(part) not in _BRACKETS
                or self._has(part, PartFlag.PATTERN)
                or not self._has(part, PartFlag.WHOLE)
            ):
                return part
            part = self._around(part)

    def _kind(self, part: int) -> NamePart:
        return _PARTS[self.parts[PART_SIZE * part] & _KIND_MASK]

    def _has(self, part: int, flag: PartFlag) -> bool:
        return self.parts[PART_SIZE * part] & flag != 0

    def _offset(self, part: int) -> int:
        return self.parts[PART_SIZE * part + 1]

    def _around(self, part: int) -> int:
        around: int = self.parts[PART_SIZE * part + 2]
        # A class is noted before its name, which is around it.
        return around if self._kind(part) is NamePart.CLASS else _checked(part, around)


def _checked(part: int, around: int) -> int:
    """Return ``around``, which was noted before ``part``: so whoever goes on from there comes to an end."""
    if not 0 <= around < part:
        raise DamagedParts(f"part {around} is around part {part}")
    return around


# single tokens of a text


def token_at(text: Content, offset: int) -> TokenText:
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


# values of identifiers and literals, as Symbolicator writes them in names


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
