"""Dialects: the language of a source, by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.source_names.clojure import clojure_functions
from core.source_names.kotlin import kotlin_functions
from core.source_names.listed_functions import ListedFunctions

_EXTENSION = re.compile(r"\.([A-Za-z0-9]+)(?:[?#!].*)?\Z", re.DOTALL)
_SCRIPT = re.compile(rb"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(rb"\s*[<{]")
_SETUP = re.compile(rb"\bsetup\b")
_MODULE = re.compile(rb"\bmodule\b")
_NOT_IN_NAMES = re.compile(r"\W")
_NOT_A_LINE_END = re.compile(rb"[^\r\n]")
_FLOW = re.compile(rb"@(?:flow|noflow)\b")
_HEAD_SIZE = 2048


@dataclass(frozen=True, slots=True)
class Script:
    """Program of a source.  Other bytes are blank, so all of it is where it was."""

    text: bytes
    functions: tuple[tuple[int, int, str], ...] = ()
    """Where parts of it start and end that become the body of a function, and what that is called."""


def _whole(content: bytes, _: str) -> Script:
    return Script(content)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A language: its reader; or, for the parser, whether it has types and elements, and where in a source it is."""

    types: bool = False
    jsx: bool = False
    is_certain: bool = True
    """Whether the name says so; if not, a text that doesn't look like it isn't."""
    script: Callable[[bytes, str], Script] = _whole
    """Returns what is a program of the content of a source and its name."""
    reader: Callable[[str], ListedFunctions] | None = None


def component_scripts(content: bytes, name_of: Callable[[bytes], str | None]) -> Script:
    """Return the scripts of a component, each where it is; ``name_of`` names what one becomes, by its attributes."""
    if not _MARKUP.match(content) and not _SCRIPT.search(content):
        return Script(content)  # webpack's loaders hand over the script alone, by the name of the component
    pieces: list[bytes] = []
    functions: list[tuple[int, int, str]] = []
    end = 0
    for script in _SCRIPT.finditer(content):
        pieces += [_blank(content[end : script.start(2)]), script[2]]
        end = script.end(2)
        name = name_of(script[1])
        if name:
            functions.append((script.start(2), end, name))
    return Script(b"".join([*pieces, _blank(content[end:])]), tuple(functions))


def _vue_scripts(content: bytes, _: str) -> Script:
    return component_scripts(content, lambda attributes: "setup" if _SETUP.search(attributes) else None)


def _svelte_scripts(content: bytes, file: str) -> Script:
    # The compiler calls the component so.
    component = _NOT_IN_NAMES.sub("_", _EXTENSION.sub("", re.split(r"[/\\]", file)[-1]))
    return component_scripts(content, lambda attributes: None if _MODULE.search(attributes) else component)


_JAVASCRIPT = Dialect(types=False, jsx=True)
_FLOW_TYPED = Dialect(types=True, jsx=True)
_TYPESCRIPT = Dialect(types=True, jsx=False)
_TSX = Dialect(types=True, jsx=True)
_VUE = Dialect(types=True, jsx=False, script=_vue_scripts)
_SVELTE = Dialect(types=True, jsx=False, script=_svelte_scripts)
_GUESSED = Dialect(types=True, jsx=True, is_certain=False)
_DIALECTS = {
    **dict.fromkeys(("js", "cjs", "mjs", "es", "es6", "jsx"), _JAVASCRIPT),
    **dict.fromkeys(("ts", "cts", "mts"), _TYPESCRIPT),
    "tsx": _TSX,
    **dict.fromkeys(("cljs", "cljc"), Dialect(reader=clojure_functions)),
    "kt": Dialect(reader=kotlin_functions),
    "vue": _VUE,
    "svelte": _SVELTE,
}
_NAMES_OF_OTHERS = """
    c cc clj coffee cpp css cxx dart elm fs fsx gleam go h hpp htm html hx imba java json less litcoffee ls
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
