"""The generated file that a source map belongs to: its functions, and where in it which column is."""

from __future__ import annotations

from dataclasses import dataclass

from core.buffers import Numbers, Text, numbers_buffer
from core.javascript.scopes import Scopes, find_scopes
from core.sourcemap.text_positions import BLOCK_SIZE, TextPositions, survey_text


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A generated file, surveyed.  ``blocks`` are those of ``core.sourcemap.text_positions``."""

    scopes: Scopes
    blocks: Numbers

    def positions(self) -> TextPositions:
        """Return what turns places in the file into each other."""
        return TextPositions(self.scopes.text, self.blocks)

    @property
    def size_bytes(self) -> int:
        """How much memory this holds, the text included."""
        return len(self.scopes.text) + 4 * (len(self.blocks) + len(self.scopes.records) + len(self.scopes.parts))


def survey_code(text: Text) -> GeneratedCode | None:
    """Survey a generated file, in UTF-8; what isn't becomes U+FFFD.  None if no functions are to be seen in it."""
    scopes = find_scopes(_valid(text))
    if scopes is None or not len(scopes):
        return None
    blocks = numbers_buffer(2 * -(-len(scopes.text) // BLOCK_SIZE))
    survey_text(scopes.text, blocks)
    return GeneratedCode(scopes, blocks)


def _valid(text: Text) -> bytes:
    content = text if isinstance(text, bytes) else text[:]
    if content.isascii():
        return content
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace").encode()
    return content
