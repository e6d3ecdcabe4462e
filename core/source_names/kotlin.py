"""The functions of a source in Kotlin, called as they are written there.

A reader of declarations and braces only.  A lambda belongs to the function around it: most are inlined there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.source_names.listed_functions import ListedFunctions

_TOKEN = re.compile(
    r"""
    (?P<blank>[^\S\n]+|//[^\n]*)
    | (?P<comment>/\*)
    | (?P<raw>\"{3})
    | (?P<string>\")
    | (?P<char>'(?:\\u[0-9A-Fa-f]{4}|\\.|[^'\\\n])')
    | (?P<word>`[^`\n]+`|[^\W\d]\w*)
    | (?P<number>\d[\w.]*(?<!\.))
    | (?P<mark>->|::|\?\.|&&|\|\||[!=<>+\-*/%]=|.|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING_PIECE = re.compile(r"\\.|\$\{|\"|\n|[^\\$\"\n]+|\$", re.DOTALL)
_RAW_PIECE = re.compile(r"\$\{|\"{3,}|\"|[^$\"]+|\$", re.DOTALL)
_COMMENT_PIECE = re.compile(r"/\*|\*/|[^*/]+|[*/]", re.DOTALL)
_CLASSES = {"class", "interface", "object"}
_DECLARATIONS = {*_CLASSES, "fun", "val", "var", "init", "constructor", "typealias", "companion"}
_MODIFIERS = frozenset(
    """
    abstract actual annotation companion const crossinline data enum expect external final infix inline inner internal
    lateinit noinline open operator override private protected public sealed suspend tailrec value vararg
    """.split()  # noqa: SIM905 (words read best in lines)
)
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}
_MOST_DEPTH = 1_000


@dataclass(slots=True)
class _Level:
    """An opened bracket: what class it is the body of, and the function that its end closes."""

    bracket: str
    owner: str | None = None
    """The class whose members these are; empty at the top of a file, None in a function."""
    scope: int = -1
    """The function that ends with this bracket."""
    expression: int = -1
    """The function that ends with the next declaration at this level, as its body is an expression."""
    property: str | None = None


def kotlin_functions(text: str) -> ListedFunctions:
    """Return the functions of a source in Kotlin; offsets are of characters."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.functions = ListedFunctions()
        self.levels = [_Level("", owner="")]
        self.pending: tuple[str, str | None, int] | None = None  # what the next brace is the body of: kind, name, start
        self.tokens = _tokens(text)
        self.is_odd = False  # a "<" was never closed: looking for the ends of others would take too long

    def read(self) -> ListedFunctions:
        """Read all of it."""
        at = 0
        while at < len(self.tokens):
            at = self._token(at)
        while self.levels:
            self._leave(len(self.text))
        return self.functions

    def _token(self, at: int) -> int:
        start, symbol = self.tokens[at]
        if symbol in _OPENING:
            self._enter(start, symbol)
        elif symbol in _CLOSING:
            if len(self.levels) > 1:
                self._leave(start + 1)
        elif symbol in _DECLARATIONS and self._starts_declaration(at):
            return self._declaration(at)
        elif symbol in {"get", "set"} and self.levels[-1].property and self._is(at + 1, "("):
            return self._accessor(at)
        return at + 1

    def _starts_declaration(self, at: int) -> bool:
        if self._is(at - 1, ".", "::", "?.", "@"):
            return False
        symbol = self.tokens[at][1]
        if symbol in {"init", "companion"}:
            return self.levels[-1].owner is not None and self._is(at + 1, "{", "object")
        if symbol == "constructor":
            return self.levels[-1].bracket == "{" and bool(self.levels[-1].owner)
        return True

    def _declaration(self, at: int) -> int:
        start, symbol = self.tokens[at]
        level = self.levels[-1]
        first = at
        while first and self.tokens[first - 1][1] in _MODIFIERS:
            first -= 1
        self._end_expression(self.tokens[first][0])
        level.property = None
        if symbol == "companion":
            return at + 1
        if symbol in _CLASSES:
            return self._class(at)
        if symbol in {"val", "var"}:
            name, following = self._name(at + 1)
            level.property = name if level.bracket in {"", "{"} else None
            return following
        if symbol == "typealias":
            return at + 1
        if symbol == "init":
            self.pending = ("function", f"new {level.owner}", start)
            return at + 1
        if symbol == "constructor":
            return self._parameters_and_body(at + 1, f"new {level.owner}", start)
        return self._function(at)

    def _class(self, at: int) -> int:
        """Read the head of a class; an object without a name is none."""
        start, symbol = self.tokens[at]
        is_companion = self._is(at - 1, "companion")
        name = None
        at += 1
        if at < len(self.tokens) and self._is_word(at) and self.tokens[at][1] != "constructor":
            name = self.tokens[at][1].strip("`")
            at += 1
        if is_companion:
            name = self.levels[-1].owner
        self.pending = ("class", name if name is not None else "", start)
        if symbol == "object":
            return at
        return self._type_parameters(at)

    def _function(self, at: int) -> int:
        start = self.tokens[at][0]
        at = self._type_parameters(at + 1)
        name: str | None = None
        receiver: str | None = None  # of an extension
        while at < len(self.tokens) and not self._is(at, "(", "{", "}", "="):
            if self._is_word(at):
                receiver, name = name, self.tokens[at][1].strip("`")
                at = self._type_parameters(at + 1)
            else:
                at += 1
        owner = self.levels[-1].owner
        full = name if not name or not (owner or receiver) else f"{owner or receiver}.{name}"
        return self._parameters_and_body(at, full, start)

    def _accessor(self, at: int) -> int:
        level = self.levels[-1]
        owner = f"{level.owner}." if level.owner else ""
        start, symbol = self.tokens[at]
        self._end_expression(start)
        return self._parameters_and_body(at + 1, f"{symbol} {owner}{level.property}", start)

    def _parameters_and_body(self, at: int, name: str | None, start: int) -> int:
        """Read parameters and what follows them up to the body, which is in braces or behind ``=``."""
        if self._is(at, "("):
            at = self._behind_brackets(at)
        while at < len(self.tokens):
            if self._is(at, "{"):
                self.pending = ("function", name, start)
                return at
            if self._is(at, "="):
                self.levels[-1].expression = self.functions.open(start, name)
                return at + 1
            if self._is(at, "}") or (self.tokens[at][1] in _DECLARATIONS | _MODIFIERS):
                return at
            at = self._behind_brackets(at) if self._is(at, "(") else at + 1
        return at

    def _enter(self, start: int, symbol: str) -> None:
        if len(self.levels) > _MOST_DEPTH:
            self.levels.append(_Level(symbol))
            return
        kind, name, scope_start = self.pending or ("", None, start)
        if symbol == "{" and kind == "class":
            # What isn't in a function of a class runs when an object is made.
            scope = self.functions.open(start, f"new {name}" if name else None)
            self.levels.append(_Level(symbol, owner=name, scope=scope))
        elif symbol == "{" and kind == "function":
            self.levels.append(_Level(symbol, scope=self.functions.open(scope_start, name)))
        elif symbol == "(" and kind == "class":
            self.levels.append(_Level(symbol))
            return  # the parameters of the class: its body is yet to come
        else:
            self.levels.append(_Level(symbol))
            return
        self.pending = None

    def _leave(self, end: int) -> None:
        self._end_expression(end - 1 if self.levels[-1].bracket else end)
        level = self.levels.pop()
        if level.scope >= 0:
            self.functions.close(level.scope, end)

    def _end_expression(self, end: int) -> None:
        level = self.levels[-1]
        if level.expression >= 0:
            self.functions.close(level.expression, end)
            level.expression = -1

    def _name(self, at: int) -> tuple[str | None, int]:
        """Return the name of a property, whose receiver may come before it."""
        at = self._type_parameters(at)
        name = None
        while at < len(self.tokens) and (self._is_word(at) or self._is(at, ".", "?")):
            if self._is_word(at):
                name = self.tokens[at][1].strip("`")
            at = self._type_parameters(at + 1) if self._is_word(at) and self._is(at + 1, "<") else at + 1
        return name, at

    def _type_parameters(self, at: int) -> int:
        if not self._is(at, "<"):
            return at
        if self.is_odd:
            return at + 1
        depth = 0
        for index in range(at, min(at + 200, len(self.tokens))):
            symbol = self.tokens[index][1]
            depth += (symbol == "<") - (symbol == ">")
            if depth == 0:
                return index + 1
            if symbol in {"{", "}", ";"}:
                break
        self.is_odd = True
        return at + 1

    def _behind_brackets(self, at: int) -> int:
        depth = 0
        for index in range(at, len(self.tokens)):
            symbol = self.tokens[index][1]
            depth += (symbol in _OPENING) - (symbol in _CLOSING)
            if depth <= 0:
                return index + 1
        return len(self.tokens)

    def _is(self, at: int, *tokens: str) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at][1] in tokens

    def _is_word(self, at: int) -> bool:
        symbol = self.tokens[at][1]
        return symbol[0] == "`" or symbol[0].isalpha() or symbol[0] == "_"


def _tokens(text: str) -> list[tuple[int, str]]:
    """Return words and marks with their offsets, those of the code in strings, too."""
    tokens: list[tuple[int, str]] = []
    holes: list[tuple[int, str]] = []
    depth = at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None  # its last alternative takes anything
        at = match.end()
        kind, symbol = match.lastgroup, match[0]
        if kind == "comment":
            at = _comment_end(text, at)
        elif kind in {"string", "raw"}:
            at = _string(text, at, symbol, holes, depth)
        elif symbol == "}" and holes and holes[-1][0] == depth:
            _, quote = holes.pop()
            at = _string(text, at, quote, holes, depth)
        elif kind in {"word", "mark"} and symbol != "\n":
            depth += (symbol == "{") - (symbol == "}")
            tokens.append((match.start(), symbol))
    return tokens


def _string(text: str, at: int, quote: str, holes: list[tuple[int, str]], depth: int) -> int:
    """Go to the end of a string, or behind the ``${`` of its next hole, which is noted."""
    pieces = _STRING_PIECE if quote == '"' else _RAW_PIECE
    while at < len(text):
        piece = pieces.match(text, at)
        if piece is None:
            return at + 1
        at = piece.end()
        if piece[0] == "${":
            holes.append((depth, quote))
            return at
        if piece[0].startswith(quote) or (quote == '"' and piece[0] == "\n"):
            return at
    return at


def _comment_end(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        piece = _COMMENT_PIECE.match(text, at)
        assert piece is not None  # its last alternative takes anything
        depth += (piece[0] == "/*") - (piece[0] == "*/")
        at = piece.end()
    return at
