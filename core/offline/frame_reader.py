# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""The frames of a plain text, read from place to place.

A frame is read backwards from its place, and no further than to the place before it or the start of the line, so the
time is linear in the length of any text.
"""

import cython

from core.offline.frame_places import LONGEST_NAME as _LONGEST_NAME_OF_ALL
from core.offline.frame_places import LONGEST_PATH as _LONGEST_PATH_OF_ALL
from core.offline.frame_places import Style, TextFrame

if cython.compiled:
    from cython.cimports.core.offline.landmarks import (
        EVAL_LINE,
        LINE_ONLY,
        NO_PLACE,
        PLACE,
        POSITION,
        Landmarks,
    )
    from cython.cimports.core.offline.name_starts import NameStarts
    from cython.cimports.core.offline.path_shapes import (
        has_blank,
        has_code_sign,
        has_root,
        has_scheme,
        has_sign_of_no_path,
        is_absolute,
        is_blank_to_line_end,
        is_path,
        is_script,
        last_word_start,
        may_hold_path,
        separators_end,
    )
else:
    from core.offline.landmarks import EVAL_LINE, LINE_ONLY, NO_PLACE, PLACE, POSITION, Landmarks
    from core.offline.name_starts import NameStarts
    from core.offline.path_shapes import (
        has_blank,
        has_code_sign,
        has_root,
        has_scheme,
        has_sign_of_no_path,
        is_absolute,
        is_blank_to_line_end,
        is_path,
        is_script,
        last_word_start,
        may_hold_path,
        separators_end,
    )

COMPILED = cython.compiled

_LONGEST_NAME = cython.declare(cython.Py_ssize_t, _LONGEST_NAME_OF_ALL)
_LONGEST_PATH = cython.declare(cython.Py_ssize_t, _LONGEST_PATH_OF_ALL)
_INDENTATION = cython.declare(cython.int, 4)  # that of frames in the console of Firefox, at least
_CALL, _BARE, _EVAL, _AT_SIGN = Style.CALL, Style.BARE, Style.EVAL, Style.AT_SIGN
_CONSOLE, _ONLY_PLACE, _EVAL_LINE, _MENTION = Style.CONSOLE, Style.ONLY_PLACE, Style.EVAL_LINE, Style.MENTION


def read_frames(text, is_known):
    """Return the frames of ``text`` in its order, as ``find_frames`` does."""
    return FrameReader(text, is_known).frames()


@cython.final
@cython.cclass
class FrameReader:
    """Reads the frames of a text; ``is_known`` says whose places stand for themselves, or is None."""

    def __init__(self, text, is_known):
        self._text = text
        self._is_known = is_known
        self._known = {}
        self._place = Landmarks(text)
        self._names = NameStarts(text)
        self._is_loose = False

    def frames(self) -> list:
        """Return the frames."""
        frames: list = []
        place: Landmarks = self._place
        while place.advance():
            if place.kind == NO_PLACE:
                place.note_found()
            elif place.kind == POSITION or may_hold_path(self._text, place.floor, place.start):
                frame = self._frame()
                if frame is None and self._is_known is not None and place.kind == PLACE:
                    frame = self._mention()
                if frame is not None:
                    frames.append(frame)
                    place.note_found()
        return frames

    def _frame(self):
        """Return the frame that ends with the place, if there is one."""
        text: str = self._text
        place: Landmarks = self._place
        frame: object = None
        if place.kind == POSITION:
            return self._position()
        if place.kind == EVAL_LINE:
            return self._eval_line()
        has_opening: cython.bint = text.find("at ", place.floor, place.start) >= 0
        if has_opening and place.end < len(text) and text[place.end] == ")":
            frame = self._called()
        if frame is None and text.find("@", place.floor, place.start) >= 0:
            frame = self._at_sign()
        if frame is None and has_opening:
            frame = self._bare()
        if frame is None:
            frame = self._only_place()
        if frame is None:
            frame = self._console()
        return frame

    # V8 and Hermes: "at name (place)", "at place".

    def _called(self):
        text: str = self._text
        place: Landmarks = self._place
        bracket: cython.Py_ssize_t = self._opening_bracket(place.start)
        path: cython.Py_ssize_t = bracket + 1
        frame: object
        if bracket < 0:
            return None
        name_end: cython.Py_ssize_t = bracket - 1 if bracket and text[bracket - 1] == " " else bracket
        start: cython.Py_ssize_t = text.rfind("eval at ", place.floor, name_end) if name_end > place.floor else -1
        style: object = _EVAL
        self._is_loose = False
        if start >= 0 and text.find("(", start, name_end) < 0:
            start += 8
        else:
            style = _CALL
            start = self._opening(name_end)
            if start < 0:
                return None
            start = self._after_opening(start)
        if not 0 < name_end - start <= _LONGEST_NAME:
            return None
        is_script_of_web: cython.bint = is_absolute(text, path, place.start) and is_script(text, path, place.start)
        if self._is_loose and has_code_sign(text, start, name_end) and not is_script_of_web:
            return None
        if text.startswith("address at ", path, place.start):
            # An offset in Hermes' bytecode: these count from 0.
            place.colno += 1
            frame = self._text_frame(style, start, place.end + 1, text[start:name_end], path + 11, place.start)
            place.colno -= 1
            return frame
        if not self._is_whole(path, place.start):
            return None
        return self._text_frame(style, start, place.end + 1, text[start:name_end], path, place.start)

    def _bare(self):
        text: str = self._text
        place: Landmarks = self._place
        start: cython.Py_ssize_t = self._opening(place.start)
        path: cython.Py_ssize_t
        if start < 0:
            return None
        start = path = self._after_opening(start)
        if text.startswith("address at ", path):
            path += 11
        if not self._is_whole(path, place.start):
            return None
        if has_blank(text, path, place.start) and not is_absolute(text, path, place.start):
            return None
        return self._text_frame(_BARE, start, place.end, "", path, place.start)

    def _is_whole(self, start, end):
        """Return whether there is nothing in a path that can't be; a loose one may be code."""
        text: str = self._text
        is_sure: cython.bint = not self._is_loose or (
            is_absolute(text, start, end) and is_script(text, start, end) and not has_blank(text, start, end)
        )
        if not is_sure:
            return not (has_code_sign(text, start, end) or has_sign_of_no_path(text, start, end))
        return not has_sign_of_no_path(text, start, end) or text[start:end] == "<anonymous>"

    def _opening_bracket(self, end):
        """Return where the bracket is that the one at ``end`` closes; -1 if there is none."""
        text: str = self._text
        floor: cython.Py_ssize_t = max(self._place.floor, end - _LONGEST_PATH)
        at: cython.Py_ssize_t = end
        closed: cython.Py_ssize_t = 0
        last: cython.Py_ssize_t = -1
        character: cython.Py_UCS4
        while at > floor:
            at -= 1
            character = text[at]
            if character == ")":
                closed += 1
            elif character == "(" and closed:
                closed -= 1
            elif character == "(":
                # Paths may have brackets that nothing closes; the frame's own has a blank in front of it.
                if at and text[at - 1] == " ":
                    return at
                if last < 0:
                    last = at
        return last

    def _opening(self, end):
        """Return where the "at " is that something is called at, or -1; it is loose if it may well be a word of a log.

        It is none at the start of a line, right behind a frame, or behind several blanks or what separates items.
        """
        text: str = self._text
        floor: cython.Py_ssize_t = self._place.floor
        at_start: cython.Py_ssize_t
        opening: cython.Py_ssize_t = end
        loose: cython.Py_ssize_t = -1
        before: cython.Py_UCS4
        self._is_loose = False
        if end <= floor:
            return -1
        at_start = separators_end(text, floor, end)
        is_called: cython.bint = end < len(text) and text[end] == "("
        while True:
            opening = text.rfind("at ", floor, opening)
            if opening < 0:
                break
            if is_called and self._after_opening(opening) >= end:
                continue  # a function may be called "at"
            if opening == at_start:
                return opening
            if opening == floor:
                continue
            before = text[opening - 1]
            if before == "\t" or (before == " " and opening - 2 >= floor and text[opening - 2] in " \t|,;>"):
                return opening
            # A log may have anything in front of a frame, even the word "at".
            if loose < 0 and before in "\n \t\r\f\v\"'`|>:]":
                loose = opening
        self._is_loose = True
        return loose

    def _after_opening(self, opening):
        is_async: cython.bint = self._text.startswith("async ", opening + 3)
        # A function may be called "async".
        return opening + 9 if is_async and not self._text.startswith("(", opening + 9) else opening + 3

    # SpiderMonkey and JavaScriptCore: "name@place", "place".

    def _at_sign(self):
        text: str = self._text
        place: Landmarks = self._place
        at_sign: cython.Py_ssize_t = self._path_at_sign(place.start)
        if at_sign < 0 or has_sign_of_no_path(text, at_sign + 1, place.start):
            return None
        start: cython.Py_ssize_t = self._names.start(place.floor, at_sign)
        if at_sign - start > _LONGEST_NAME:
            return None
        name: str = text[start:at_sign]
        if text[at_sign + 1] == "/" and "://" in name:
            return None
        return self._text_frame(_AT_SIGN, start, place.end, name, at_sign + 1, place.start)

    def _path_at_sign(self, end):
        """Return where the at sign is that the path up to ``end`` follows; -1 if there is none."""
        text: str = self._text
        floor: cython.Py_ssize_t = self._place.floor
        word: cython.Py_ssize_t = last_word_start(text, floor, end)
        at_sign: cython.Py_ssize_t = self._at_sign_before_root(word, end)
        if at_sign >= 0:
            return at_sign
        if word > floor:
            at_sign = self._at_sign_before_root(floor, end)
            if at_sign >= 0:
                return -1 if text.startswith(("http:", "https:"), at_sign + 1) else at_sign
        at_sign = text.find("@", word, end)
        if at_sign >= 0 and (text.find("/", word, at_sign) >= 0 or not is_script(text, at_sign + 1, end)):
            return -1
        return at_sign

    def _at_sign_before_root(self, start, end):
        text: str = self._text
        at: cython.Py_ssize_t = text.find("@", start, end)
        while at >= 0:
            if has_root(text, at + 1, end) or (text.startswith("blob:", at + 1, end) and has_scheme(text, at + 6, end)):
                return at
            at = text.find("@", at + 1, end)
        return -1

    def _position(self):
        """Return the frame of React Native that is nothing but "name@line:column"."""
        text: str = self._text
        place: Landmarks = self._place
        if not place.is_first():
            return None
        start: cython.Py_ssize_t = self._names.start(place.floor, place.start)
        if start >= place.start or has_blank(text, start, place.start):
            return None
        return self._text_frame(_AT_SIGN, start, place.end, text[start : place.start], place.start, place.start)

    def _eval_line(self):
        """Return the frame of SpiderMonkey "name@file line number > eval:line:column"."""
        text: str = self._text
        place: Landmarks = self._place
        end: cython.Py_ssize_t = place.start - 1
        at_sign: cython.Py_ssize_t = self._path_at_sign(end) if end > place.floor else -1
        if at_sign < 0:
            return None
        start: cython.Py_ssize_t = self._names.start(place.floor, at_sign)
        return self._text_frame(_EVAL_LINE, at_sign + 1, place.number_end, text[start:at_sign], at_sign + 1, end)

    def _only_place(self):
        """Return the frame of JavaScriptCore that is nothing but a URL."""
        text: str = self._text
        place: Landmarks = self._place
        if place.kind == LINE_ONLY:
            return None  # so Node says where it crashed, before it shows that line
        if text.find("://", place.floor, place.start) < 0 or not is_blank_to_line_end(text, place.end):
            return None
        start: cython.Py_ssize_t = self._names.start(place.floor, place.start)
        if text.find("://", start, place.start) < 0 or not is_absolute(text, start, place.start):
            return None
        if has_sign_of_no_path(text, start, place.start) or has_blank(text, start, place.start):
            return None
        return self._text_frame(_ONLY_PLACE, start, place.end, "", start, place.start)

    # Consoles, and texts of all kinds.

    def _console(self):
        """Return the frame "name @ place"; Safari has a dash, and Firefox nothing but blanks between the two."""
        text: str = self._text
        place: Landmarks = self._place
        if not place.is_first():
            return None
        path: cython.Py_ssize_t = last_word_start(text, place.floor, place.start)
        if path == place.floor or not is_blank_to_line_end(text, place.end):
            return None
        if not is_script(text, path, place.start):
            return None
        before: str = text[place.line_start : path].strip()
        name: str = before[: len(before) - 1].rstrip() if before.endswith(("@", "—", "–")) else before
        if not 0 < len(name) <= _LONGEST_NAME:
            return None
        if name == before:
            indentation: cython.Py_ssize_t = 0
            while indentation < _INDENTATION and text[place.line_start + indentation].isspace():
                indentation += 1
            if indentation < _INDENTATION or has_blank(name, 0, len(name)):
                return None
        start: cython.Py_ssize_t = text.find(before, place.line_start)
        if name == "(anonymous)" or name == "<anonymous>":
            name = ""
        return self._text_frame(_CONSOLE, start, place.end, name, path, place.start)

    def _mention(self):
        """Return a place in a file that is known, whatever is around it."""
        end: cython.Py_ssize_t = self._place.start
        start: cython.Py_ssize_t = self._last_delimiter_end(self._place.floor, end)
        start = max(start, end - _LONGEST_PATH)
        url: cython.Py_ssize_t = self._url_start(start, end)
        frame: object
        if url >= 0:
            frame = self._mention_from(url)
            return self._mention_from(start) if frame is None else frame
        frame = self._mention_from(self._last_opening_end(start, end))
        if frame is None:
            frame = self._mention_from(start)
        if frame is None:
            frame = self._mention_from(self._last_separator_end(start, end))
        return frame

    def _mention_from(self, path):
        text: str = self._text
        place: Landmarks = self._place
        if path < 0 or not is_path(text, path, place.start):
            return None
        name: str = text[path : place.start]
        is_known: object = self._known.get(name)
        if is_known is None:
            is_known = self._known[name] = bool(self._is_known(name))
        if not is_known:
            return None
        return self._text_frame(_MENTION, path, place.end, "", path, place.start)

    def _last_delimiter_end(self, start, end):
        text: str = self._text
        character: cython.Py_UCS4
        while end > start:
            character = text[end - 1]
            if character in "\"'`<>|" or character.isspace():
                break
            end -= 1
        return end

    def _url_start(self, start, end):
        """Return where the first URL starts, -1 if there is none."""
        text: str = self._text
        at: cython.Py_ssize_t = text.find("://", start, end)
        scheme: cython.Py_ssize_t
        before: cython.Py_UCS4
        while at >= 0:
            for name in ("https", "http", "file"):
                scheme = at - len(name)
                if scheme < start or not text.startswith(name, scheme):
                    continue
                if scheme - 5 >= start and text.startswith("blob:", scheme - 5):
                    return scheme - 5
                if not scheme:
                    return scheme
                before = text[scheme - 1]
                if not (before.isalnum() or before == "_"):
                    return scheme
            at = text.find("://", at + 3, end)
        return -1

    def _last_opening_end(self, start, end):
        """Return where the last bracket ends that nothing closes, -1 if there is none."""
        text: str = self._text
        closed: cython.Py_ssize_t = 0
        character: cython.Py_UCS4
        while end > start:
            character = text[end - 1]
            if character in ")]}）】」":
                closed += 1
            elif character in "([{（【「":
                if not closed:
                    return end
                closed -= 1
            end -= 1
        return -1

    def _last_separator_end(self, start, end):
        text: str = self._text
        while end > start:
            if text[end - 1] in "(=,;[{":
                return end
            end -= 1
        return -1

    def _text_frame(self, style, start, end, name, path, path_end):
        """Return the frame of a name and of the path ``text[path:path_end]``; None if that is none."""
        text: str = self._text
        place: Landmarks = self._place
        if place.kind != POSITION and (path_end - path > _LONGEST_PATH or not is_path(text, path, path_end)):
            return None
        is_sure: cython.bint = place.kind != LINE_ONLY or style is _CALL or style is _EVAL
        if not is_sure and not is_script(text, path, path_end):
            return None
        has_column: cython.bint = place.kind == PLACE or place.kind == POSITION
        return tuple.__new__(
            TextFrame,
            (
                style,
                start,
                end,
                place.line,
                name or None,
                text[path:path_end],
                place.lineno,
                place.colno if has_column else None,
            ),
        )
