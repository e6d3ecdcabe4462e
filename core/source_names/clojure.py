"""The functions of a source in ClojureScript, called as they are written there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.source_names.listed_functions import ListedFunctions

_TOKEN = re.compile(
    r"""
    (?P<blank>[\s,]+|;[^\n]*)
    | (?P<string>\#?"(?:[^"\\]|\\.)*(?:"|\Z))
    | (?P<char>\\(?:[^\W\d_]+|.|\Z))
    | (?P<open>\#\??@?[\(\{]|\#:[^\s,(){}\[\]"]*\{|[(\[{])
    | (?P<close>[)\]}])
    | (?P<prefix>\#_|\#\?@?|\#'|\#=|\#\^|[\^'`@]|~@?)
    | (?P<word>[^\s,()\[\]{}"';`~^@\\]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FUNCTIONS = {"fn", "fn*"}
_DEFINITIONS = {"def", "defonce"}
_TYPES = {"deftype", "defrecord", "extend-type", "specify!", "specify"}
_PROTOCOLS = {"extend-protocol"}


@dataclass(slots=True)
class _Form:
    """A bracket that isn't closed yet, and what is known of what it holds."""

    bracket: str
    start: int
    parent: _Form | None
    items: int = 0
    head: str = ""
    name: str | None = None
    scope: int = -1
    is_marked: bool = False
    """It is metadata, or the value after it, so it is no item of the form around."""


def clojure_functions(text: str) -> ListedFunctions:
    """Return the functions of a source in ClojureScript; offsets are of characters."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.functions = ListedFunctions()
        self.form: _Form | None = None
        self.marks = 0  # of metadata, whose value follows

    def read(self) -> ListedFunctions:
        """Read all of it."""
        for match in _TOKEN.finditer(self.text):
            kind, symbol = match.lastgroup, match[0]
            if kind == "open":
                self._open(match.start(), symbol)
            elif kind == "close":
                self._close(match.end())
            elif kind == "prefix":
                self.marks += symbol in {"^", "#^", "#_"}
            elif kind not in {"blank", "other"}:
                self._item(symbol if kind == "word" else "")
        while self.form is not None:
            self._close(len(self.text))
        return self.functions

    def _open(self, start: int, symbol: str) -> None:
        form = _Form(symbol, start, self.form, is_marked=self.marks > 0)
        self.marks = 0
        if symbol == "#(":
            form.scope = self.functions.open(start, None)
        elif symbol == "(" and self.form is not None:
            form.name = self._name_as_part(self.form)
            if form.name is not None:
                form.scope = self.functions.open(start, form.name)
        self.form = form

    def _name_as_part(self, around: _Form) -> str | None:
        """Return an empty name for what is a function by where it is: a method of a type, or of ``letfn``."""
        if around.head in _TYPES | _PROTOCOLS | {"reify"} and around.items > 1 - (around.head == "reify"):
            return ""
        parent = around.parent
        if around.bracket == "[" and parent is not None and parent.head == "letfn" and parent.items == 1:
            return ""
        return None

    def _close(self, end: int) -> None:
        form = self.form
        if form is None:
            return
        self.form = form.parent
        if form.scope >= 0:
            self.functions.close(form.scope, end)
        if not form.is_marked and self.form is not None:
            self._count(self.form)

    def _item(self, word: str) -> None:
        if self.marks:
            self.marks -= 1
            return
        form = self.form
        if form is None:
            return
        if form.items == 0 and form.bracket == "(":
            self._head(form, word)
        elif form.items == 1 and word and form.head:
            self._first_argument(form, word)
        elif form.head in _PROTOCOLS and word and form.items > 1:
            form.name = word
        self._count(form)

    def _head(self, form: _Form, word: str) -> None:
        form.head = word.rpartition("/")[2] or word
        if form.scope >= 0:
            self.functions.names[form.scope] = self._member_name(form, word)
        elif form.head in _FUNCTIONS:
            parent = form.parent
            is_value = parent is not None and parent.head in _DEFINITIONS and parent.items >= 2
            form.scope = self.functions.open(form.start, parent.name if is_value and parent else None)

    def _first_argument(self, form: _Form, word: str) -> None:
        head = form.head
        if head in _FUNCTIONS and form.scope >= 0:
            self.functions.names[form.scope] = word
        elif head in _DEFINITIONS | _TYPES | _PROTOCOLS:
            form.name = word
        elif head.lstrip(">").startswith("def") and head not in {"defprotocol", "defmulti", "deftest"}:
            form.name = word
            form.scope = self.functions.open(form.start, word)

    def _member_name(self, form: _Form, word: str) -> str:
        around = form.parent
        type_name = around.name if around is not None and around.bracket == "(" else None
        return f"{type_name}.{word}" if type_name else word

    def _count(self, form: _Form) -> None:
        form.items += 1
