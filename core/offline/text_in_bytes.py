"""A text in whatever encoding its byte order mark says, which stays as it is where nothing is replaced."""

from __future__ import annotations

from dataclasses import dataclass

from core.offline.encodings import likely_encoding


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
