"""The generated file that a source map belongs to: its functions, and where in it which column is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.files.magic_comments import effective_source_mapping_url
from core.javascript.scopes import Scopes, find_scopes
from core.sourcemap.text_positions import BLOCK_SIZE, TextPositions, survey_text
from core.text.buffers import Content, Numbers, find, numbers_buffer, release_if_large

_LARGE_URL = 1 << 20


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A generated file, surveyed.  ``blocks`` are those of ``core.sourcemap.text_positions``.

    If it isn't UTF-8, all of this is about what it was read as.
    """

    scopes: Scopes
    blocks: Numbers
    is_utf8: bool = True

    def positions(self) -> TextPositions:
        """Return what turns places in the file into each other."""
        return TextPositions(self.scopes.text, self.blocks)

    @property
    def size_bytes(self) -> int:
        """How much memory this holds, the text included."""
        return len(self.scopes.text) + 4 * (len(self.blocks) + len(self.scopes.records) + len(self.scopes.parts))


def survey_code(text: Content) -> GeneratedCode | None:
    """Survey a generated file, in UTF-8; what isn't becomes U+FFFD.  None if no functions are to be seen in it."""
    blocks = numbers_buffer(2 * -(-len(text) // BLOCK_SIZE))
    if not survey_text(text, blocks):
        code = survey_code(text[:].decode("utf-8", "replace").encode())
        return None if code is None else replace(code, is_utf8=False)
    release_if_large(text)
    scopes = find_scopes(_program(text))
    return GeneratedCode(replace(scopes, text=text), blocks) if scopes else None


def _program(text: Content) -> bytes:
    """Return a text without the map that it has in a comment at its end, if that is large: it takes memory, too."""
    place = None if len(text) < _LARGE_URL else effective_source_mapping_url(text)
    release_if_large(text)
    if place is None or place[1] - place[0] < _LARGE_URL or find(text, b"*", place[0]) >= 0:
        return text[:]
    return text[: place[0]] + text[place[1] :]
