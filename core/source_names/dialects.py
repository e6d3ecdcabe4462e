"""Which language a source is in, by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_EXTENSION = re.compile(r"\.([A-Za-z0-9]+)(?:[?#!].*)?\Z", re.DOTALL)
_SCRIPT = re.compile(rb"<script\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_NOT_A_LINE_END = re.compile(rb"[^\r\n]")
_FLOW = re.compile(rb"@(?:flow|noflow)\b")
_HEAD_SIZE = 2048


def _whole(content: bytes) -> bytes:
    return content


@dataclass(frozen=True, slots=True)
class Dialect:
    """A language: whether it has types and elements, and where in a source it is."""

    types: bool
    jsx: bool
    is_certain: bool = True
    """Whether the name says so; if not, a text that doesn't look like it isn't."""
    script: Callable[[bytes], bytes] = _whole
    """Returns a text of the same length in which all that isn't script is blank."""


def component_scripts(content: bytes) -> bytes:
    """Return the scripts of a component of Vue or Svelte, each where it is, and blanks in the place of the rest."""
    pieces: list[bytes] = []
    end = 0
    for script in _SCRIPT.finditer(content):
        # A script is a program of its own: nothing goes on into the next one.
        pieces += [_blank(content[end : script.start(1)]), script[1]]
        end = script.end(1)
    return b"".join([*pieces, _blank(content[end:])])


_JAVASCRIPT = Dialect(types=False, jsx=True)
_FLOW_TYPED = Dialect(types=True, jsx=True)
_TYPESCRIPT = Dialect(types=True, jsx=False)
_TSX = Dialect(types=True, jsx=True)
_COMPONENT = Dialect(types=True, jsx=False, script=component_scripts)
_GUESSED = Dialect(types=True, jsx=True, is_certain=False)
_DIALECTS = {
    **dict.fromkeys(("js", "cjs", "mjs", "es", "es6", "jsx"), _JAVASCRIPT),
    **dict.fromkeys(("ts", "cts", "mts"), _TYPESCRIPT),
    "tsx": _TSX,
    **dict.fromkeys(("vue", "svelte"), _COMPONENT),
}
_NAMES_OF_OTHERS = """
    c cc clj cljc cljs coffee cpp css cxx dart elm fs fsx gleam go h hpp htm html hx imba java json kt less litcoffee ls
    lua ml nim php purs py rb re res rs sass scala scss styl swift wat zig
"""
_OTHER_LANGUAGES = frozenset(_NAMES_OF_OTHERS.split())


def dialect_of(file: str, content: bytes) -> Dialect | None:
    """Return the language of a source called ``file``; None if it can be none of those known here."""
    extension = _EXTENSION.search(file.partition("?")[0])
    name = extension[1].lower() if extension else ""
    if name in _OTHER_LANGUAGES:
        return None
    dialect = _DIALECTS.get(name, _GUESSED)
    if dialect is _JAVASCRIPT and _FLOW.search(content, 0, _HEAD_SIZE):
        return _FLOW_TYPED
    return dialect


def _blank(content: bytes) -> bytes:
    return _NOT_A_LINE_END.sub(b" ", content)
