# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Lexer of JavaScript and TypeScript, with or without JSX.

Offsets are bytes of UTF-8.  The text must end with a NUL, at which every loop stops.  Nothing here is an error: what no
program has is a token, too, or ends one.
"""

import cython

from core.source_names.typescript_tokens import bit_set

if cython.compiled:
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
else:
    from core.source_names.typescript_tokens import Lexeme, Word

COMPILED = cython.compiled

_CLOSING = cython.declare(
    cython.ulonglong, bit_set(Lexeme.END, Lexeme.CLOSE_PAREN, Lexeme.CLOSE_BRACKET, Lexeme.CLOSE_BRACE)
)
_OPENING = cython.declare(cython.ulonglong, bit_set(Lexeme.OPEN_PAREN, Lexeme.OPEN_BRACKET, Lexeme.OPEN_BRACE))
_BLANK = cython.declare(cython.int, 1)
_LETTER = cython.declare(cython.int, 2)
_DIGIT = cython.declare(cython.int, 3)
_SIMPLE = cython.declare(cython.int, 4)
_QUOTE = cython.declare(cython.int, 5)
_BEYOND_ASCII = cython.declare(cython.int, 6)
_LONGEST_WORD = cython.declare(cython.int, 12)


@cython.final
@cython.cclass
class TypescriptLexer:
    """Reads a token at a time: ``kind``, ``start`` and ``end`` are those of the current one.

    ``word`` says which word a NAME is, ``line_break`` whether there is one before the token, and ``previous_end`` is
    the end of the token before.  ``position`` is where the next one is looked for.
    """

    def __init__(self, text, tables):
        """Stand before the first token of ``text``, which ends with a NUL; ``tables`` are ``LexerTables``."""
        self.text = text
        self.length = len(text) - 1
        self.classes = tables.classes
        self.simple_kinds = tables.simple_kinds
        self.words = tables.words
        self.word_kinds = tables.word_kinds
        self.position = self.start = self.end = self.previous_end = 0
        self.kind = self.word = 0
        self.line_break = False

    def advance(self):
        """Read the next token."""
        self.previous_end = self.end
        self.line_break = False
        at: cython.Py_ssize_t = self._blanks_end(self.position)
        byte: cython.int = self.text[at]
        class_: cython.int = self.classes[byte]
        self.start = at
        if class_ in (_LETTER, _BEYOND_ASCII):
            at = self._name(at)
        elif class_ == _SIMPLE:
            self.kind = self.simple_kinds[byte]
            at += 1
        elif class_ == _QUOTE:
            self.kind = Lexeme.STRING
            at = self._string_end(at + 1, byte)
        elif class_ == _DIGIT or (byte == ord(".") and self.classes[self.text[at + 1]] == _DIGIT):
            self.kind = Lexeme.NUMBER
            at = self._number_end(at)
        elif at >= self.length:
            self.kind = Lexeme.END
            at = self.length
        else:
            at = self._operator(at, byte)
        self.end = self.position = at

    def is_any(self, kinds: cython.ulonglong):
        """Say whether the token is one of a set, which has a bit for each kind."""
        return (kinds >> self.kind) & 1 != 0

    def is_word(self, words: cython.ulonglong):
        """Say whether the token is one of a set of words, likewise; those beyond 63 are in none."""
        return self.kind == Lexeme.NAME and self.word < 64 and (words >> self.word) & 1 != 0

    def is_closing(self):
        """Say whether the token closes a bracket, or is the end of the text."""
        return (_CLOSING >> self.kind) & 1 != 0

    def is_opening(self):
        """Say whether the token opens a bracket."""
        return (_OPENING >> self.kind) & 1 != 0

    def rewind(self, previous_end: cython.Py_ssize_t):
        """Go back to the token after ``previous_end``, which was the end of the one before."""
        self.position = self.end = previous_end
        self.advance()

    def resume(self, position: cython.Py_ssize_t):
        """Go on reading at ``position``."""
        self.position = self.end = position

    def finish_operator(self):
        """Let a GREATER be all of ``>>``, ``>=`` and the like."""
        at: cython.Py_ssize_t = self.end
        while self.text[at] == ord(">") or self.text[at] == ord("="):
            at += 1
        self.end = self.position = at

    def finish_regex(self):
        """Let a SLASH be all of the regular expression that it starts."""
        at: cython.Py_ssize_t = self.start + 1
        in_class: cython.bint = False
        byte: cython.int = self.text[at]
        while byte != 0 and byte != 10 and byte != 13 and (byte != ord("/") or in_class):
            if byte == ord("\\") and self.text[at + 1] >= 32:
                at += 1
            elif byte == ord("["):
                in_class = True
            elif byte == ord("]"):
                in_class = False
            at += 1
            byte = self.text[at]
        if byte == ord("/"):
            at += 1
        while self.classes[self.text[at]] == _LETTER:
            at += 1
        self.end = self.position = at

    def template_characters(self):
        """Go behind the characters of a template.  Returns whether a hole follows; the current token is the end, else.

        The template may end with the text, too.
        """
        at: cython.Py_ssize_t = self.position
        byte: cython.int = self.text[at]
        while byte != ord("`") and not (byte == ord("$") and self.text[at + 1] == ord("{")):
            if byte == 0 and at >= self.length:
                self.resume(self.length)
                return False
            at += 2 if byte == ord("\\") and at + 1 < self.length else 1
            byte = self.text[at]
        self.resume(at + 2 if byte == ord("$") else at + 1)
        return byte == ord("$")

    def skip_brackets(self):
        """Go behind the bracket that closes the current one, whatever is between them."""
        depth: cython.Py_ssize_t = 0
        holes: list = []
        before: cython.int = Lexeme.OPEN_PAREN
        while self.kind != Lexeme.END:
            kind: cython.int = self.kind
            if kind == Lexeme.OPEN_PAREN or kind == Lexeme.OPEN_BRACKET or kind == Lexeme.OPEN_BRACE:
                depth += 1
            elif kind == Lexeme.BACKQUOTE or (kind == Lexeme.CLOSE_BRACE and holes and holes[len(holes) - 1] == depth):
                if kind == Lexeme.CLOSE_BRACE:
                    holes.pop()
                if self.template_characters():
                    holes.append(depth)
                    kind = Lexeme.OPEN_BRACE
            elif kind == Lexeme.CLOSE_PAREN or kind == Lexeme.CLOSE_BRACKET or kind == Lexeme.CLOSE_BRACE:
                depth -= 1
                if depth <= 0:
                    self.advance()
                    return
            elif kind == Lexeme.SLASH and not (
                before == Lexeme.NAME
                or before == Lexeme.NUMBER
                or before == Lexeme.STRING
                or before == Lexeme.CLOSE_PAREN
                or before == Lexeme.CLOSE_BRACKET
            ):
                self.finish_regex()
                kind = Lexeme.STRING
            before = kind
            self.advance()

    def is_upper_case(self, at: cython.Py_ssize_t):
        """Say whether the letter at ``at`` is a capital."""
        return ord("A") <= self.text[at] <= ord("Z")

    def finish_jsx_name(self):
        """Let a NAME have hyphens, colons and dots, as those of tags and attributes."""
        at: cython.Py_ssize_t = self.end
        byte: cython.int = self.text[at]
        while (
            byte == ord("-")
            or byte == ord(":")
            or byte == ord(".")
            or self.classes[byte] == _LETTER
            or self.classes[byte] == _DIGIT
            or self.classes[byte] == _BEYOND_ASCII
        ):
            at += 1
            byte = self.text[at]
        self.end = self.position = at

    def jsx_value(self):
        """Read the value of an attribute: a string without escapes, or any other token.  Returns its kind."""
        at: cython.Py_ssize_t = self._blanks_end(self.position)
        quote: cython.int = self.text[at]
        if self.classes[quote] != _QUOTE:
            self.advance()
            return self.kind
        end: cython.Py_ssize_t = at + 1
        while self.text[end] != quote and not (self.text[end] == 0 and end >= self.length):
            end += 1
        self.start = at
        self.end = self.position = end + 1 if end < self.length else end
        self.kind = Lexeme.STRING
        return Lexeme.STRING

    def jsx_text(self):
        """Read up to the next ``{`` or ``<`` of an element's content, and that.  Returns its kind."""
        at: cython.Py_ssize_t = self.position
        while self.text[at] != ord("{") and self.text[at] != ord("<") and at < self.length:
            at += 1
        self.position = at
        self.advance()
        return self.kind

    def skip_closing_tag(self):
        """Go behind the closing tag whose ``<`` is the current token; returns whether there is one."""
        at: cython.Py_ssize_t = self._blanks_end(self.position)
        if self.text[at] != ord("/"):
            return False
        while self.text[at] != ord(">") and at < self.length:
            at += 1
        self.resume(at + 1 if at < self.length else at)
        return True

    def has_closing_tag(self, at: cython.Py_ssize_t):
        """Say whether the tag at ``at``, ``<`` and a name, is closed anywhere behind it."""
        start: cython.Py_ssize_t = self._blanks_end(at) + 1
        at = start
        while at < self.length:
            if self.text[at] == ord("<") and self.text[at + 1] == ord("/"):
                size: cython.Py_ssize_t = 0
                while (
                    at + 2 + size < self.length
                    and self.text[at + 2 + size] == self.text[start + size]
                    and self.text[start + size] != ord(">")
                ):
                    size += 1
                if self.text[at + 2 + size] == ord(">") and self.text[start + size] == ord(">"):
                    return True
            at += 1
        return False

    # blanks

    def _blanks_end(self, at: cython.Py_ssize_t):
        while True:
            byte: cython.int = self.text[at]
            if byte == ord(" "):
                at += 1
            elif self.classes[byte] == _BLANK:
                if byte == 10 or byte == 13:
                    self.line_break = True
                at += 1
            elif byte == ord("/") and self.text[at + 1] == ord("/"):
                at = self._line_end(at)
            elif byte == ord("/") and self.text[at + 1] == ord("*"):
                at = self._comment_end(at + 2)
            elif byte == ord("#") and at == 0 and self.text[1] == ord("!"):
                at = self._line_end(at)
            elif byte >= 0x80:
                end: cython.Py_ssize_t = self._unusual_blank_end(at)
                if end == at:
                    return at
                at = end
            else:
                return at

    def _unusual_blank_end(self, at: cython.Py_ssize_t):
        first: cython.int = self.text[at]
        second: cython.int = self.text[at + 1]
        if first == 0xC2 and second == 0xA0:
            return at + 2
        if second == 0:
            return at
        third: cython.int = self.text[at + 2]
        if first == 0xE2 and second == 0x80 and (third <= 0x8A or third == 0xAF):
            return at + 3
        if first == 0xE2 and second == 0x80 and (third == 0xA8 or third == 0xA9):
            self.line_break = True
            return at + 3
        if (
            (first == 0xEF and second == 0xBB and third == 0xBF)
            or (first == 0xE1 and second == 0x9A and third == 0x80)
            or (first == 0xE2 and second == 0x81 and third == 0x9F)
            or (first == 0xE3 and second == 0x80 and third == 0x80)
        ):
            return at + 3
        return at

    def _comment_end(self, at: cython.Py_ssize_t):
        byte: cython.int = self.text[at]
        while not (byte == ord("*") and self.text[at + 1] == ord("/")):
            if byte == 10 or byte == 13:
                self.line_break = True
            if byte == 0 and at >= self.length:
                return at
            at += 1
            byte = self.text[at]
        return at + 2

    def _line_end(self, at: cython.Py_ssize_t):
        while self.text[at] != 10 and self.text[at] != 13 and not (self.text[at] == 0 and at >= self.length):
            at += 1
        return at

    # tokens

    def _name(self, at: cython.Py_ssize_t):  # noqa: C901 (a switch)
        """Read a name, and find out whether it is one of the words: those are short and of small letters."""
        start: cython.Py_ssize_t = at
        value: cython.ulonglong = 0
        is_plain: cython.bint = True
        while True:
            byte: cython.int = self.text[at]
            if ord("a") <= byte <= ord("z"):
                value = value << 5 | (byte & 31) if at - start < _LONGEST_WORD else 0
                at += 1
            elif byte == ord("\\"):
                is_plain = False
                at += 1
                if self.text[at] == ord("u") and self.text[at + 1] == ord("{"):
                    at += 2
                    while self.classes[self.text[at]] == _LETTER or self.classes[self.text[at]] == _DIGIT:
                        at += 1
                    if self.text[at] == ord("}"):
                        at += 1
            elif byte >= 0x80:
                if self._unusual_blank_end(at) != at:
                    break
                is_plain = False
                at += 1
            elif self.classes[byte] == _LETTER or self.classes[byte] == _DIGIT:
                is_plain = False
                at += 1
            else:
                break
        self.kind = Lexeme.NAME
        self.word = Word.NONE
        if is_plain and at - start <= _LONGEST_WORD:
            slot: cython.Py_ssize_t = value % len(self.words)
            if self.words[slot] == value:
                self.word = self.word_kinds[slot]
        return at

    def _string_end(self, at: cython.Py_ssize_t, quote: cython.int):
        byte: cython.int = self.text[at]
        while byte != quote and byte != 10 and byte != 13:
            if byte == 0 and at >= self.length:
                return at
            if byte == ord("\\") and at + 1 < self.length:
                at += 2 if self.text[at + 1] == 13 and self.text[at + 2] == 10 else 1
            at += 1
            byte = self.text[at]
        return at + 1 if byte == quote else at

    def _number_end(self, at: cython.Py_ssize_t):
        while True:
            byte: cython.int = self.text[at]
            if self.classes[byte] == _LETTER or self.classes[byte] == _DIGIT:
                is_power: cython.bint = byte == ord("e") or byte == ord("E")
                at += 1
                if is_power and (self.text[at] == ord("-") or self.text[at] == ord("+")):
                    # Not in 0xE-1, but there it makes no difference.
                    at += 1
            elif byte == ord(".") and self.text[at + 1] != ord("."):
                at += 1
            else:
                return at

    def _operator(self, at: cython.Py_ssize_t, byte: cython.int):  # noqa: C901 (a switch)
        following: cython.int = self.text[at + 1]
        if byte == ord("="):
            if following == ord(">"):
                self.kind = Lexeme.ARROW
                return at + 2
            if following == ord("="):
                self.kind = Lexeme.OPERATOR
                return at + 3 if self.text[at + 2] == ord("=") else at + 2
            self.kind = Lexeme.EQUALS
            return at + 1
        if byte == ord("."):
            if following == ord(".") and self.text[at + 2] == ord("."):
                self.kind = Lexeme.ELLIPSIS
                return at + 3
            self.kind = Lexeme.DOT
            return at + 1
        if byte == ord("?"):
            if following == ord(".") and self.classes[self.text[at + 2]] != _DIGIT:
                self.kind = Lexeme.OPTIONAL_CHAIN
                return at + 2
            return self._doubled(at, byte, Lexeme.QUESTION)
        if byte == ord("&"):
            return self._doubled(at, byte, Lexeme.AND)
        if byte == ord("|"):
            return self._doubled(at, byte, Lexeme.OR)
        if byte == ord("<"):
            if following == ord("<"):
                self.kind = Lexeme.COMPOUND if self.text[at + 2] == ord("=") else Lexeme.OPERATOR
                return at + 3 if self.text[at + 2] == ord("=") else at + 2
            self.kind = Lexeme.OPERATOR if following == ord("=") else Lexeme.LESS
            return at + 2 if following == ord("=") else at + 1
        if byte == ord(">"):
            self.kind = Lexeme.GREATER
            return at + 1
        if byte == ord("/"):
            self.kind = Lexeme.SLASH
            return at + 2 if following == ord("=") else at + 1
        if byte == ord("!"):
            if following == ord("="):
                self.kind = Lexeme.OPERATOR
                return at + 3 if self.text[at + 2] == ord("=") else at + 2
            self.kind = Lexeme.NOT
            return at + 1
        if byte == ord("+") or byte == ord("-"):
            if following == byte:
                self.kind = Lexeme.UPDATE
                return at + 2
            self.kind = Lexeme.COMPOUND if following == ord("=") else Lexeme.SIGN
            return at + 2 if following == ord("=") else at + 1
        if byte == ord("*"):
            if following == ord("*"):
                self.kind = Lexeme.COMPOUND if self.text[at + 2] == ord("=") else Lexeme.OPERATOR
                return at + 3 if self.text[at + 2] == ord("=") else at + 2
            self.kind = Lexeme.COMPOUND if following == ord("=") else Lexeme.STAR
            return at + 2 if following == ord("=") else at + 1
        if byte == ord("%") or byte == ord("^"):
            self.kind = Lexeme.COMPOUND if following == ord("=") else Lexeme.OPERATOR
            return at + 2 if following == ord("=") else at + 1
        if byte == ord("#") and self.classes[following] in (_LETTER, _BEYOND_ASCII):
            end: cython.Py_ssize_t = self._name(at + 1)
            self.kind = Lexeme.PRIVATE_NAME
            return end
        self.kind = Lexeme.OTHER
        return at + 1

    def _doubled(self, at: cython.Py_ssize_t, byte: cython.int, kind: cython.int):
        """Read ``&``, ``|`` or ``?``, or two of them, which may assign."""
        if self.text[at + 1] == byte:
            self.kind = Lexeme.LOGICAL_ASSIGNMENT if self.text[at + 2] == ord("=") else Lexeme.OPERATOR
            return at + 3 if self.text[at + 2] == ord("=") else at + 2
        if self.text[at + 1] == ord("=") and kind != Lexeme.QUESTION:
            self.kind = Lexeme.COMPOUND
            return at + 2
        self.kind = kind
        return at + 1
