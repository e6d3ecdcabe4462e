"""Findings about frames whose files are there: places outside of the file, maps of other builds, missing parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.explain.findings import Finding, Reason, bundle_name, quoted
from core.explain.uploaded_names import UploadedNames
from core.failures import Failure
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import BundledFile, FileEntry, FileType
from core.files.magic_comments import embedded_debug_id
from core.frames.mapped_frame import Located, ResolvedModule
from core.sourcemap.source_map import SourceMap, has_names, is_of_metro, last_column, mapped_lines
from core.text.buffers import Content
from core.web.paths import candidate_urls
from core.wire.frame import Frame

_STEP = 1 << 16
_MINIFIED = FileType.MINIFIED_SOURCE
_MAP = FileType.SOURCE_MAP
_DEPLOYED_BUILD = "Upload the files of the very build that is deployed, the file and its map together"


@dataclass(frozen=True, slots=True)
class GeneratedPlace:
    """A frame's place, from 0; ``length`` are the UTF-16 code units of its line, None if the file has no such line."""

    line: int
    column: int
    length: int | None

    @property
    def is_outside(self) -> bool:
        """Whether the file has no such place.  A column just behind the last character still is one."""
        return self.length is None or self.column > self.length


class GeneratedPlaces:
    """Finds the places of frames in their generated files.  A line may have megabytes, so each is measured once."""

    def __init__(self) -> None:
        self._lengths: dict[tuple[str, int], int | None] = {}

    def place(self, frame: Frame, content: Content) -> GeneratedPlace:
        """Return where ``frame``, which has a line, points in its generated file."""
        line = frame.lineno - 1
        key = (frame.abs_path, line)
        if key not in self._lengths:
            self._lengths[key] = line_length(content, line)
        return GeneratedPlace(line, max(frame.colno or 0, 1) - 1, self._lengths[key])


def line_length(content: Content, line: int) -> int | None:
    """Return how many UTF-16 code units the line ``line``, from 0, has; None if there is no such line."""
    start = _line_start(content, line)
    if start is None:
        return None
    end = content.find(b"\n", start)
    text = content[start : len(content) if end < 0 else end]
    return len(text) if text.isascii() else _utf16_units(text)


def line_count(content: Content) -> int:
    """Return how many lines a file has: one more than there are newlines."""
    return 1 + sum(content[start : start + _STEP].count(b"\n") for start in range(0, len(content), _STEP))


def misfits(
    frame: Frame, place: GeneratedPlace, module: ResolvedModule, source_map: SourceMap, names: UploadedNames
) -> Iterator[Finding]:
    """Yield why what the map says of ``frame``, if anything, is likely to be wrong: file, map and frame don't fit."""
    if isinstance(module.minified.result, Failure):
        return
    content = module.minified.result.content
    # Frames of Hermes point into its bytecode, for which an empty file stands, or another one than the code that ran.
    if place.is_outside and len(content) and not is_of_metro(source_map):
        cause = _outside(frame, place, content)
        yield from _duplicates(frame, module.minified, names, cause)
        yield Finding(Reason.OUTSIDE_FILE, cause, _DEPLOYED_BUILD, _MINIFIED)
    yield from _other_ids(module, source_map)
    mapped = mapped_lines(source_map)
    if not mapped.token_count:
        cause = "The source map maps nothing: its `mappings` are empty"
        yield Finding(Reason.MAP_EMPTY, cause, "Build with a plugin chain that keeps the mappings of each step", _MAP)
    if frame.lineno - 1 > mapped.last_line:
        cause = f"The frame is on line {frame.lineno}, but the source map ends with line {mapped.last_line + 1}"
        advice = (
            f"{_DEPLOYED_BUILD}. If something is put in front of the file after the build, let its map know. Code that "
            "the bundler adds at the end has no source: ignore its frames"
        )
        yield from _duplicates(frame, module.minified, names, cause)
        yield Finding(Reason.MAP_OF_OTHER_BUILD, cause, advice, _MAP)


def unmapped(frame: Frame, source_map: SourceMap, place: GeneratedPlace) -> Finding:
    """Return why the map says nothing of a frame that it fits."""
    if not frame.colno and last_column(source_map, place.line) is not None:
        return no_column(frame)
    cause = f"The source map has nothing for line {frame.lineno}, column {frame.colno or 1}: code that no source has"
    advice = (
        "Ignore the frame if it is code that the bundler added; else upload file and map of the build that is deployed"
    )
    return Finding(Reason.NOT_MAPPED, cause, advice, _MAP)


