"""Generated files and source maps of a folder, made ready for an artifact bundle: each pair has a debug id.

A map may belong to several files.  Their mappings move when debug ids are written, so either all of its files get the
same id, which takes that they are copies of one another, or all of them and the map stay as they are.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import MalformedSourceMap
from core.files.debug_ids import DebugId
from core.files.magic_comments import source_mapping_url
from core.offline.artifact_collection import Artifacts
from core.offline.artifact_files import ArtifactFile
from core.offline.debug_id_injection import Injected, has_embedded_map, inject_debug_id, like_injected
from core.offline.map_search import MapSearch, comments
from core.offline.shifted_maps import own_debug_id, read_map
from core.offline.text_encodings import is_wide

_SCRIPTS = (".js", ".cjs", ".mjs")
_COMPRESSED = (".gz", ".br", ".zst")


@dataclass(frozen=True, slots=True)
class PreparedFile:
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

    @property
    def is_changed(self) -> bool:
        """Whether the file in the folder has to be written."""
        return self.content != self.was


@dataclass(slots=True)
class Prepared:
    """The files of a bundle, in order of the paths, and remarks for people: why some have no debug id."""

    files: list[PreparedFile] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[PreparedFile]:
        """The files that have to be written in the folder."""
        return [each for each in self.files if each.is_changed]


@dataclass(frozen=True, slots=True)
class _Group:
    """All generated files of one source map; ``source_map`` is None for one that has none, or has it in it."""

    codes: list[PreparedFile]
    source_map: PreparedFile | None

    @property
    def files(self) -> list[PreparedFile]:
        return self.codes if self.source_map is None else [*self.codes, self.source_map]

    @property
    def names(self) -> str:
        return ", ".join(code.file.place for code in self.codes)


def prepare(artifacts: Artifacts, on_progress: Callable[[], None], *, inject: bool) -> Prepared:
    """Read the files of a folder, and give debug ids to those that have none, if wanted.

    Raises OSError.
    """
    prepared = Prepared()
    groups = _groups(artifacts)
    held = _held_maps(groups, artifacts)
    done: list[list[PreparedFile]] = []
    for group in groups:
        holder = None if group.source_map is None else held.get(_identity(group.source_map.file))
        if holder is not None and inject:
            prepared.remarks.append(
                f"{group.names}: no debug id, as {holder} refers to the map, too, before its last code"
            )
        done.append(_with_ids(group, prepared.remarks) if inject and holder is None else group.files)
        for _ in group.codes:
            on_progress()
    while torn := _torn(done):
        for number in torn:
            prepared.remarks.append(f"{groups[number].names}: no debug id, as links give it two source maps")
            done[number] = groups[number].files
    paired = {_identity(group.source_map.file) for group in groups if group.source_map is not None}
    prepared.files += [each for files in done for each in files]
    prepared.files += [_as_it_is(file) for file in artifacts.all_maps() if _identity(file) not in paired]
    prepared.files.sort(key=lambda each: each.path)
    prepared.remarks += _compressed_copies(prepared.changed)
    return prepared


def bundle_members(files: list[PreparedFile], url_prefix: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Members for ``core.files.artifact_bundle.write_bundle``; ``url_prefix`` is where the folder is deployed."""
    return {member_path(url_prefix, each.path): (each.content, _entry(each, url_prefix)) for each in files}


def member_path(url_prefix: str, path: str) -> str:
    """Return where in the archive a file is.  Nobody looks it up, but others spell it so."""
    scheme, found, rest = url_prefix.partition("://")
    folder = f"{scheme}/{rest}" if found else f"_/_/{url_prefix.removeprefix('~')}"
    return "/".join(part for part in f"files/{folder}/{path}".split("/") if part)


def _groups(artifacts: Artifacts) -> list[_Group]:
    search = MapSearch(artifacts)
    groups: dict[str, _Group] = {}
    for code in sorted(artifacts.all_code(), key=lambda file: file.path):
        content = code.read()[:]
        source_map = _map_of(code, content, search)
        reference = None if source_map is None else _seen_from(code, source_map)
        bundled = PreparedFile(code, content, content, comments(content).debug_id, reference)
        key = _identity(code if source_map is None else source_map)
        if key in groups:
            groups[key].codes.append(bundled)
        else:
            groups[key] = _Group([bundled], None if source_map is None else _as_it_is(source_map))
    return list(groups.values())


def _held_maps(groups: list[_Group], artifacts: Artifacts) -> dict[str, str]:
    """Return the maps that the service takes for a file that has none here, and for which.

    It follows comments that code follows, too, as its peers do, so a map that moves would no longer fit that file.
    """
    held = {}
    for code in (code for group in groups if group.source_map is None for code in group.codes):
        reference = _service_reference(code.was)
        referred = None if reference is None else artifacts.map_beside(code.file, reference)
        if referred is not None:
            held[_identity(referred)] = code.file.place
    return held


