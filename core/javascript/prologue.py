"""The start of a script that has to stay in front of everything else: a hashbang, comments, directives."""

from __future__ import annotations

import re

_BLANK = rb"(?:[ \t\v\f]+|\xef\xbb\xbf|\xc2\xa0)"
_LINE_END = rb"(?:[\n\r]|\xe2\x80[\xa8\xa9])"
_COMMENT = rb"/\*[\s\S]*?\*/|//(?:(?!\xe2\x80[\xa8\xa9])[^\n\r])*"

_HASHBANG = re.compile(rb"(?:\xef\xbb\xbf)?(?:#!(?:(?!\xe2\x80[\xa8\xa9])[^\n\r])*(?=[\n\r]|\xe2\x80[\xa8\xa9]))?")
_SPACE = re.compile(rb"(?:%b|%b|%b)*+" % (_BLANK, _LINE_END, _COMMENT))
_STRING = re.compile(rb""""(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'""")
_ANY_LINE_END = re.compile(_LINE_END)
_CONTINUES = re.compile(rb"""[(\[`+\-*/,.?:<>=&|^%]|!=|(?:in|instanceof)(?![\w$\\\x80-\xff])""")
"""What makes the string before it, although that is a line of its own, the start of an expression."""


def prologue_end(code: bytes) -> int:
    """Return the offset behind the prologue of a script: a statement may be inserted there.

    The prologue has a byte order mark, a hashbang, blanks and comments, and directives such as "use strict".  If there
    are directives, it ends with the last one, and the line feed or carriage return right behind one in single quotes.

    Source: ECMA-262, "Directive Prologues" and "Automatic Semicolon Insertion"; where the prologue ends,
    ``sentry-cli sourcemaps inject`` 3.8.
    """
    end = _end_of_space(code, _end(_HASHBANG, code, 0))
    at = end
    while (directive := _directive_end(code, at)) is not None:
        end = directive
        at = _end_of_space(code, directive)
    return end


def _directive_end(code: bytes, start: int) -> int | None:
    string = _STRING.match(code, start)
    if string is None:
        return None
    after = _end_of_space(code, string.end())
    if code[after : after + 1] == b";":
        is_single = code[start : start + 1] == b"'"
        return after + 2 if is_single and code[after + 1 : after + 2] in (b"\n", b"\r") else after + 1
    is_alone = after == len(code) or _ANY_LINE_END.search(code, string.end(), after)
    return string.end() if is_alone and not _CONTINUES.match(code, after) else None


def _end_of_space(code: bytes, start: int) -> int:
    return _end(_SPACE, code, start)


def _end(pattern: re.Pattern[bytes], code: bytes, start: int) -> int:
    found = pattern.match(code, start)
    return found.end() if found else start