def no_column(frame: Frame) -> Finding:
    """Return the finding of a frame without a column on a line that holds more than one thing."""
    cause = f"The frame has no column, and line {frame.lineno} of the minified file has code of many places in it"
    return Finding(Reason.NO_COLUMN, cause, "Let the SDK send `colno`, which counts from 1: old browsers have none")


def blemishes(frame: Frame, located: Located, source_map: SourceMap) -> Iterator[Finding]:
    """Yield what is likely to be wrong with an original frame though file, map and frame seem to fit."""
    position = located.position
    if not frame.colno and _has_several_places(frame.lineno - 1, source_map):
        yield no_column(frame)
    content = None if position.source is None else source_map.source_content(position.source)
    if content is not None and position.line > content.count(b"\n"):
        cause = f"The map leads to line {position.line + 1} of {quoted(position.file or '')}, which has fewer lines"
        yield Finding(Reason.SOURCE_TOO_SHORT, cause, f"The map is not of this source. {_DEPLOYED_BUILD}", _MAP)
    function = position.function
    if (
        isinstance(function, str)
        and content is not None
        and not has_names(source_map)
        and not _has_word(content, function)
    ):
        cause = (
            f"The source map has no names at all, so the function keeps that of the minified file, {quoted(function)}"
        )
        advice = "Let every step of the build, the minifier above all, write `names` into its map"
        yield Finding(Reason.NAMES_MISSING, cause, advice, _MAP)


def _line_start(content: Content, line: int) -> int | None:
    """Return where a line begins; most of what is before it is only counted, as a frame may be far down."""
    start = 0
    while (count := content[start : start + _STEP].count(b"\n")) < line and start < len(content):
        line -= count
        start += _STEP
    for _ in range(line):
        start = content.find(b"\n", start) + 1
        if start == 0:
            return None
    return start


def _utf16_units(text: bytes) -> int:
    return len(text.decode("utf-8", "replace").encode("utf-16-le")) // 2


def _has_several_places(line: int, source_map: SourceMap) -> bool:
    """Return whether a generated line has code of more than one original line."""
    last = last_column(source_map, line)
    ends = [source_map.lookup(line, column) for column in (0, last or 0)]
    return len({None if end is None else (end.source, end.line) for end in ends}) > 1


def _has_word(content: bytes, name: str) -> bool:
    """Return whether a text has the last part of a function's name in it."""
    return re.search(rb"(?<![\w$])%b(?![\w$])" % re.escape(name.rpartition(".")[2].encode()), content) is not None


def _outside(frame: Frame, place: GeneratedPlace, content: Content) -> str:
    if place.length is None:
        return f"The frame is on line {frame.lineno}, but the minified file ends with line {line_count(content)}"
    there = f"which has only {place.length} in the minified file"
    return f"The frame is at column {frame.colno} of line {frame.lineno}, {there}"


def _duplicates(frame: Frame, minified: FileEntry, names: UploadedNames, cause: str) -> Iterator[Finding]:
    """Yield that the wrong one of several uploads may have been taken."""
    if not isinstance(minified.origin, BundledFile):
        return
    chosen = minified.origin.bundle_uri
    for name in candidate_urls(frame.abs_path):
        others = [owner for owner in names.owners(name) if owner != chosen]
        if chosen in names.owners(name) and others:
            told = ", ".join(map(bundle_name, others[:5]))
            cause = f"{cause}. Not only the bundle {bundle_name(chosen)} holds {quoted(name)}, but {told} as well"
            advice = (
                f"Remove what doesn't belong to the release: as it is, {bundle_name(chosen)} counts, whose id is the "
                "greatest as text. Debug ids keep builds apart"
            )
            yield Finding(Reason.DUPLICATE_UPLOADS, cause, advice, _MINIFIED)


def _other_ids(module: ResolvedModule, source_map: SourceMap) -> Iterator[Finding]:
    minified = module.minified.result
    of_map = parse_debug_id(source_map.debug_id or "")
    if of_map is None or isinstance(minified, Failure):
        return
    of_file = embedded_debug_id(minified.content)
    if of_file is not None and of_map != of_file:
        cause = (
            f"The minified file says debug id {quoted(of_file)}, its map {quoted(of_map)}: they are of different builds"
        )
        yield Finding(Reason.MAP_OF_OTHER_BUILD, cause, _DEPLOYED_BUILD, _MAP)
