"""The generated files and source maps of a folder, made ready for an artifact bundle: each pair has a debug id."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.artifacts.artifact_file import ArtifactFile
from core.artifacts.collection import Artifacts
from core.artifacts.debug_id_injection import has_embedded_map, inject_debug_id
from core.artifacts.map_search import MapSearch, comments
from core.artifacts.moved_maps import own_debug_id, read_map
from core.debug_ids import DebugId
from core.errors import MalformedSourceMap

_SCRIPTS = (".js", ".cjs", ".mjs")


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file for a bundle; ``was`` is its content in the folder, ``source_map`` the path to its map, seen from it."""

    file: ArtifactFile
    was: bytes
    content: bytes
    debug_id: DebugId | None
    source_map: str | None = None

    @property
    def path(self) -> str:
        """The path in its folder, with slashes."""
        return self.file.own_path


@dataclass(slots=True)
class Prepared:
    """What goes into a bundle, in order of the paths, and for people: why some files have no debug id."""

    files: list[BundledFile] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def prepare(artifacts: Artifacts, on_progress: Callable[[], None], *, inject: bool) -> Prepared:
    """Read the files of a folder, and give debug ids to those that have none, if wanted.

    Raises OSError.
    """
    prepared = Prepared()
    search = MapSearch(artifacts)
    paired: set[str] = set()
    for code in sorted(artifacts.all_code(), key=lambda file: file.path):
        content = code.read()[:]
        source_map = _map_of(code, content, search)
        if source_map is not None and source_map.place in paired:
            prepared.remarks.append(f"{code.place}: no debug id, as {source_map.place} is another file's map, too")
            source_map = None
        elif source_map is not None:
            paired.add(source_map.place)
        elif inject and not has_embedded_map(content) and comments(content).debug_id is None:
            prepared.remarks.append(f"{code.place}: no debug id, as it has no source map")
        try:
            prepared.files += _pair(code, content, source_map, inject=inject)
        except MalformedSourceMap as error:
            prepared.remarks.append(f"{code.place}: its source map stays as it is: {error}")
            prepared.files += _pair(code, content, source_map, inject=False)
        on_progress()
    prepared.files += [_as_it_is(file, file.read()[:]) for file in artifacts.all_maps() if file.place not in paired]
    prepared.files.sort(key=lambda each: each.path)
    return prepared


def bundle_members(files: list[BundledFile], url_prefix: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Return the files as ``core.bundle.write_bundle`` wants them; ``url_prefix`` is where the folder is deployed."""
    return {_member_path(url_prefix, each.path): (each.content, _entry(each, url_prefix)) for each in files}


def _map_of(code: ArtifactFile, content: bytes, search: MapSearch) -> ArtifactFile | None:
    found = None if has_embedded_map(content) else search.map_file(code, comments(content))
    return found if found is not None and found.is_map else None


def _pair(code: ArtifactFile, content: bytes, source_map: ArtifactFile | None, *, inject: bool) -> list[BundledFile]:
    """Return a generated file, and its map if that is a file of its own.  Raises MalformedSourceMap."""
    reference = (
        None if source_map is None else posixpath.relpath(source_map.own_path, posixpath.dirname(code.own_path) or ".")
    )
    map_content = None if source_map is None else source_map.read()[:]
    has_map = map_content is not None or has_embedded_map(content)
    if not inject or not has_map or not code.name.endswith(_SCRIPTS):
        maps = [] if source_map is None or map_content is None else [_as_it_is(source_map, map_content)]
        return [BundledFile(code, content, content, comments(content).debug_id, reference), *maps]
    injected = inject_debug_id(content, map_content)
    pair = [BundledFile(code, content, injected.code, injected.debug_id, reference)]
    if source_map is not None and map_content is not None and injected.source_map is not None:
        pair.append(BundledFile(source_map, map_content, injected.source_map, injected.debug_id))
    return pair


def _as_it_is(source_map: ArtifactFile, content: bytes) -> BundledFile:
    try:
        debug_id = own_debug_id(read_map(content))
    except MalformedSourceMap:
        debug_id = None  # who uses it will be told
    return BundledFile(source_map, content, content, debug_id)


def _member_path(url_prefix: str, path: str) -> str:
    """Return where in the archive a file is.  Nobody looks it up, but others spell it so."""
    scheme, found, rest = url_prefix.partition("://")
    folder = f"{scheme}/{rest}" if found else f"_/_/{url_prefix.removeprefix('~')}"
    return "/".join(part for part in f"files/{folder}/{path}".split("/") if part)


def _entry(each: BundledFile, url_prefix: str) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    headers = {"debug-id": each.debug_id, "sourcemap": each.source_map}
    return {
        "type": "source_map" if each.file.is_map else "minified_source",
        "url": f"{url_prefix.rstrip('/')}/{each.path}",
        "headers": {name: value for name, value in headers.items() if value is not None},
    }
