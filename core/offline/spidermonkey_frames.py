"""Frames as SpiderMonkey and JavaScriptCore write them: "name@place", "place"."""

from __future__ import annotations

import re

from core.offline.frame_places import (
    ABSOLUTE,
    BLANK_TO_LINE_END,
    EVAL_LINE,
    IS_SCRIPT,
    LAST_WORD,
    LINE_ONLY,
    LONGEST_NAME,
    NOT_IN_PATHS,
    SEPARATORS,
    Passage,
    Place,
    Style,
    TextFrame,
    end_of,
    text_frame,
)

_AT_PATH = re.compile(r"@(?=(?:blob:)?[a-z][a-z0-9+.-]*:/|/|[A-Za-z]:[\\/])")
_QUOTE = re.compile(r"(?<!\\)\\*+(?:\"\"|[\"'`])")
"""A quotation mark: those of strings in strings are escaped, or doubled."""
_IN_FRONT_OF_STRINGS = re.compile(r"(?:\A|[\s:=,(\[{])[bur$]?\Z")
_LOG_PREFIX = re.compile(
    r"(?:(?:\d[\d.:,TZ/+-]*|\[[^\]]*\]|\([^)]*\)|<\d+>|[\w.-]+(?:\[\d+\])?:|\S{1,200}(?:\s+\|)|#\d+"
    r"|(?i:trace|debug|info|warn|warning|error|fatal|critical|notice|stderr|stdout|F)|[^\w\s$@\"'`<([{#]+|<-)\s+"
    r"|##\[\w{1,20}\]|[^\s:@]{1,300}:\d{1,10}:|(?:[^\s:@=&]{1,200}&)?[\w.-]{1,100}=|[^\s:@]{0,200}::|(?i:\w{0,30}(?:stack|trace|error|message|msg|log)):"
    r"|<(?!anonymous|eval|global|module)/?[A-Za-z][^<>@]*>|<!\[CDATA\[|`+|\((?=[^()]*\Z))*"
)
_TO_LAST_COLON = re.compile(r".*(?:[:|]\s+|\t)", re.DOTALL)
_CAUSE = re.compile(r"[A-Za-z][\w.]*(?: (?:handler|callback))?\*")
"""SpiderMonkey says what had the function called: "async*f@…", "promise callback*f@…"."""


def at_sign_frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame "name@place"."""
    text, end = passage.text, place.start()
    at_sign = _path_at_sign(passage, end)
    if at_sign < 0:
        return None
    path = text[at_sign + 1 : end]
    start = _name_start(passage, at_sign)
    name = text[start:at_sign]
    if NOT_IN_PATHS.search(path) or len(name) > LONGEST_NAME or ("/" in path[:1] and "://" in name):
        return None
    return text_frame(passage, Style.AT_SIGN, (start, place.end()), name, path, place)


def _path_at_sign(passage: Passage, end: int) -> int:
    """Return where the at sign is that the path up to ``end`` follows; -1 if there is none."""
    text = passage.text
    word = LAST_WORD.match(text, passage.floor, end)
    word_start = word.end() if word else passage.floor
    found = _AT_PATH.search(text, word_start, end)
    if found is None and word is not None:
        found = _AT_PATH.search(text, passage.floor, end)
        if found is not None and text.startswith(("http:", "https:"), found.end()):
            return -1
    if found is not None:
        return found.start()
    at_sign = text.find("@", word_start, end)
    if at_sign >= 0 and ("/" in text[word_start:at_sign] or not IS_SCRIPT.search(text[at_sign + 1 : end])):
        return -1
    return at_sign


def _name_start(passage: Passage, end: int) -> int:
    """Return where the name of a function starts that ends at ``end``."""
    text = passage.text
    start = _string_start(passage, end)
    if start < 0:
        start = end_of(SEPARATORS, text, passage.floor, end)
    start = end_of(_LOG_PREFIX, text, end_of(_TO_LAST_COLON, text, start, end), end)
    while (cause := _CAUSE.match(text, start, end)) is not None:
        start = cause.end()
    return start


def _string_start(passage: Passage, end: int) -> int:
    """Return where the innermost string starts that ``end`` is in, if it starts in this line; otherwise -1."""
    text, floor = passage.text, passage.floor
    opened: dict[str, int] = {}
    last = floor
    for mark in _QUOTE.finditer(text, floor, end):
        is_closing = opened.pop(mark[0], None) is not None
        if not is_closing and (mark.start() == last or _is_in_front_of_string(text, floor, mark.start())):
            opened[mark[0]] = last = mark.end()
    return max(opened.values(), default=-1)


def _is_in_front_of_string(text: str, floor: int, end: int) -> bool:
    return _IN_FRONT_OF_STRINGS.search(text[max(floor, end - 2) : end]) is not None


def position_frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame of React Native that is nothing but "name@line:column"."""
    text, at_sign = passage.text, place.start()
    start = _name_start(passage, at_sign)
    name = text[start:at_sign]
    if not passage.is_first or not name or any(each.isspace() for each in name):
        return None
    return text_frame(passage, Style.AT_SIGN, (start, place.end()), name, "", place)


def eval_frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame of SpiderMonkey "name@file line number > eval:line:column"."""
    end = place.start() - 1
    at_sign = _path_at_sign(passage, end)
    if at_sign < 0:
        return None
    path = passage.text[at_sign + 1 : end]
    name = passage.text[_name_start(passage, at_sign) : at_sign]
    return text_frame(passage, Style.EVAL_LINE, (at_sign + 1, place.end(EVAL_LINE)), name, path, place)


def place_frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame of JavaScriptCore that is nothing but a URL."""
    text, end = passage.text, place.start()
    if place.lastindex == LINE_ONLY:
        return None  # so Node says where it crashed, before it shows that line
    if text.find("://", passage.floor, end) < 0:
        return None
    start = _name_start(passage, end)
    path = text[start:end]
    if "://" not in path or not ABSOLUTE.match(path) or NOT_IN_PATHS.search(path):
        return None
    if LAST_WORD.match(path) or not BLANK_TO_LINE_END.match(text, place.end()):
        return None
    return text_frame(passage, Style.ONLY_PLACE, (start, place.end()), "", path, place)
