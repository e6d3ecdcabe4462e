"""Source context: a line of source text and those around it, short enough to be shown."""

from __future__ import annotations

import msgspec

from core.text.buffers import Content, in_chunks, numbers_buffer
from core.text.context_writer import ContextWriter
from core.text.text_lines import BLOCK_SIZE, TextLines


class Context(msgspec.Struct, frozen=True):
    """A line and up to five before and after it."""

    pre: list[str] = msgspec.field(default_factory=list, name="pre_context")
    line: str = msgspec.field(default="", name="context_line")
    post: list[str] = msgspec.field(default_factory=list, name="post_context")


def read_context(members: bytes | None) -> Context | None:
    """Return what ``Lines.context`` has written."""
    return None if members is None else msgspec.json.decode(b"{" + members[1:] + b"}", type=Context)


class Lines:
    """The lines of ``content``, which is UTF-8.  Where they are is found out once, when the first is asked for."""

    __slots__ = ("_known", "content")

    def __init__(self, content: Content) -> None:
        self.content = content
        self._known: TextLines | None = None

    @property
    def are_known(self) -> bool:
        """Whether the next question takes microseconds, however large the text is."""
        return self._known is not None

    def context(self, line: int, column: int) -> bytes | None:
        """Return a line and those around it, as members of a frame's JSON; None if there is no such line.

        ``line`` and ``column`` are a frame's: from 1, and a column of 0 is an unknown one.  All lines are cut around
        the same column, a byte.  Lines end in LF or CR LF and in nothing else.
        """
        if self._known is None:
            self._known = _surveyed(self.content)
        context: bytes | None = self._known.context(line - 1, column)
        return context


def source_context(content: Content, line: int, column: int) -> Context | None:
    """Return a line of a text that is asked for once, and those around it, as ``Lines.context`` does."""
    return read_context(Lines(content).context(line, column))


def trim_line(line: bytes | memoryview, column: int) -> str:
    """Return the text of ``line``, and of a line longer than 150 bytes some 140 around the byte ``column``."""
    writer = ContextWriter(0)
    writer.begin(0)
    writer.add_line(line, 0, len(line), column)
    context = read_context(writer.finished())
    return "" if context is None else context.line


def _surveyed(content: Content) -> TextLines:
    lines = TextLines(content, numbers_buffer(-(-len(content) // BLOCK_SIZE)))
    for _, end in in_chunks(content):
        lines.survey(end)
    return lines
