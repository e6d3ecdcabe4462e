# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Names of function scopes, as far as the generated code tells them.

A name is a row of pieces; a piece that is an identifier knows where it is, so that a source map can say what it was
called originally.  What names a function is whatever is around it, from the inside out: each part on the way may put
something before what is there already, and may be the last that has a say.

Whatever the parts are, naming ends: each part is walked from to one with a lower number, and no name is made of more
than ``MOST_STEPS`` parts or ``MOST_CHARACTERS``.
"""

import cython

from core.javascript.token_texts import (
    LongToken,
    Piece,
    identifier_name,
    number_text,
    string_value,
    token_at,
)

if cython.compiled:
    from cython.cimports.core.javascript.numbers import NamePart, PartFlag, TokenKind
    from cython.cimports.core.text.swar import text_of
else:
    from core.javascript.numbers import NamePart, PartFlag, TokenKind
    from core.text.swar import text_of

COMPILED = cython.compiled

PART_SIZE = 3
"""Numbers of a part: its kind and flags, the offset of its token, and the part around it."""
MOST_STEPS = 1024
"""How many parts are walked over for one name.  Where that isn't enough, nothing around names a function.

All of a file may be around each of its functions, and would be walked over for each of them.
"""
MOST_CHARACTERS = 16384
"""How long a name may be.  Where it would be longer, nothing around names a function."""

SIZE = cython.declare(cython.longlong, PART_SIZE)
STEPS = cython.declare(cython.longlong, MOST_STEPS)
CHARACTERS = cython.declare(cython.longlong, MOST_CHARACTERS)
NO_PART = cython.declare(cython.longlong, -1)
LONGEST_WORD = cython.declare(cython.longlong, 64)  # of those that are read here
DOT = Piece(".")
THIS = Piece("this")
COMPUTED = Piece("<computed>")
COMPUTED_INDEX = Piece("[<computed>]")
OPENED = Piece("[")
CLOSED = Piece("]")
NUMBER_SIGN = Piece("#")
OF_OBJECT = Piece("<object>.")
NEW = Piece("new ")
GET = Piece("get ")
SET = Piece("set ")
WORD_VALUES = {"true", "false", "null"}


class DamagedParts(Exception):
    """Parts that don't refer to parts before them: nothing that was found in a text, but an index that lies."""


class LongName(Exception):
    """A name is made of more than it may be."""


@cython.final
@cython.cclass
class GrowingName:
    """A name that grows to the left: ``pieces`` has its last piece first.

    ``pattern_from`` is the outermost of the brackets that are known to be a pattern or not, which ``is_pattern`` says:
    the same of all of those in between.
    """

    pieces: list
    prefix: object
    in_object: cython.bint
    steps: cython.longlong
    characters: cython.longlong
    pattern_from: cython.longlong
    is_pattern: cython.bint

    def __init__(self):
        self.pieces = []
        self.prefix = None
        self.in_object = self.is_pattern = False
        self.steps = self.characters = 0
        self.pattern_from = 1 << 40

    @cython.cfunc
    @cython.exceptval(-1)
    def step(self) -> cython.int:
        """Count a part that is walked over.  Raises LongName."""
        self.steps += 1
        if self.steps > STEPS:
            raise LongName
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def prepend(self, piece: object) -> cython.int:
        """Put a piece before all others.  Raises LongName."""
        text: str = piece.text
        self.characters += len(text)
        if self.characters > CHARACTERS:
            raise LongName
        self.pieces.append(piece)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def prepend_dotted(self, piece: object) -> cython.int:
        """Put a piece before all others, with a dot between."""
        if self.pieces:
            self.prepend(DOT)
        self.prepend(piece)
        return 0

    @cython.cfunc
    def finished(self) -> list:
        """Return the pieces, the first one first."""
        if self.prefix is not None:
            self.pieces.append(self.prefix)
        self.pieces.reverse()
        return self.pieces


