# Part of the kernel core.javascript.kernel.
"""The tokens of a JavaScript text.

Two characters are ambiguous, and only the grammar can tell: a ``/`` may start a regular expression, and a ``}`` may
end a hole in a template.  Both come as punctuation first; whoever knows better calls ``reread``.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.characters import Byte, Character, First
    from cython.cimports.core.javascript.kinds import Kind
    from cython.cimports.core.javascript.literals import Literals
    from cython.cimports.core.javascript.steps import Mode
    from cython.cimports.core.text.swar import eight_bytes, first_mark
else:
    from core.javascript.characters import Byte, Character, First
    from core.javascript.kinds import Kind
    from core.javascript.literals import Literals
    from core.javascript.steps import Mode
    from core.text.swar import eight_bytes, first_mark

COMPILED = cython.compiled

LONGEST_WORD = cython.declare(cython.int, 11)


@cython.final
@cython.cclass
class Tokenizer(Literals):
    """Walks over a text, one token at a time.

    ``start`` and ``position`` are the offsets where the current token starts and ends, ``previous_end`` is where the
    one before ends; ``line_break`` says whether a line break is between the two.
    """

    def __init__(self, text, length, tables):
        self.open_text(text, length, tables)
        self.firsts = tables.firsts
        self.words = tables.words
        self.word_kinds = tables.word_kinds
        self.word_factor = tables.word_factor
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
            return Kind.IDENTIFIER
        if first < First.WORD:
            self.position = at + 1
            return first
        return self._other_token(first, at)

    def _other_token(self, first: cython.int, at: cython.Py_ssize_t):
        if first == First.STRING:
            return self.string(at)
        if first == First.NUMBER:
            return self.number(at)
        if first == First.TEMPLATE:
            return self.template_part(at + 1)
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
        character: cython.int = self.class_of(self.decode(at))
        if character & Character.LINE_END:
            self.line_break = True
        return at + self.size if character & (Character.SPACE | Character.LINE_END) else at

    def _line_end(self, at: cython.Py_ssize_t):
        while True:
            byte: cython.int = self.text[at]
            if self.bytes_[byte] & Byte.COMMENT_STOP:
                if byte == ord("\n") or byte == ord("\r") or self.is_line_separator(at):
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
                elif byte == ord("\n") or byte == ord("\r") or self.is_line_separator(at):
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
                    return self.token(self._kind_of(eight & before, 0), end)
            else:
                end = self._usual_end(at + 8)
                if self.words[2 * self._slot(eight)] != eight and not self.bytes_[self.text[end]] & Byte.NAME_RESUMES:
                    return self.token(Kind.IDENTIFIER, end)
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
        return self.token(self._word_kind(at, end), end)

    def _name_goes_on(self, at: cython.Py_ssize_t):
        """Say whether a character beyond ASCII is here that a name can have; blanks beyond ASCII end a word."""
        return self.text[at] >= 0x80 and self.name_character_end(at, Character.PART) != at

    def _word_kind(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t):
        if end - at > LONGEST_WORD:
            return Kind.IDENTIFIER
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
            return Kind.IDENTIFIER
        return self.word_kinds[slot]

    def _slot(self, first: cython.ulonglong):
        return ((first * self.word_factor) >> 56) & 255

    def is_string(self, kind: cython.int, at: cython.Py_ssize_t):
        """Say whether the string at ``at`` is the word of that kind, spelt without escapes."""
        end: cython.Py_ssize_t = self._usual_end(at + 1)
        return self.text[end] == self.text[at] and self._word_kind(at + 1, end) == kind

    def _unusual_word(self, at: cython.Py_ssize_t):
        """Take a word with escapes or characters beyond ASCII."""
        end: cython.Py_ssize_t = self.name_end(at)
        if end < 0:
            return Kind.INVALID
        self.position = end
        # A word that starts with an escape is never a keyword to Symbolicator, one with an escape further on may be.
        return Kind.IDENTIFIER if self.text[at] == ord("\\") else self._spelling_kind(at, end)

    def _spelling_kind(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t):
        first: cython.ulonglong = 0
        rest: cython.ulonglong = 0
        index: cython.int = 0
        while at < end:
            after: cython.Py_ssize_t = self.name_character_end(at, Character.PART)
            byte: cython.ulonglong = self.text[at] if after == at + 1 else self.code_point
            if index == LONGEST_WORD or byte >= 0x80:
                return Kind.IDENTIFIER
            if index < 8:
                first |= byte << (8 * index)
            else:
                rest |= byte << (8 * index - 64)
            index += 1
            at = after
        return Kind.IDENTIFIER if self._kind_of(first, rest) == Kind.IDENTIFIER else Kind.ESCAPED_KEYWORD

    def _private_name(self, at: cython.Py_ssize_t):
        end: cython.Py_ssize_t = self.name_end(at + 1)
        return Kind.INVALID if end < 0 else self.token(Kind.PRIVATE_NAME, end)

    def reread(self, mode: cython.int, kind: cython.int):
        """Go on after the current token, which is more than what it came as: ``mode`` says what."""
        return self.regex(kind) if mode == Mode.REGEX else self._resume_template()

    def regex(self, kind: cython.int):
        """Take a regular expression whose first ``/``, or ``/=``, is the current token, and go to the next token."""
        end: cython.Py_ssize_t = self.regex_end(self.position - 1 if kind == Kind.SLASH_EQUALS else self.position)
        if end < 0:
            return Kind.INVALID
        self.position = end
        flags_end: cython.Py_ssize_t = self.name_end(end)
        if flags_end >= 0:
            self.position = flags_end
        return self.next()

    def _resume_template(self):
        """Take what follows the hole in a template that the current token, a ``}``, ends."""
        self.previous_end = self.start = self.position
        return self.template_part(self.position)

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
                return self.token(Kind.NOT, at + 1)
            return self.token(Kind.BINARY, at + 3 if self.text[at + 2] == ord("=") else at + 2)
        if byte == ord("/"):
            if self.text[at + 1] == ord("="):
                return self.token(Kind.SLASH_EQUALS, at + 2)
            return self.token(Kind.SLASH, at + 1)
        if byte == ord("#"):
            return self._private_name(at)
        if byte == 0 and at >= self.length:
            return self.token(Kind.END, at)
        return self._unusual_word(at)

    def _dot(self, at: cython.Py_ssize_t):
        if self.bytes_[self.text[at + 1]] & Byte.DIGIT:
            return self.decimal(at)
        if self.text[at + 1] == ord(".") and self.text[at + 2] == ord("."):
            return self.token(Kind.ELLIPSIS, at + 3)
        return self.token(Kind.DOT, at + 1)

    def _equals(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord(">"):
            return self.token(Kind.INVALID if self.line_break else Kind.ARROW, at + 2)
        if self.text[at + 1] == ord("="):
            return self.token(Kind.BINARY, at + 3 if self.text[at + 2] == ord("=") else at + 2)
        return self.token(Kind.EQUALS, at + 1)

    def _plus_or_minus(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == self.text[at]:
            return self.token(Kind.PREFIX_UPDATE if self.line_break else Kind.UPDATE, at + 2)
        if self.text[at + 1] == ord("="):
            return self.token(Kind.COMPOUND, at + 2)
        return self.token(Kind.SIGN, at + 1)

    def _question(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord("?"):
            return self._assigning(at + 2)
        if self.text[at + 1] == ord(".") and not self.bytes_[self.text[at + 2]] & Byte.DIGIT:
            return self.token(Kind.OPTIONAL_CHAIN, at + 2)
        return self.token(Kind.QUESTION, at + 1)

    def _star(self, at: cython.Py_ssize_t):
        if self.text[at + 1] == ord("="):
            return self.token(Kind.COMPOUND, at + 2)
        if self.text[at + 1] != ord("*"):
            return self.token(Kind.STAR, at + 1)
        if self.text[at + 2] == ord("="):
            return self.token(Kind.COMPOUND, at + 3)
        return self.token(Kind.POWER, at + 2)

    def _comparison(self, at: cython.Py_ssize_t, longest: cython.int):
        """Take a comparison or a shift: up to ``longest`` equal characters, and maybe a ``=``."""
        end: cython.Py_ssize_t = at + 1
        while end < at + longest and self.text[end] == self.text[at]:
            end += 1
        if end > at + 1:
            return self._assigning(end)
        return self.token(Kind.BINARY, end + 1 if self.text[end] == ord("=") else end)

    def _assigning(self, at: cython.Py_ssize_t):
        """Take an operator that ends at ``at``, or with the ``=`` that makes it an assignment."""
        if self.text[at] == ord("="):
            return self.token(Kind.COMPOUND, at + 1)
        return self.token(Kind.BINARY, at)
