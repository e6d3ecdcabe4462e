"""Text files as downloaded: their references to source maps, and HTML pages in the place of scripts and maps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.failures import Failure, FailureKind
from core.files.data_urls import decode_data_url, decode_data_url_in, is_data_url, is_data_url_at
from core.files.debug_ids import DebugId
from core.files.file_keys import EmbeddedMap, File, RemoteMap, SourceMapReference
from core.files.magic_comments import embedded_debug_id, source_mapping_place
from core.files.manifest import ManifestType, Member, select_source_map_header
from core.text.buffers import Content, is_utf8
from core.text.source_context import Lines
from core.web.paths import join_paths

MAX_URL_CHARACTERS = 65_534
"""The longest URL or path of a source map that is looked for."""

_TYPES_WITH_COMMENTS = (ManifestType.SOURCE, ManifestType.MINIFIED_SOURCE, None)
_LONGEST_CHARACTER = 4  # in bytes
_BYTES_PER_TEXT = 500  # in our memory, beside the content
_BYTES_PER_LINES_BYTE = 256  # of the content, for each byte that its lines take once they are known

# HTML pages that servers send in the place of scripts and source maps: error pages, logins, whole applications.
_SCRIPTS_AND_MAPS = (".js", ".mjs", ".cjs", ".map")
_FAR = 1024
_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class UnjoinedReference:
    """Reference of a header or comment to a source map, before it is seen from the file that it is in.

    Either a ``path``, which may be empty, or an ``embedded`` map.  Neither: a ``data:`` URL that can't be decoded, or
    a path that is too long.
    """

    path: str | None = None
    embedded: EmbeddedMap | None = None

    def seen_from(self, base: str) -> SourceMapReference | None:
        """Return where the source map is, None if the reference makes no sense."""
        return self.embedded if self.path is None else RemoteMap(join_paths(base, self.path))


@dataclass(frozen=True, slots=True)
class Text:
    """A text file, valid UTF-8 and untouched, with what its comments say."""

    content: Content
    comment: UnjoinedReference | None
    debug_id: DebugId | None
    lines: Lines = field(compare=False, repr=False)

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        embedded = self.comment.embedded if self.comment else None
        in_memory = len(self.content) if isinstance(self.content, bytes) else 0
        in_memory += len(self.content) // _BYTES_PER_LINES_BYTE
        return _BYTES_PER_TEXT + in_memory + (len(embedded.content) if embedded else 0)


def read_text(content: Content) -> Text | Failure:
    """Read a file that must be UTF-8.  No charset is asked for, no byte order mark removed, no newline changed."""
    if not is_utf8(content):
        return Failure(FailureKind.MALFORMED, "the file is not UTF-8")
    comment = source_mapping_place(content)
    reference = None if comment is None else _read_reference_in(content, *comment)
    return Text(content, reference, embedded_debug_id(content), Lines(content))


def read_reference(reference: str) -> UnjoinedReference:
    """Read the text of a header."""
    return _embedded(decode_data_url(reference)) if is_data_url(reference) else _path(reference)


def bundled_file(text: Text, member: Member, abs_path: str | None) -> File | Failure:
    """Return the file ``member`` of a bundle, looked up by ``abs_path``: unlike others, its debug id doesn't count.

    A Failure if it refers to a source map in a way that makes no sense.
    """
    reference = _member_reference(text, member)
    if reference is None:
        return File(text.content, lines=text.lines)
    if abs_path is None:
        return Failure(FailureKind.MALFORMED, "the file refers to a source map, but has no path to start from")
    source_map = reference.seen_from(abs_path)
    if source_map is None:
        return Failure(FailureKind.MALFORMED, "invalid `data:` url")
    return File(text.content, source_map, lines=text.lines)


def individual_file(text: Text, headers: Mapping[str, str], abs_path: str) -> File:
    """Return an artifact, looked up by ``abs_path`` and listed with ``headers`` (lower-case names)."""
    header = select_source_map_header(headers)
    reference = text.comment if header is None else read_reference(header)
    source_map = reference.seen_from(abs_path) if reference else None
    return File(text.content, source_map, text.debug_id, text.lines)


def scraped_file(text: Text, abs_path: str) -> File:
    """Return a file from the web, whose response headers don't count."""
    return individual_file(text, {}, abs_path)


def is_html_instead(path: str, content: Content) -> bool:
    """Return whether ``content`` is a page although ``path``, a URL or part of one, names a script or a source map."""
    stem = path.partition("#")[0].partition("?")[0]
    return stem.endswith(_SCRIPTS_AND_MAPS) and is_html(content)


def is_html(content: Content) -> bool:
    """Return whether ``content`` is a page."""
    return _START.match(content[:_FAR]) is not None


def _read_reference_in(content: Content, start: int, end: int) -> UnjoinedReference:
    """Read the text of a comment."""
    if is_data_url_at(content, start):
        return _embedded(decode_data_url_in(content, start, end))
    return _path(content[start:end].decode() if end - start <= _LONGEST_CHARACTER * MAX_URL_CHARACTERS else None)


def _path(path: str | None) -> UnjoinedReference:
    return UnjoinedReference(path=path if path is not None and len(path) <= MAX_URL_CHARACTERS else None)


def _embedded(content: Content | None) -> UnjoinedReference:
    return UnjoinedReference(embedded=None if content is None else EmbeddedMap(content))


def _member_reference(text: Text, member: Member) -> UnjoinedReference | None:
    if member.source_map_header is not None:
        return read_reference(member.source_map_header)
    return text.comment if member.type in _TYPES_WITH_COMMENTS else None
