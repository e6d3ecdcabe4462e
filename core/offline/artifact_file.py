"""A generated file or source map among the artifacts at hand, and the parts of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.files.debug_ids import DebugId
from core.text.buffers import Content


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """A file that can be read.

    ``place`` says where it is, for people.  ``path`` is its path or that of its URL, all parts of it joined by slashes;
    the last ``own`` parts are its name within ``shelf``, the folder or archive it is in.  The manifest of a bundle may
    say what its debug id is, and where its source map.

    ``read`` raises OSError, or MalformedBundle.
    """

    place: str
    shelf: str
    path: str
    own: int
    is_map: bool
    read: Callable[[], Content] = field(compare=False)
    debug_id: DebugId | None = None
    source_map_header: str | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of its path."""
        return tuple(self.path.split("/"))

    @property
    def own_path(self) -> str:
        """Its path within the folder or archive."""
        return "/".join(self.segments[-self.own :])


def path_segments(path: str) -> tuple[str, ...]:
    """Return the parts of a path, or of a URL without its host; no query, no fragment, no empty ones."""
    scheme, found, rest = path.partition("://")
    if found and "/" not in scheme:
        path = rest.partition("/")[2]  # "file:///a" and "app:///a" have an empty host
    elif path.startswith("~"):
        path = path[1:]
    path = path.partition("?")[0].partition("#")[0].partition("//&")[0]  # React Native has "//&" in place of "?"
    return tuple(part for part in _decoded(path).replace("\\", "/").split("/") if part not in ("", "."))


def _decoded(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote  # rarely needed, and slow to import

    return unquote(path)
