# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Lexer of JavaScript: the tokens of a text, one at a time.

Two characters are ambiguous, and only the grammar can tell: a ``/`` may start a regular expression, and a ``}`` may
end a hole in a template.  Both come as punctuation first; whoever knows better calls ``reread``.

Offsets are bytes of UTF-8.  Every loop stops at a NUL, and the text must end with one: nothing here looks further than
one byte beyond what it has seen.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.characters import Byte, Character, First
    from cython.cimports.core.javascript.numbers import StepMode, TokenKind
    from cython.cimports.core.text.swar import eight_bytes, first_mark, prefetch
else:
    from core.javascript.characters import Byte, Character, First
    from core.javascript.numbers import StepMode, TokenKind
    from core.text.swar import eight_bytes, first_mark, prefetch

COMPILED = cython.compiled

AHEAD = cython.declare(cython.Py_ssize_t, 2048)  # as far as processors don't look by themselves
LONGEST_WORD = cython.declare(cython.int, 11)


@cython.final
@cython.cclass
class Lexer:
    """Position in a text, with the token there.

    ``start`` and ``position`` are the offsets where the current token starts and ends, ``previous_end`` is where the
    one before ends; ``line_break`` says whether a line break is between the two.
    """

    def __init__(self, text, length, tables):
        """Start before the first token of ``length`` bytes that a NUL follows; ``tables`` are ``TokenTables``."""
        self.text = text
        self.length = length
        self.bytes_ = tables.byte_flags
        self.characters = memoryview(tables.character_flags)
        self.firsts = tables.firsts
        self.words = tables.words
        self.word_kinds = tables.word_kinds
        self.word_factor = tables.word_factor
        self.size = self.code_point = 0
        self.position = self.start = self.previous_end = 0
        self.line_break = False
        self.html_comment = -1
        if text[:2] == b"#!":
            self.position = self._line_end(2)

    def seek(self, position):
        """Let the next token be the one at ``position``."""
        self.position = position

    def next(self):
        """Go to the next token and return its kind."""
        at: cython.Py_ssize_t = self.position
        self.previous_end = at
        self.start = at
        self.line_break = False
        first: cython.int = self.firsts[self.text[at]]
        if first == First.BLANK:
            self.line_break = at == 0
            self.html_comment = -1
            at = self._blanks_end(at)
            # Symbolicator: what follows an HTML comment starts where the comment does
            self.start = at if self.html_comment < 0 else self.html_comment
            first = self.firsts[self.text[at]]
        if first == First.WORD:
            if self.bytes_[self.text[at + 1]] & (Byte.NAME_PART | Byte.NAME_RESUMES):
                return self._word(at)
            self.position = at + 1
            return TokenKind.IDENTIFIER
        if first < First.WORD:
            self.position = at + 1
            return first
        return self._other_token(first, at)

    def _other_token(self, first: cython.int, at: cython.Py_ssize_t):
        if first == First.STRING:
            return self._string(at)
        if first == First.NUMBER:
            return self._number(at)
        if first == First.TEMPLATE:
            return self._template_part(at + 1)
        return self._operator(at)

    # blanks and comments

    def _blanks_end(self, at: cython.Py_ssize_t):
        while self.firsts[self.text[at]] == First.BLANK:
            byte: cython.int = self.text[at]
            if byte == ord(" "):
                at = self._spaces_end(at + 1)
            elif byte == ord("\n") or byte == ord("\r"):
                self.line_break = True
                at = self._spaces_end(at + 1)
            elif byte == ord("\t") or byte == 11 or byte == 12:
                at += 1
            elif byte == ord("/") and self.text[at + 1] == ord("/"):
                at = self._line_end(at + 2)
            elif byte == ord("/") and self.text[at + 1] == ord("*"):
                at = self._comment_end(at + 2)
            elif (byte == ord("<") or byte == ord("-")) and self._is_html_comment(at):
                if self.html_comment < 0:
                    self.html_comment = at
                at = self._line_end(at + 3)
            elif byte >= 0x80 and self._other_blank_end(at) > at:
                at = self._other_blank_end(at)
            else:
                break
        return at

    def _spaces_end(self, at: cython.Py_ssize_t):
        """Return where the spaces end that may be at ``at``, or some of them."""
        if at + 8 > self.length:
            return at
        ones: cython.ulonglong = 0x0101010101010101
        others: cython.ulonglong = eight_bytes(self.text, at) ^ (ones * 32)
        return at + first_mark(others) if others else at + 8

    def _is_html_comment(self, at: cython.Py_ssize_t):
        if self.text[at] == ord("-"):
            return self.line_break and self.text[at + 1] == ord("-") and self.text[at + 2] == ord(">")
        return self.text[at + 1] == ord("!") and self.text[at + 2] == ord("-") and self.text[at + 3] == ord("-")

    def _other_blank_end(self, at: cython.Py_ssize_t):
        """Return where the blank beyond ASCII at ``at`` ends, or ``at`` if there is none."""
        character: cython.int = self._class_of(self._decode(at))
        if character & Character.LINE_END:
            self.line_break = True
        return at + self.size if character & (Character.SPACE | Character.LINE_END) else at

    def _line_end(self, at: cython.Py_ssize_t):
        while True:
            byte: cython.int = self.text[at]
            if self.bytes_[byte] & Byte.COMMENT_STOP:
                if byte == ord("\n") or byte == ord("\r") or self._is_line_separator(at):
                    return at
                if byte == 0 and at >= self.length:
                    return at
            at += 1

    def _comment_end(self, at: cython.Py_ssize_t):
        # Symbolicator: the end of the text ends a comment, too
        while True:
            byte: cython.int = self.text[at]
            if self.bytes_[byte] & Byte.COMMENT_STOP:
                if byte == ord("*"):
                    if self.text[at + 1] == ord("/"):
                        return at + 2
                elif byte == ord("\n") or byte == ord("\r") or self._is_line_separator(at):
                    self.line_break = True
                elif byte == 0 and at >= self.length:
                    return at
            at += 1

    # words

    def _word(self, at: cython.Py_ssize_t):
        end: cython.Py_ssize_t = at
        if at + 8 <= self.length:
            eight: cython.ulonglong = eight_bytes(self.text, at)
            marks: cython.ulonglong = self._marks_after_name(eight)
            if marks:
                end = at + first_mark(marks)
                if not self.bytes_[self.text[end]] & Byte.NAME_RESUMES:
                    # One less than the lowest mark has, and below: all the bytes before it.
                    before: cython.ulonglong = ((marks & -marks) >> 7) - 1
                    return self._token(self._kind_of(eight & before, 0), end)
            else:
                end = self._usual_end(at + 8)
                if self.words[2 * self._slot(eight)] != eight and not self.bytes_[self.text[end]] & Byte.NAME_RESUMES:
                    return self._token(TokenKind.IDENTIFIER, end)
        return self._long_word(at, end)

    def _usual_end(self, at: cython.Py_ssize_t):
        """Return where the usual bytes of a name end that may be at ``at``."""
        while self.bytes_[self.text[at]] & Byte.NAME_PART:
            at += 1
        return at

    def _marks_after_name(self, eight: cython.ulonglong):
        """Mark which of eight bytes aren't those of a name, in the highest bit of each.

        No byte carries into the next: without their highest bit, they are below 128, and what is added is less.
        """
        ones: cython.ulonglong = 0x0101010101010101
        plain: cython.ulonglong = eight & (ones * 127)
        small: cython.ulonglong = plain | (ones * 32)
        letters: cython.ulonglong = (small + ones * (128 - 97)) & ~(small + ones * (128 - 123))
        digits: cython.ulonglong = (plain + ones * (128 - 48)) & ~(plain + ones * (128 - 58))
        others: cython.ulonglong = ((plain ^ ones * 36) + ones * 127) & ((plain ^ ones * 95) + ones * 127)
        return ((~(letters | digits) & others) | eight) & (ones * 128)

    def _long_word(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Take a word whose bytes up to ``end``, if any, are known to be those of a name."""
        end = self._usual_end(end)
        if self.text[end] == ord("\\") or self._name_goes_on(end):
            return self._unusual_word(at)
        return self._token(self._word_kind(at, end), end)

    def _name_goes_on(self, at: cython.Py_ssize_t):
        """Say whether a character beyond ASCII is here that a name can have; blanks beyond ASCII end a word."""
        return self.text[at] >= 0x80 and self._name_character_end(at, Character.PART) != at

    def _word_kind(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t):
        if end - at > LONGEST_WORD:
            return TokenKind.IDENTIFIER
        first: cython.ulonglong = 0
        rest: cython.ulonglong = 0
        index: cython.int
        for index in range(end - at):
            byte: cython.ulonglong = self.text[at + index]
            if index < 8:
                first |= byte << (8 * index)
            else:
                rest |= byte << (8 * index - 64)
        return self._kind_of(first, rest)

    def _kind_of(self, first: cython.ulonglong, rest: cython.ulonglong):
        """Return the kind of the word with these bytes: see ``word_table``."""
        slot: cython.int = self._slot(first)
        if self.words[2 * slot] != first or self.words[2 * slot + 1] != rest:
            return TokenKind.IDENTIFIER
        return self.word_kinds[slot]

    def _slot(self, first: cython.ulonglong):
        return ((first * self.word_factor) >> 56) & 255

    def is_string(self, kind: cython.int, at: cython.Py_ssize_t):
        """Say whether the string at ``at`` is the word of that kind, spelt without escapes."""
        end: cython.Py_ssize_t = self._usual_end(at + 1)
        return self.text[end] == self.text[at] and self._word_kind(at + 1, end) == kind

    def _unusual_word(self, at: cython.Py_ssize_t):
        """Take a word with escapes or characters beyond ASCII."""
        end: cython.Py_ssize_t = self._name_end(at)
        if end < 0:
            return TokenKind.INVALID
        self.position = end
        # A word that starts with an escape is never a keyword to Symbolicator, one with an escape further on may be.
        return TokenKind.IDENTIFIER if self.text[at] == ord("\\") else self._spelling_kind(at, end)

    def _spelling_kind(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t):
        first: cython.ulonglong = 0
        rest: cython.ulonglong = 0
        index: cython.int = 0
        while at < end:
            after: cython.Py_ssize_t = self._name_character_end(at, Character.PART)
            byte: cython.ulonglong = self.text[at] if after == at + 1 else self.code_point
            if index == LONGEST_WORD or byte >= 0x80:
                return TokenKind.IDENTIFIER
            if index < 8:
                first |= byte << (8 * index)
            else:
                rest |= byte << (8 * index - 64)
            index += 1
            at = after
        return TokenKind.IDENTIFIER if self._kind_of(first, rest) == TokenKind.IDENTIFIER else TokenKind.ESCAPED_KEYWORD

    def _private_name(self, at: cython.Py_ssize_t):
        end: cython.Py_ssize_t = self._name_end(at + 1)
        return TokenKind.INVALID if end < 0 else self._token(TokenKind.PRIVATE_NAME, end)

    def reread(self, mode: cython.int, kind: cython.int):
        """Go on after the current token, which is more than what it came as: ``mode`` says what."""
        return self.regex(kind) if mode == StepMode.REGEX else self._resume_template()

    def regex(self, kind: cython.int):
        """Take a regular expression whose first ``/``, or ``/=``, is the current token, and go to the next token."""
        end: cython.Py_ssize_t = self._regex_end(self.position - 1 if kind == TokenKind.SLASH_EQUALS else self.position)
        if end < 0:
            return TokenKind.INVALID
        self.position = end
        flags_end: cython.Py_ssize_t = self._name_end(end)
        if flags_end >= 0:
            self.position = flags_end
        return self.next()

    def _resume_template(self):
        """Take what follows the hole in a template that the current token, a ``}``, ends."""
        self.previous_end = self.start = self.position
        return self._template_part(self.position)

    # punctuation of more than one character

    def _operator(self, at: cython.Py_ssize_t):  # noqa: C901 (a switch)
        byte: cython.int = self.text[at]
        if byte == ord("."):
            return self._dot(at)
        if byte == ord("="):
            return self._equals(at)
        if byte == ord("+") or byte == ord("-"):
            return self._plus_or_minus(at)
        if byte == ord("?"):
            return self._question(at)
        if byte == ord("&") or byte == ord("|"):
            return self._assigning(at + 2 if self.text[at + 1] == byte else at + 1)
        if byte == ord("<"):
            return self._comparison(at, 2)
        if byte == ord(">"):
            return self._comparison(at, 3)
        if byte == ord("*"):
            return self._star(at)
        if byte == ord("^") or byte == ord("%"):
            return self._assigning(at + 1)
        if byte == ord("!"):
            if self.text[at + 1] != ord("="):
                return self._token(TokenKind.NOT, at + 1)
            return self._token(TokenKind.BINARY, at + 3 if self.text[at + 2] == ord("=") else at + 2)
        if byte == ord("/"):
            if self.text[at + 1] == ord("="):
                return self._token(TokenKind.SLASH_EQUALS, at + 2)
            return self._token(TokenKind.SLASH, at + 1)
        if byte == ord("#"):
            return self._private_name(at)
        if byte == 0 and at >= self.length:
            return self._token(TokenKind.END, at)
        return self._unusual_word(at)

    def _dot(self, at: cython.Py_ssize_t):
        if self.bytes_[self.text[at + 1]] & Byte.DIGIT:
            return self._decimal(at)
        if self.text[at + 1] == ord(".") and self.text[at + 2] == ord("."):
            return self._token(TokenKind.ELLIPSIS, at + 3)
        return self._token(TokenKind.DOT, at + 1)

    def _equals(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord(">"):
            return self._token(TokenKind.INVALID if self.line_break else TokenKind.ARROW, at + 2)
        if self.text[at + 1] == ord("="):
            return self._token(TokenKind.BINARY, at + 3 if self.text[at + 2] == ord("=") else at + 2)
        return self._token(TokenKind.EQUALS, at + 1)

    def _plus_or_minus(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == self.text[at]:
            return self._token(TokenKind.PREFIX_UPDATE if self.line_break else TokenKind.UPDATE, at + 2)
        if self.text[at + 1] == ord("="):
            return self._token(TokenKind.COMPOUND, at + 2)
        return self._token(TokenKind.SIGN, at + 1)

    def _question(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord("?"):
            return self._assigning(at + 2)
        if self.text[at + 1] == ord(".") and not self.bytes_[self.text[at + 2]] & Byte.DIGIT:
            return self._token(TokenKind.OPTIONAL_CHAIN, at + 2)
        return self._token(TokenKind.QUESTION, at + 1)

    def _star(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord("="):
            return self._token(TokenKind.COMPOUND, at + 2)
        if self.text[at + 1] != ord("*"):
            return self._token(TokenKind.STAR, at + 1)
        if self.text[at + 2] == ord("="):
            return self._token(TokenKind.COMPOUND, at + 3)
        return self._token(TokenKind.POWER, at + 2)

    def _comparison(self, at: cython.Py_ssize_t, longest: cython.int):
        """Take a comparison or a shift: up to ``longest`` equal characters, and maybe a ``=``."""
        end: cython.Py_ssize_t = at + 1
        while end < at + longest and self.text[end] == self.text[at]:
            end += 1
        if end > at + 1:
            return self._assigning(end)
        return self._token(TokenKind.BINARY, end + 1 if self.text[end] == ord("=") else end)

    def _assigning(self, at: cython.Py_ssize_t):
        """Take an operator that ends at ``at``, or with the ``=`` that makes it an assignment."""
        if self.text[at] == ord("="):
            return self._token(TokenKind.COMPOUND, at + 1)
        return self._token(TokenKind.BINARY, at)

    # literals: each method returns a kind, and leaves the end of the literal in ``position``

    def _token(self, kind: cython.int, end: cython.Py_ssize_t):
        """Take a token of ``kind`` that ends at ``end``."""
        self.position = end
        return kind

    def _number(self, at: cython.Py_ssize_t):
        """Take the number at ``at``, which starts with a digit."""
        if self.text[at] == ord("0"):
            prefix: cython.int = self.text[at + 1] | 32
            if prefix == ord("x"):
                return self._prefixed_number(at + 2, 16)
            if prefix == ord("o"):
                return self._prefixed_number(at + 2, 8)
            if prefix == ord("b"):
                return self._prefixed_number(at + 2, 2)
            if self.bytes_[self.text[at + 1]] & Byte.DIGIT:
                end: cython.Py_ssize_t = self._digits_end(at, 8)
                if not self.bytes_[self.text[end]] & Byte.DIGIT:
                    return self._number_token(end)
                return self._decimal(self._digits_end(end, 10))
        end = self._digits_end(at, 10)
        return self._number_token(end + 1) if self.text[end] == ord("n") else self._decimal(end)

    def _decimal(self, at: cython.Py_ssize_t):
        """Take the fraction and the exponent of a number whose first digits end at ``at``."""
        if self.text[at] == ord("."):
            at = self._digits_end(at + 1, 10)
        if self.text[at] | 32 == ord("e"):
            at += 2 if self.text[at + 1] == ord("+") or self.text[at + 1] == ord("-") else 1
            end: cython.Py_ssize_t = self._digits_end(at, 10)
            return TokenKind.INVALID if end == at else self._number_token(end)
        return self._number_token(at)

    def _prefixed_number(self, at: cython.Py_ssize_t, base: cython.int):
        end: cython.Py_ssize_t = self._digits_end(at, base)
        if end == at:
            return TokenKind.INVALID
        return self._number_token(end + 1 if self.text[end] == ord("n") else end)

    def _number_token(self, end: cython.Py_ssize_t):
        """Take a number that ends at ``end``: neither a name nor a digit may touch it."""
        byte: cython.int = self.text[end]
        if self.bytes_[byte] & Byte.NAME_PART or byte == ord("\\"):
            return TokenKind.INVALID
        if byte >= 0x80 and self._class_of(self._decode(end)) & Character.START:
            return TokenKind.INVALID
        return self._token(TokenKind.NUMBER, end)

    def _string(self, at: cython.Py_ssize_t):
        """Take the string at ``at``."""
        quote: cython.int = self.text[at]
        at += 1
        while True:
            at = self._string_stop(at, quote)
            byte: cython.int = self.text[at]
            if byte == quote:
                return self._token(TokenKind.STRING, at + 1)
            if byte == ord("\\"):
                at = self._escape_end(at + 1)
                if at < 0:
                    return TokenKind.INVALID
            elif byte == ord("\n") or byte == ord("\r") or (byte == 0 and at >= self.length):
                return TokenKind.INVALID
            else:
                at += 1

    def _string_stop(self, at: cython.Py_ssize_t, quote: cython.int):
        """Return the first place from ``at`` on where something else than a usual character of a string may be.

        Eight bytes at once: see ``json_outline`` for how.
        """
        ones: cython.ulonglong = 0x0101010101010101
        quotes: cython.ulonglong = quote
        while at + 8 <= self.length:
            eight: cython.ulonglong = eight_bytes(self.text, at)
            closing: cython.ulonglong = (eight ^ ones * quotes) - ones
            escapes: cython.ulonglong = (eight ^ ones * 92) - ones
            marks: cython.ulonglong = (closing | escapes | (eight - ones * 32)) & ~eight & (ones * 128)
            if marks:
                return at + first_mark(marks)
            prefetch(self.text, at + AHEAD)
            at += 8
        while not self.bytes_[self.text[at]] & Byte.STRING_STOP:
            at += 1
        return at

    def _template_part(self, at: cython.Py_ssize_t):
        """Take the characters of a template from ``at`` on, up to its end or to the next hole."""
        broken: cython.bint = False
        while True:
            while not self.bytes_[self.text[at]] & Byte.TEMPLATE_STOP:
                prefetch(self.text, at + AHEAD)
                at += 1
            byte: cython.int = self.text[at]
            if byte == ord("`"):
                return self._token(TokenKind.BROKEN_TEMPLATE if broken else TokenKind.TEMPLATE, at + 1)
            if byte == ord("$") and self.text[at + 1] == ord("{"):
                return self._token(TokenKind.BROKEN_TEMPLATE_HOLE if broken else TokenKind.TEMPLATE_HOLE, at + 2)
            if byte == 0 and at >= self.length:
                return TokenKind.INVALID
            if byte == ord("\\"):
                end: cython.Py_ssize_t = self._escape_end(at + 1)
                if end < 0 or self._is_octal_escape(at + 1):
                    if self.text[at + 1] == 0 and at + 1 >= self.length:
                        return TokenKind.INVALID
                    broken = True
                    end = at + 2
                at = end
            else:
                at += 1

    def _is_octal_escape(self, at: cython.Py_ssize_t):
        """Say whether an escape stands for an octal number, which templates don't have."""
        byte: cython.int = self.text[at]
        return ord("1") <= byte <= ord("7") or (byte == ord("0") and self.bytes_[self.text[at + 1]] & Byte.DIGIT != 0)

    def _regex_end(self, at: cython.Py_ssize_t):
        """Return where the regular expression ends whose first ``/`` is before ``at``, -1 if it has no end."""
        in_class: cython.bint = False
        while True:
            byte: cython.int = self.text[at]
            if self.bytes_[byte] & Byte.REGEX_STOP:
                if byte == ord("/") and not in_class:
                    return at + 1
                if byte == ord("["):
                    in_class = True
                elif byte == ord("]"):
                    in_class = False
                elif byte == ord("\\"):
                    at += 1
                    byte = self.text[at]
                if byte == ord("\n") or byte == ord("\r") or (byte == 0 and at >= self.length):
                    return -1
                if self._is_line_separator(at):
                    return -1
            at += 1

    # names, escapes and digits

    def _name_end(self, at: cython.Py_ssize_t):
        """Return where the name at ``at`` ends, or -1 if there is no name."""
        end: cython.Py_ssize_t = self._name_character_end(at, Character.START)
        if end == at:
            return -1
        after: cython.Py_ssize_t = self._name_character_end(end, Character.PART)
        while after != end:
            end = after
            after = self._name_character_end(end, Character.PART)
        return -1 if self.text[end] == ord("\\") else end

    def _name_character_end(self, at: cython.Py_ssize_t, wanted: cython.int):
        """Return where the character at ``at`` ends, or ``at`` if no name can have it there."""
        byte: cython.int = self.text[at]
        if byte == ord("\\"):
            # What an escape stands for isn't checked: Symbolicator doesn't, either.
            end: cython.Py_ssize_t = self._unicode_escape_end(at + 2) if self.text[at + 1] == ord("u") else -1
            return at if end < 0 else end
        if byte >= 0x80:
            return at + self.size if self._class_of(self._decode(at)) & wanted else at
        return at + 1 if self.bytes_[byte] & (Byte.NAME_START if wanted == Character.START else Byte.NAME_PART) else at

    def _escape_end(self, at: cython.Py_ssize_t):
        """Return where the escape ends whose backslash is before ``at``, or -1 if it means nothing."""
        byte: cython.int = self.text[at]
        if byte == ord("u"):
            return self._unicode_escape_end(at + 1)
        if byte == ord("x"):
            end: cython.Py_ssize_t = self._digits_end(at + 1, 16)
            return at + 3 if end >= at + 3 and self.text[at + 1] != ord("_") and self.text[at + 2] != ord("_") else -1
        if byte == ord("\r") and self.text[at + 1] == ord("\n"):
            return at + 2
        return -1 if byte == 0 and at >= self.length else at + 1

    def _unicode_escape_end(self, at: cython.Py_ssize_t):
        r"""Return where the escape ends whose ``\u`` is before ``at``, or -1.  Leaves its value in ``code_point``."""
        braces: cython.bint = self.text[at] == ord("{")
        if braces:
            at += 1
        first: cython.Py_ssize_t = at
        value: cython.int = 0
        while braces or at < first + 4:
            byte: cython.int = self.text[at]
            digit: cython.int = byte - 48 if byte < 65 else (byte | 32) - 87
            if byte < 48 or 57 < byte < 65 or digit < 0 or digit > 15 or value > 0x10FFFF:
                break
            value = value * 16 + digit
            at += 1
        self.code_point = value
        if value > 0x10FFFF or at == first:
            return -1
        if braces:
            return at + 1 if self.text[at] == ord("}") else -1
        return at if at == first + 4 else -1

    def _digits_end(self, at: cython.Py_ssize_t, base: cython.int):
        """Return where the digits of a base end, and the underscores among them."""
        while True:
            byte: cython.int = self.text[at]
            digit: cython.int = byte - 48 if byte < 65 else (byte | 32) - 87
            if byte != ord("_") and (byte < 48 or digit < 0 or digit >= base or (57 < byte < 65)):
                return at
            at += 1

    def _is_line_separator(self, at: cython.Py_ssize_t):
        """Say whether U+2028 or U+2029 is here."""
        return (
            self.text[at] == 0xE2
            and self.text[at + 1] == 0x80
            and (self.text[at + 2] == 0xA8 or self.text[at + 2] == 0xA9)
        )

    def _decode(self, at: cython.Py_ssize_t):
        """Return the code point of the UTF-8 sequence at ``at``, or 0; its number of bytes is left in ``size``."""
        first: cython.int = self.text[at]
        self.size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        code_point: cython.int = first & (0x7F >> self.size)
        index: cython.int
        for index in range(1, self.size):
            if self.text[at + index] & 0xC0 != 0x80:
                self.size = 1
                return 0
            code_point = code_point << 6 | self.text[at + index] & 0x3F
        self.code_point = code_point
        return code_point

    def _class_of(self, code_point: cython.int):
        """Return what a character beyond ASCII is."""
        return self.characters[code_point] if code_point < self.characters.shape[0] else 0
