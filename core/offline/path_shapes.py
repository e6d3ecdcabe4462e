# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""Passages of a text that may be paths, or parts of what is around them in a stack trace.

Each function is about ``text[start:end]``, which is within one line.
"""

import cython

COMPILED = cython.compiled

_EXTENSIONS = frozenset(
    "js jsx ts tsx cjs cjsx cts ctsx mjs mjsx mts mtsx bundle jsbundle hbc htm html".split()  # noqa: SIM905
)
_LONGEST_EXTENSION = cython.declare(cython.int, 8)


def may_hold_path(text, start, end):
    """Return whether there is anything that paths have: half of what looks like a place in a log is a time of day."""
    at: cython.Py_ssize_t
    character: cython.Py_UCS4
    following: cython.Py_UCS4
    for at in range(start, end):
        character = text[at]
        if character == "/" or character == "\\":
            return True
        if at + 1 < end and character in ".<n":
            following = text[at + 1]
            if character == "." and _is_letter(following):
                return True
            if character == "<" and following == "a":
                return True
            if character == "n" and following == "o" and text.startswith("node:", at, end):
                return True
    return False


def is_path(text, start, end):
    """Return whether it is a path: with a slash or an extension, or what engines write for one."""
    at: cython.Py_ssize_t
    character: cython.Py_UCS4
    for at in range(start, end):
        character = text[at]
        if character == "/" or character == "\\":
            return True
    at = start
    while at < end:
        if text[at] == "." and at + 1 < end and _is_letter(text[at + 1]):
            at += 2
            while at < end:
                character = text[at]
                if not (character.isalnum() or character == "_"):
                    break
                at += 1
            if at == end or text[at] in "?#":
                return True
        else:
            at += 1
    return text[start:end] == "<anonymous>" or text.startswith("node:", start, end)


def is_script(text, start, end):
    """Return whether it ends as the name of a script does, or of a page with scripts."""
    dot: cython.Py_ssize_t
    at: cython.Py_ssize_t
    before: cython.Py_UCS4
    for dot in range(start + 1, end - 1):
        if text[dot] != ".":
            continue
        before = text[dot - 1]
        if before == ":" or before == "/" or text[dot + 1] not in "jtcmbh":
            continue
        at = dot + 1
        while at < end and at - dot <= _LONGEST_EXTENSION and text[at] not in "?#/":
            at += 1
        if (at == end or text[at] in "?#/") and text[dot + 1 : at] in _EXTENSIONS:
            return True
    return False


def is_absolute(text, start, end):
    """Return whether it starts as an absolute path or a URL does."""
    return has_root(text, start, end) or text.startswith("file:", start, end)


def has_root(text, start, end):
    """Return whether it starts with a slash, a drive or a scheme and a slash."""
    if start >= end:
        return False
    if text[start] == "/":
        return True
    if start + 2 < end and text[start + 1] == ":" and text[start + 2] in "\\/" and _is_letter(text[start]):
        return True
    return has_scheme(text, start, end)


def has_scheme(text, start, end):
    """Return whether it starts with a scheme and a slash."""
    at: cython.Py_ssize_t = start
    character: cython.Py_UCS4
    while at < end:
        character = text[at]
        if not ("a" <= character <= "z" or (at > start and ("0" <= character <= "9" or character in "+.-"))):
            break
        at += 1
    return start < at < end - 1 and text[at] == ":" and text[at + 1] == "/"


def has_blank(text, start, end):
    """Return whether there is a blank in it."""
    at: cython.Py_ssize_t
    character: cython.Py_UCS4
    for at in range(start, end):
        character = text[at]
        if character.isspace():
            return True
    return False


def has_sign_of_no_path(text, start, end):
    """Return whether there is a character that paths don't have."""
    at: cython.Py_ssize_t
    character: cython.Py_UCS4
    for at in range(start, end):
        character = text[at]
        if character in '<>|"\r\n':
            return True
    return False


def has_code_sign(text, start, end):
    """Return whether there is a character that lines of code are full of, and names and paths are not."""
    at: cython.Py_ssize_t
    character: cython.Py_UCS4
    for at in range(start, end):
        character = text[at]
        if character in ";{}":
            return True
    return False


def last_word_start(text, start, end):
    """Return where the last word starts: at ``start``, if there is no blank."""
    character: cython.Py_UCS4
    while end > start:
        character = text[end - 1]
        if character.isspace():
            break
        end -= 1
    return end


def separators_end(text, start, end):
    """Return where what separates frames of one line ends, if there is any at ``start``."""
    character: cython.Py_UCS4
    while start < end:
        character = text[start]
        if not (character in "\"'`,;:|>)]}\\–—-" or character.isspace()):
            break
        start += 1
    return start


def is_blank_to_line_end(text, at):
    """Return whether there are nothing but blanks up to the end of the line, or of whatever the line is quoted in."""
    length: cython.Py_ssize_t = len(text)
    character: cython.Py_UCS4
    while at < length:
        character = text[at]
        if character in "\r\n\v\f\x85\u2028\u2029\u240a\u2424\u21b5\u23ce\xb6\"'`<&│\\":
            return True
        if not character.isspace():
            return text.startswith("]]>", at)
        at += 1
    return True


def _is_letter(character):
    return "a" <= character <= "z" or "A" <= character <= "Z"
