"""All artifacts at hand, and which of them a path in a stack trace means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from core.offline.artifact_files import ENDINGS, ArtifactFile, folder_files, path_segments, single_file

_DEPENDENCIES = "node_modules"


class Ambiguous(list[ArtifactFile]):
    """Files that a path may mean, none of them more than the others."""


class Artifacts:
    """Generated files and source maps, found by their names.

    A deployed file rarely has the path it had when it was built, so as many of its last parts count as are equal.
    """

    def __init__(self, files: Iterable[ArtifactFile], archives: ExitStack) -> None:
        self._archives = archives
        self._code: dict[str, list[ArtifactFile]] = {}
        self._maps: dict[str, list[ArtifactFile]] = {}
        for file in files:
            index = self._maps if file.is_map else self._code
            index.setdefault(file.name, []).append(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the archives: their files can't be read any longer."""
        self._archives.close()

    def code(self, path: str) -> ArtifactFile | Ambiguous | None:
        """Return the generated file that ``path`` means."""
        return _named(self._code, path_segments(path))

    def source_map(self, path: str) -> ArtifactFile | Ambiguous | None:
        """Return the source map that ``path`` means."""
        return _named(self._maps, path_segments(path))

    def map_beside(self, code: ArtifactFile, reference: str) -> ArtifactFile | None:
        """Return the source map at ``reference``, seen from ``code``; it may be in another folder, if that is alike."""
        segments, own = _seen_from(code, reference)
        files = self._maps.get(segments[-1], []) if segments else []
        near = [file for file in files if file.shelf == code.shelf]
        for candidates in (near, files):
            found = _best(candidates, segments)
            if isinstance(found, ArtifactFile) and _common(found, segments) >= min(own, found.own):
                return found
        return None

    @property
    def is_empty(self) -> bool:
        """Whether there are neither generated files nor source maps."""
        return not self._code and not self._maps

    @property
    def only_code(self) -> ArtifactFile | None:
        """The generated file, if there is just one."""
        return _only(self._code)

    @property
    def only_map(self) -> ArtifactFile | None:
        """The source map, if there is just one."""
        return _only(self._maps)

    def all_code(self) -> Iterator[ArtifactFile]:
        """Yield all generated files."""
        for files in self._code.values():
            yield from files

    def all_maps(self) -> Iterator[ArtifactFile]:
        """Yield all source maps."""
        for files in self._maps.values():
            yield from files


def collect(paths: Iterable[Path], on_file: Callable[[], None] = lambda: None) -> Artifacts:
    """Return the artifacts in folders, artifact bundles and ZIP archives, and files that were named on their own.

    ``on_file`` is called for each.  Raises OSError, and MalformedBundle.
    """
    with ExitStack() as archives:
        files: list[ArtifactFile] = []
        for path in paths:
            for file in _files_in(path, archives):
                files.append(file)
                on_file()
        return Artifacts(files, archives.pop_all())


def _files_in(path: Path, archives: ExitStack) -> Iterator[ArtifactFile]:
    if path.is_dir():
        yield from folder_files(path)
    elif path.name.endswith(ENDINGS):
        yield single_file(path)
    else:
        from core.offline.archives import archive_files  # most have none, and what reads them is slow to import

        yield from archive_files(path, archives.enter_context(path.open("rb")))


def _seen_from(code: ArtifactFile, reference: str) -> tuple[tuple[str, ...], int]:
    """Return the path of a reference, and how many of its last parts must be right."""
    parts = path_segments(reference)
    if "://" in reference or reference.startswith("/"):
        return parts, 2
    path = list(code.segments[:-1])
    outside = len(code.segments) - code.own  # so much is the path of the folder or archive
    for part in parts:
        if part == "..":
            del path[-1:]
            outside = min(outside, len(path))
        else:
            path.append(part)
    return tuple(path), len(path) - outside


def _only(index: dict[str, list[ArtifactFile]]) -> ArtifactFile | None:
    files = [file for files in index.values() for file in files[:2]]
    return files[0] if len(files) == 1 else None


def _named(index: dict[str, list[ArtifactFile]], segments: tuple[str, ...]) -> ArtifactFile | Ambiguous | None:
    return _best(index.get(segments[-1], []), segments) if segments else None


def _best(files: list[ArtifactFile], segments: tuple[str, ...]) -> ArtifactFile | Ambiguous | None:
    """Return the one of ``files`` that fits a path best; all of them have its name."""
    found: list[ArtifactFile] = []
    best = (0, False)
    for file in files:
        common = _common(file, segments)
        rank = (common, common >= file.own)
        if rank >= best and not _is_of_a_package(file, segments, common):
            found = [*found, file] if rank == best else [file]
            best = rank
    if not found:
        return None
    return found[0] if all(_is_same(found[0], file) for file in found[1:]) else Ambiguous(found)


def _common(file: ArtifactFile, segments: tuple[str, ...]) -> int:
    """Return how many of the last parts of two paths are equal."""
    count = 0
    for ours, theirs in zip(reversed(file.segments), reversed(segments), strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _is_of_a_package(file: ArtifactFile, segments: tuple[str, ...], common: int) -> bool:
    """Say whether the path is in a package, and the file isn't: packages are full of files called "index.js"."""
    return _DEPENDENCIES in segments[:-common] and common < len(file.segments)


def _is_same(one: ArtifactFile, other: ArtifactFile) -> bool:
    return one.read()[:] == other.read()[:]
