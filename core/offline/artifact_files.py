"""Generated files and source maps at hand, the parts of their names, and those of a folder."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.files.debug_ids import DebugId
from core.text.buffers import Content

MAP_ENDING = ".map"
ENDINGS = (".js", ".cjs", ".mjs", MAP_ENDING, ".bundle", ".jsbundle", ".hbc")
"""The last ones are React Native's."""
JOURNAL = ".unmangle-bundle"
"""In a folder that is being written to; not empty while files of two kinds, old and new, may be in it."""
_SMALL = 65_536
_POPULATE = getattr(mmap, "MAP_POPULATE", 0)  # Linux


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


class UnfinishedFolder(OSError):
    """A process was killed, or still is at work, that was writing debug ids into the files of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.folder}: an `unmangle bundle` was killed while it wrote into it: run it again, to finish that"


class LinkOutside(OSError):
    """A file of a folder is a link to a file that isn't in the folder."""

    def __init__(self, place: str, folder: Path) -> None:
        super().__init__(place, folder)
        self.place = place
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.place} is a link that leads out of {self.folder}: nothing was written"


def refuse_links_outside(folder: Path, files: Iterable[ArtifactFile]) -> None:
    """Raise LinkOutside for the first file of ``folder`` that is elsewhere, so that it is neither read nor written."""
    root = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118 - with a separator at its end
    for file in files:
        if not os.path.realpath(file.place).startswith(root):
            raise LinkOutside(file.place, folder)


def folder_files(folder: Path) -> Iterator[ArtifactFile]:
    """Yield the files of ``folder`` and the folders in it; links to folders aren't followed.

    Raises OSError, also if its files don't belong together because somebody was killed.
    """
    if _size(folder / JOURNAL) > 0:
        raise UnfinishedFolder(folder)
    root = os.path.abspath(folder)  # noqa: PTH100 - a Path takes ten times as long for each of thousands of files
    depth = _slashed(root).count("/") if _slashed(root) else -1
    for place in _paths(root):
        path = _slashed(place)
        yield ArtifactFile(place, root, path, path.count("/") - depth, place.endswith(MAP_ENDING), _Reader(place))


def single_file(path: Path) -> ArtifactFile:
    """Return a file that was named on its own.  Raises OSError if it isn't there."""
    path.stat()
    place, absolute = str(path), path.absolute()
    return ArtifactFile(
        place, str(absolute.parent), _slashed(str(absolute)), 1, place.endswith(MAP_ENDING), _Reader(place)
    )


class _Reader:
    """Reads a file, or maps it into memory if it is large."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> Content:
        with open(self.path, "rb") as file:  # noqa: PTH123 - see above
            if os.fstat(file.fileno()).st_size < _SMALL:
                return file.read()
            return mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE | _POPULATE, prot=mmap.PROT_READ)


def _decoded(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote  # rarely needed, and slow to import

    return unquote(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _paths(folder: str) -> Iterator[str]:
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    folders.append(entry.path)
            elif entry.name.endswith(ENDINGS) and entry.is_file():
                yield entry.path
    for each in folders:
        yield from _paths(each)


def _slashed(path: str) -> str:
    """Return an absolute path as ``ArtifactFile`` has it."""
    return path.replace(os.sep, "/").strip("/")