def _service_reference(content: bytes) -> str | None:
    try:
        return source_mapping_url(content)
    except UnicodeDecodeError:
        return None


def _map_of(code: ArtifactFile, content: bytes, search: MapSearch) -> ArtifactFile | None:
    found = None if has_embedded_map(content) else search.map_file(code, comments(content))
    return found if found is not None and found.is_map else None


def _identity(file: ArtifactFile) -> str:
    """Return what is the same for all names of a file."""
    return os.path.realpath(file.place)


def _seen_from(code: ArtifactFile, source_map: ArtifactFile) -> str:
    return posixpath.relpath(source_map.own_path, posixpath.dirname(code.own_path) or ".")


def _as_it_is(source_map: ArtifactFile) -> PreparedFile:
    content = source_map.read()[:]
    try:
        debug_id = own_debug_id(read_map(content))
    except MalformedSourceMap:
        debug_id = None  # who uses it will be told
    return PreparedFile(source_map, content, content, debug_id)


def _with_ids(group: _Group, remarks: list[str]) -> list[PreparedFile]:
    """Return the files of a group with debug ids, or as they are, and a remark that says why."""
    first, *others = sorted(group.codes, key=lambda code: _rank(code, group.source_map))
    if group.source_map is None and not has_embedded_map(first.was):
        if first.debug_id is None:
            remarks.append(f"{first.file.place}: no debug id, as it has no source map")
        return group.files
    if not others and not first.file.name.endswith(_SCRIPTS):
        return group.files
    try:
        injected = _injected(first, group.source_map)
        return [*_copies([first, *others], group.source_map, injected), *_injected_map(group.source_map, injected)]
    except MalformedSourceMap as error:
        remarks.append(f"{group.names}: {'their' if others else 'its'} source map stays as it is: {error}")
        return group.files


def _rank(code: PreparedFile, source_map: PreparedFile | None) -> tuple[bool, bool, str]:
    """Return which file of a map comes first: one with an id, then the one whose name the map has."""
    is_named = source_map is not None and source_map.file.name.startswith(f"{code.file.name}.")
    return code.debug_id is None, not is_named, code.file.path


def _injected(code: PreparedFile, source_map: PreparedFile | None) -> Injected:
    if is_wide(code.was):
        raise MalformedSourceMap(f"{code.file.name} is UTF-16 or UTF-32, into which no debug id can be written")
    return inject_debug_id(code.was, None if source_map is None else source_map.was)


def _copies(codes: list[PreparedFile], source_map: PreparedFile | None, injected: Injected) -> Iterator[PreparedFile]:
    for code in codes:
        copy = like_injected(code.was, injected)
        if len(codes) == 1:
            copy = injected.code
        if copy is None or not code.file.name.endswith(_SCRIPTS):
            shared = "a map" if source_map is None else source_map.file.place
            raise MalformedSourceMap(f"they share {shared}, but are no copies of one another")
        yield replace(code, content=copy, debug_id=injected.debug_id)


def _injected_map(source_map: PreparedFile | None, injected: Injected) -> list[PreparedFile]:
    if source_map is None or injected.source_map is None:
        return []
    return [replace(source_map, content=injected.source_map, debug_id=injected.debug_id)]


def _torn(done: list[list[PreparedFile]]) -> list[int]:
    """Return the numbers of the groups that would write a file which another one would write otherwise, or not at all.

    Links may give a file two names, with a map beside each.
    """
    contents: dict[str, set[bytes]] = {}
    for files in done:
        for each in files:
            contents.setdefault(_identity(each.file), set()).add(each.content)
    return [
        number
        for number, files in enumerate(done)
        if any(each.is_changed for each in files) and any(len(contents[_identity(each.file)]) > 1 for each in files)
    ]


def _compressed_copies(changed: Iterable[PreparedFile]) -> Iterator[str]:
    for each in changed:
        for ending in _COMPRESSED:
            if os.path.exists(f"{each.file.place}{ending}"):  # noqa: PTH110 - it is a string
                yield f"{each.file.place}{ending}: a copy of what {each.file.name} was: compress it again"


def _entry(each: PreparedFile, url_prefix: str) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    headers = {"debug-id": each.debug_id, "sourcemap": each.source_map}
    return {
        "type": "source_map" if each.file.is_map else "minified_source",
        "url": f"{url_prefix.rstrip('/')}/{each.path}",
        "headers": {name: value for name, value in headers.items() if value is not None},
    }