@cython.final
@cython.cclass
class ScopeNames:
    """Names from the ``parts`` found in ``text``: see ``scope_parser``."""

    parts: cython.const[cython.int][::1]
    text: object
    characters: cython.const[cython.uchar][::1]
    count: cython.longlong

    def __init__(self, parts, text):
        self.parts = parts
        self.text = text
        self.characters = text
        self.count = len(parts) // SIZE

    @cython.ccall
    def pieces(self, part: cython.longlong) -> list:
        """Return the name of a scope whose part is ``part``: no pieces if it's anonymous.

        Raises DamagedParts for parts that weren't found in a text.
        """
        try:
            return self._pieces(part)
        except LongToken:
            return []

    @cython.cfunc
    def _pieces(self, part: cython.longlong) -> list:
        kind: cython.int = self._kind(part)
        around: list
        if kind == NamePart.FUNCTION_NAME:
            # Symbolicator: its own name replaces the last piece, even if that is half of one
            around = self._inferred(self._around(part))
            return [*around[: len(around) - 1 if around else 0], self._identifier(part)]
        if kind == NamePart.CLASS:
            around = self._inferred(self._around(part))
            return [NEW, *around] if around else []
        if kind == NamePart.OBJECT_GETTER or kind == NamePart.OBJECT_SETTER:
            around = self._inferred(self._around(part))
            prefix: object = GET if kind == NamePart.OBJECT_GETTER else SET
            return [prefix, *around, DOT, self._key(part)] if around else [prefix, self._key(part)]
        return self._inferred(part)

    @cython.cfunc
    def _inferred(self, part: cython.longlong) -> list:
        try:
            return self._name(part)
        except (LongName, LongToken):
            return []

    @cython.cfunc
    def _name(self, part: cython.longlong) -> list:
        name: GrowingName = GrowingName()
        while part != NO_PART:
            name.step()
            part = self._add(name, part)
        return name.finished()

    @cython.cfunc
    @cython.exceptval(-2)
    def _add(self, name: GrowingName, part: cython.longlong) -> cython.longlong:
        """Add what ``part`` says to ``name``; return the part that is next, NO_PART if this was the last."""
        kind: cython.int = self._kind(part)
        if kind == NamePart.ROOT or (kind == NamePart.GROUP and self._has(part, PartFlag.PATTERN)):
            if name.in_object and name.pieces:
                name.prepend(OF_OBJECT)
            return NO_PART
        if kind == NamePart.TARGET_NAME or _is_link(kind):
            return self._add_assignment(name, part)
        if kind == NamePart.INDEX and self._offset(part) != 0:
            following: cython.longlong = self._add_assignment(name, self._offset(part))
            return NO_PART if following == NO_PART else _checked(part, following)
        if NamePart.CLASS_EXPRESSION <= kind <= NamePart.DECLARATOR:
            name.prepend_dotted(self._identifier(part))
            return self._around(part) if kind == NamePart.CLASS_EXPRESSION else NO_PART
        self._add_member(name, part, kind)
        return self._around(part)

    @cython.cfunc
    @cython.exceptval(-1)
    def _add_member(self, name: GrowingName, part: cython.longlong, kind: cython.int) -> cython.int:
        """Add an object, or the key of something in one or in a class; what else there is says nothing."""
        if kind == NamePart.OBJECT:
            if not self._is_pattern(name, part):
                name.in_object = True
        elif kind == NamePart.PROPERTY or kind == NamePart.OBJECT_METHOD:
            if not self._is_pattern(name, self._around(part)):
                name.prepend_dotted(self._key(part))
        elif NamePart.OBJECT_GETTER <= kind <= NamePart.SETTER:
            self._add_method(name, part, kind)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _add_method(self, name: GrowingName, part: cython.longlong, kind: cython.int) -> cython.int:
        token: cython.int
        text: str
        token, text = self._token(part)
        if token == TokenKind.PRIVATE_NAME:
            name.prepend(Piece(identifier_name(text[1:]), self._offset(part)))
            name.prepend(NUMBER_SIGN)
            return 0
        name.prepend(self._key(part))
        if kind == NamePart.METHOD:
            name.prefix = None
        elif kind == NamePart.GETTER or kind == NamePart.OBJECT_GETTER:
            name.prefix = GET
        else:
            name.prefix = SET
        return 0

    @cython.cfunc
    @cython.exceptval(-2)
    def _add_assignment(self, name: GrowingName, part: cython.longlong) -> cython.longlong:
        root: cython.longlong = part
        while _is_link(self._kind(root)):
            name.step()
            root = self._around(root)
        if self._has(part, PartFlag.ELEMENT) and self._is_pattern(name, self._around(root)):
            return self._around(root)  # not an assignment but a default value
        if root == part:
            name.prepend_dotted(self._identifier(part))
            return NO_PART
        while part != root:
            self._add_link(name, part)
            part = self._around(part)
        name.prepend(self._identifier(root) if self._kind(root) == NamePart.TARGET_NAME else THIS)
        return NO_PART

    @cython.cfunc
    @cython.exceptval(-1)
    def _add_link(self, name: GrowingName, part: cython.longlong) -> cython.int:
        """Add one link of a chain of members."""
        kind: cython.int = self._kind(part)
        if kind == NamePart.NAMED_MEMBER:
            name.prepend(self._identifier(part))
            name.prepend(DOT)
        elif kind == NamePart.COMPUTED_INDEX:
            name.prepend(COMPUTED_INDEX)
        elif kind == NamePart.LITERAL_INDEX:
            self._add_index(name, part)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _add_index(self, name: GrowingName, part: cython.longlong) -> cython.int:
        token: cython.int
        text: str
        token, text = self._token(part)
        if token == TokenKind.STRING:
            name.prepend(Piece(f'["{string_value(text)}"]'))
        elif token == TokenKind.NUMBER:
            name.prepend(Piece(f"[{number_text(text, 'inf')}]"))
        elif token == TokenKind.SLASH or token == TokenKind.SLASH_EQUALS or text in WORD_VALUES:
            name.prepend(Piece(f"[{text}]"))
        else:
            name.prepend(CLOSED)
            name.prepend(Piece(identifier_name(text), self._offset(part)))
            name.prepend(OPENED)
        return 0

    @cython.cfunc
    def _key(self, part: cython.longlong) -> object:
        token: cython.int
        text: str
        token, text = self._token(part)
        if token == TokenKind.STRING:
            return Piece(f'<"{string_value(text)}">')
        if token == TokenKind.NUMBER:
            return Piece(f"<{number_text(text, 'Infinity')}>")
        if token == TokenKind.OPEN_BRACKET:
            return COMPUTED
        return Piece(identifier_name(text), self._offset(part))

    @cython.cfunc
    def _identifier(self, part: cython.longlong) -> object:
        offset: cython.longlong = self._offset(part)
        end: cython.longlong = self._word_end(offset)
        if end > 0:
            return Piece(text_of(self.characters, offset, end), offset)
        return Piece(identifier_name(token_at(self.text, offset)[1]), offset)

    @cython.cfunc
    def _token(self, part: cython.longlong) -> tuple:
        """Return the kind and the text of a part's token; words that mean something count as identifiers here."""
        offset: cython.longlong = self._offset(part)
        end: cython.longlong = self._word_end(offset)
        if end > 0:
            return TokenKind.IDENTIFIER, text_of(self.characters, offset, end)
        return token_at(self.text, offset)

    @cython.cfunc
    @cython.exceptval(check=False)
    def _word_end(self, at: cython.longlong) -> cython.longlong:
        """Return where the word at ``at`` ends; 0 if there is none, or not one that is short and without escapes."""
        size: cython.longlong = len(self.characters)
        if at < 0 or at >= size or not _is_letter(self.characters[at]):
            return 0
        end: cython.longlong = min(at + LONGEST_WORD, size)
        at += 1
        while at < end and (_is_letter(self.characters[at]) or 48 <= self.characters[at] <= 57):
            at += 1
        return at if at < end and self.characters[at] < 0x80 and self.characters[at] != 92 else 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_pattern(self, name: GrowingName, part: cython.longlong) -> cython.int:
        """Say whether a part around is the brackets of a destructuring pattern: itself, or as an element of one."""
        if part < name.pattern_from:
            name.pattern_from = self._outermost_whole(name, part)
            name.is_pattern = _is_bracket(self._kind(name.pattern_from)) and self._has(
                name.pattern_from, PartFlag.PATTERN
            )
        return name.is_pattern

    @cython.cfunc
    @cython.exceptval(-2)
    def _outermost_whole(self, name: GrowingName, part: cython.longlong) -> cython.longlong:
        """Return the part around that decides whether ``part`` is a pattern, as it stands for what is whole in it."""
        while True:
            name.step()
            if self._kind(part) == NamePart.PROPERTY:
                part = self._around(part)
            if (
                not _is_bracket(self._kind(part))
                or self._has(part, PartFlag.PATTERN)
                or not self._has(part, PartFlag.WHOLE)
            ):
                return part
            part = self._around(part)

    @cython.cfunc
    @cython.exceptval(-1)
    def _kind(self, part: cython.longlong) -> cython.int:
        """Return the ``NamePart`` that a part is.  Raises DamagedParts if there is no such part."""
        if part < 0 or part >= self.count:
            raise DamagedParts(f"there is no part {part}")
        kind: cython.int = self.parts[SIZE * part] & (PartFlag.WHOLE - 1)
        if kind > NamePart.CLASS:
            raise DamagedParts(f"part {part} is of no kind")
        return kind

    @cython.cfunc
    @cython.exceptval(check=False)
    def _has(self, part: cython.longlong, flag: cython.int) -> cython.bint:
        return self.parts[SIZE * part] & flag != 0

    @cython.cfunc
    @cython.exceptval(check=False)
    def _offset(self, part: cython.longlong) -> cython.longlong:
        return self.parts[SIZE * part + 1]

    @cython.cfunc
    @cython.exceptval(-2)
    def _around(self, part: cython.longlong) -> cython.longlong:
        kind: cython.int = self._kind(part)
        around: cython.longlong = self.parts[SIZE * part + 2]
        # A class is noted before its name, which is around it.
        return around if kind == NamePart.CLASS else _checked(part, around)


@cython.cfunc
@cython.exceptval(-2)
def _checked(part: cython.longlong, around: cython.longlong) -> cython.longlong:
    """Return ``around``, which was noted before ``part``: so whoever goes on from there comes to an end."""
    if not 0 <= around < part:
        raise DamagedParts(f"part {around} is around part {part}")
    return around


@cython.cfunc
@cython.exceptval(check=False)
def _is_link(kind: cython.int) -> cython.bint:
    """Say whether a part is a link of a chain of members."""
    return (
        kind == NamePart.NAMED_MEMBER
        or kind == NamePart.LITERAL_INDEX
        or kind == NamePart.COMPUTED_INDEX
        or kind == NamePart.PRIVATE_MEMBER
    )


@cython.cfunc
@cython.exceptval(check=False)
def _is_bracket(kind: cython.int) -> cython.bint:
    return kind == NamePart.OBJECT or kind == NamePart.ARRAY or kind == NamePart.GROUP


@cython.cfunc
@cython.exceptval(check=False)
def _is_letter(byte: cython.uchar) -> cython.bint:
    return 97 <= byte | 32 <= 122 or byte == 95 or byte == 36
