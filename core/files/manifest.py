"""Manifest of an artifact bundle: its files by URL and by debug id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import orjson

from core.errors import MalformedBundle, OversizedBundle
from core.failures import Excess
from core.files.debug_ids import DebugId, parse_debug_id
from core.text.json_outline import has_more_values

MAX_FILES = 100_000

_VALUES = 10_000  # JSON values, keys included, beside the files
_VALUES_PER_FILE = 20  # a file of type, URL, path and three headers has 14


Admit = Callable[[int], None]
"""Is told how many files are going to be read into memory; may raise to prevent that."""


class ManifestType(StrEnum):
    """Types of files in a manifest: those we look for, and one more."""

    SOURCE = "source"
    MINIFIED_SOURCE = "minified_source"
    SOURCE_MAP = "source_map"
    INDEXED_RAM_BUNDLE = "indexed_ram_bundle"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a bundle.

    ``path`` is its name in the archive.  ``source_map_header`` is what the manifest says about its source map, which
    may be empty; None if it says nothing.
    """

    path: str
    type: ManifestType | None
    source_map_header: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The ``files`` of a bundle by URL, and by debug id and type.  One may be in both, or in neither."""

    by_url: dict[str, Member]
    by_id: dict[tuple[DebugId, str], Member]
    files: int = 0


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """An entry of a manifest; ``headers`` have lower-case names."""

    path: str
    type: ManifestType | None
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    """All entries of a manifest, and its own texts: ``org``, ``project``, ``release``, ``dist`` and others."""

    files: list[ManifestFile]
    texts: Mapping[str, str]


def read_manifest(text: bytes, max_files: int = MAX_FILES, admit: Admit | None = None) -> Manifest:
    """Read ``manifest.json``; ``admit`` is told before how many files it is likely to name.

    Raises MalformedBundle at the first thing in it that must not be there: one bad entry spoils them all.
    """
    return _index(_document(text, max_files, admit)[0])


def read_manifest_files(text: bytes, max_files: int = MAX_FILES) -> ManifestFiles:
    """Read ``manifest.json`` as a list of its files, in the order of their paths.  Raises MalformedBundle."""
    files, document = _document(text, max_files, None)
    members = [
        ManifestFile(path, files[path].type, files[path].url, _lower_case_names(files[path].headers))
        for path in sorted(files)
    ]
    return ManifestFiles(members, {name: value for name, value in document.items() if isinstance(value, str)})


def select_source_map_header(headers: Mapping[str, str]) -> str | None:
    """Return what headers with lower-case names say about a source map, None if nothing."""
    return headers.get("sourcemap", headers.get("x-sourcemap"))


class _File(msgspec.Struct):
    type: ManifestType | None = None
    url: str = ""
    path: str = ""  # of no use for JavaScript, but checked
    headers: dict[str, str] = {}


class _Document(msgspec.Struct):
    files: dict[str, _File] = {}
    source_links: dict[str, str] = {}


def _document(text: bytes, max_files: int, admit: Admit | None) -> tuple[dict[str, _File], dict[str, Any]]:
    """Return the files of a manifest by path, and the whole of it."""
    estimated = _estimated_files(text)
    _refuse_crowds(estimated, max_files)
    if admit is not None:
        admit(estimated)
    if has_more_values(text, _VALUES + _VALUES_PER_FILE * max_files):
        raise MalformedBundle("the manifest has too many JSON values for its files, or is nested too deeply")
    document = _parse(text)
    files = _validated(document).files
    _refuse_crowds(len(files), max_files)
    return files, document


def _estimated_files(text: bytes) -> int:
    """Return how many files a manifest is likely to name, before the parser fills our memory with them.

    A file is an object, perhaps with one more in it for its headers.  Brackets in names would count as well, but a
    manifest with half a million of those is not worth a parser of our own.
    """
    objects = text.count(b"{") - 3  # beside the manifest, its files and its links
    return max(objects - text.count(b'"headers"'), objects // 2)


def _refuse_crowds(count: int, max_files: int) -> None:
    if count > max_files:
        raise OversizedBundle("files in the manifest", Excess(count, max_files))


def _parse(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedBundle(f"the manifest is not JSON: {error}") from None


def _validated(document: Any) -> _Document:
    try:
        manifest = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise MalformedBundle(f"the manifest is wrong: {error}") from None
    for name, value in document.items():
        if name not in _Document.__struct_fields__ and not isinstance(value, str):
            raise MalformedBundle(f"the manifest is wrong: expected a string - at `$.{name}`")
    return manifest


def _index(files: dict[str, _File]) -> Manifest:
    manifest = Manifest({}, {}, len(files))
    for path in sorted(files):  # of two files with one URL or id, the one with the later path counts
        file = files[path]
        headers = _lower_case_names(file.headers)
        member = Member(path, file.type, select_source_map_header(headers))
        if file.url:
            manifest.by_url[file.url] = member
        debug_id = parse_debug_id(headers.get("debug-id", ""))
        if debug_id is not None and file.type is not None:
            manifest.by_id[debug_id, file.type.value] = member
    return manifest


def _lower_case_names(headers: dict[str, str]) -> dict[str, str]:
    """Return ``headers`` with the ASCII letters of their names in lower case; of equal names the last one counts."""
    return {name.encode().lower().decode(): headers[name] for name in sorted(headers)}
