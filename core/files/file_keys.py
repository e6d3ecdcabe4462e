"""Keys of the files that a request needs, and the entries found for them.

A *file entry* is the outcome of one lookup: where the file came from, the file or the reason why it can't be had,
and how it was found.  All of it is data; nothing here reads anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.failures import Failure
from core.files.debug_ids import DebugId
from core.text.buffers import Content
from core.text.source_context import Lines


class FileType(StrEnum):
    """Role of a file in a request.  The values are those of a bundle's manifest."""

    MINIFIED_SOURCE = "minified_source"
    SOURCE_MAP = "source_map"
    SOURCE = "source"


class ResolvedWith(StrEnum):
    """Way in which a file was found, as said on the wire."""

    DEBUG_ID = "debug-id"
    URL = "url"
    INDEX = "index"
    RELEASE = "release"
    RELEASE_OLD = "release-old"
    SCRAPING = "scraping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FileKey:
    """Key of a file lookup.  A minified source and a source always have a path, a source never an id."""

    type: FileType
    abs_path: str | None
    debug_id: DebugId | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedMap:
    """A source map reference that holds the map itself (a ``data:`` URL), decoded."""

    content: Content


@dataclass(frozen=True, slots=True)
class RemoteMap:
    """A source map reference that names the map by its absolute URL or path."""

    url: str


SourceMapReference = EmbeddedMap | RemoteMap


@dataclass(frozen=True, slots=True)
class File:
    """A file we have.  ``content`` is valid UTF-8, untouched: no BOM removed, no newline changed.

    ``lines`` are those of the content where it is known for longer than for this request.
    """

    content: Content
    source_map: SourceMapReference | None = None
    debug_id: DebugId | None = None
    lines: Lines | None = field(default=None, compare=False, repr=False)

    @property
    def has_known_lines(self) -> bool:
        """True if lines are found in no time, however large the content is."""
        return self.lines is not None and self.lines.are_known

    def context(self, line: int, column: int) -> bytes | None:
        """Return the lines around a place: see ``Lines.context``."""
        return (self.lines or Lines(self.content)).context(line, column)


@dataclass(frozen=True, slots=True)
class IndividualFile:
    """The file is an artifact of its own; ``uri`` is ``sentry://project_debug_file/<id>``."""

    uri: str


@dataclass(frozen=True, slots=True)
class BundledFile:
    """The file was found in the bundle ``bundle_uri`` when ``key`` was looked up there."""

    bundle_uri: str
    key: FileKey


@dataclass(frozen=True, slots=True)
class ScrapedFile:
    """The file came from the web; ``uri`` is its URL with the cache-busting number as fragment."""

    uri: str


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """The source map was inside its minified file."""


Origin = IndividualFile | BundledFile | ScrapedFile | EmbeddedFile


@dataclass(frozen=True, slots=True)
class FileEntry:
    """The outcome of one lookup.  ``origin`` is None where nothing was reached that could be named."""

    origin: Origin | None
    result: File | Failure
    resolved_with: ResolvedWith


def artifact_uri(file_id: str) -> str:
    """Return the name of a file of the request's source; ``file_id`` is opaque and may hold slashes."""
    return f"sentry://project_debug_file/{file_id}"
