"""Encodings of texts on disk: byte order marks, UTF-16 as PowerShell writes it, and bytes that are no text.

The wire takes files as they are: there a byte order mark makes a source map malformed.  What people have on their disks
is read as an editor, Node and browsers read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.text.buffers import Content

_UTF8_MARK = b"\xef\xbb\xbf"
# In this order: the mark of UTF-16 is the start of that of UTF-32.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_START_OF_TEXT = 1000


def plain_utf8(content: Content) -> Content:
    """Return a text that starts with a byte order mark as UTF-8 without one; anything else as it is."""
    start = content[:4]
    if start.startswith(_UTF8_MARK):
        return content[len(_UTF8_MARK) :]
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace").encode("utf-8", "surrogatepass")
    return content


def marked_encoding(content: Content) -> tuple[bytes, str]:
    """Return the byte order mark that a text starts with, and its encoding: UTF-8 if there is no mark."""
    start = content[:4]
    marks = ((_UTF8_MARK, "utf-8"), *_MARKS)
    return next(((mark, encoding) for mark, encoding in marks if start.startswith(mark)), (b"", "utf-8"))


def likely_encoding(content: Content) -> tuple[bytes, str]:
    """Return the byte order mark of a text, if any, and its encoding: UTF-16 without a mark is known by its zeros."""
    mark, encoding = marked_encoding(content)
    start = bytes(content[: _START_OF_TEXT & ~1])
    first, second = start[::2].count(0), start[1::2].count(0)
    if not mark and abs(first - second) > len(start) // 4:
        return b"", "utf-16-be" if first > second else "utf-16-le"
    return mark, encoding


def is_wide(content: Content) -> bool:
    """Say whether a text starts with the byte order mark of UTF-16 or UTF-32: no ASCII can be written into it."""
    start = content[:4]
    return any(start.startswith(mark) for mark, _ in _MARKS)


@dataclass(frozen=True, slots=True)
class TextInBytes:
    """A text that was read from bytes: in UTF-8, or as PowerShell writes it, in UTF-16."""

    text: str
    mark: bytes
    encoding: str
    rest: bytes
    """What is too little for a character, at the end of UTF-16 that was cut off."""

    @classmethod
    def read(cls, content: bytes) -> TextInBytes:
        """Return the text; anything can be read."""
        mark, encoding = likely_encoding(content)
        end = len(content)
        width = 1 if encoding == "utf-8" else int(encoding[4:6]) // 8
        end -= (end - len(mark)) % width
        try:
            text = content[len(mark) : end].decode(encoding, errors_of(encoding))
        except UnicodeDecodeError:  # UTF-32 has room for numbers that are no characters
            return cls(content.decode("utf-8", "surrogateescape"), b"", "utf-8", b"")
        return cls(text, mark, encoding, content[end:])

    def written(self, text: str) -> bytes:
        """Return the bytes of ``text``, which was made of this one."""
        return self.mark + text.encode(self.encoding, errors_of(self.encoding)) + self.rest


def errors_of(encoding: str) -> str:
    """Return what to do about what is no text in an encoding: keep it."""
    return "surrogateescape" if encoding == "utf-8" else "surrogatepass"
