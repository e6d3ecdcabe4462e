"""The names of everything that was uploaded, by what near misses have in common with what was looked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from core.debug_ids import DebugId
from core.files import Failure, FileType
from core.lookup import ListedFile
from core.manifest import Manifest
from core.paths import strip_hostname

_BETWEEN = re.compile(r"([._-])")
_HASH = re.compile(r"[0-9a-f]{6,}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,}|[A-Z][A-Za-z]*[a-z][A-Z][A-Za-z]*")


@dataclass(frozen=True, slots=True)
class UploadedName:
    """A name that a file was uploaded under, and the URI of the artifact, or of the bundle that says so."""

    owner: str
    name: str
    is_bundled: bool

    @property
    def path(self) -> str:
        """The name without host and query, and without the ``~`` that stands for any host."""
        return path_of(self.name)


@dataclass(frozen=True, slots=True)
class UploadedId:
    """A debug id that a bundle knows a file by, and that file's name in the archive."""

    owner: str
    debug_id: DebugId
    type: str
    member: str


class UploadedNames:
    """What bundles and artifacts of one request hold.  Made once, asked often: a bundle may hold 500,000 files."""

    def __init__(self, bundles: Mapping[str, Manifest | Failure], artifacts: Iterable[ListedFile]) -> None:
        self._by_file_name: dict[str, list[UploadedName]] = defaultdict(list)
        self._by_buildless_name: dict[str, list[UploadedName]] = defaultdict(list)
        self._ids: dict[DebugId, list[UploadedId]] = defaultdict(list)
        self._ids_by_file_name: dict[str, list[UploadedId]] = defaultdict(list)
        self._owners: dict[str, list[str]] = defaultdict(list)
        for uri, manifest in sorted(bundles.items(), reverse=True):
            if not isinstance(manifest, Failure):
                self._add_manifest(uri, manifest)
        for artifact in artifacts:
            self._add_name(UploadedName(artifact.uri, artifact.abs_path, is_bundled=False))

    def named_alike(self, path: str) -> Iterator[UploadedName]:
        """Yield the names that end as ``path`` does, whatever the case, then those that differ by a hash."""
        file_name = _file_name(path)
        yield from self._by_file_name.get(_folded(file_name), ())
        yield from self._by_buildless_name.get(buildless(_folded(file_name)), ())

    def owners(self, name: str) -> list[str]:
        """Return the bundles and artifacts that have exactly this name, the one that counts first."""
        return self._owners.get(name, [])

    def with_id(self, debug_id: DebugId) -> list[UploadedId]:
        """Return the files that are known by this id, of whatever type."""
        return self._ids.get(debug_id, [])

    def ids_of_files_named_alike(self, path: str, file_type: FileType) -> list[UploadedId]:
        """Return what files are known by whose names in the archive end as ``path`` does."""
        found = self._ids_by_file_name.get(_folded(_file_name(path)), [])
        return [each for each in found if each.type == file_type.value]

    def _add_manifest(self, uri: str, manifest: Manifest) -> None:
        for name in manifest.by_url:
            self._add_name(UploadedName(uri, name, is_bundled=True))
        for (debug_id, file_type), member in manifest.by_id.items():
            uploaded = UploadedId(uri, debug_id, file_type, member.path)
            self._ids[debug_id].append(uploaded)
            self._ids_by_file_name[_folded(_file_name(member.path))].append(uploaded)

    def _add_name(self, uploaded: UploadedName) -> None:
        self._owners[uploaded.name].append(uploaded.owner)
        file_name = _folded(_file_name(uploaded.path))
        self._by_file_name[file_name].append(uploaded)
        without_hash = buildless(file_name)
        if without_hash != file_name:
            self._by_buildless_name[without_hash].append(uploaded)


def path_of(url: str) -> str:
    """Return the path of a URL or name, without query and fragment."""
    return strip_hostname(url.partition("#")[0].partition("?")[0])


def buildless(file_name: str) -> str:
    """Return a file's name with a star for each part that looks like the hash of a build."""
    parts = _BETWEEN.split(file_name)
    return "".join("*" if number and _HASH.fullmatch(part) else part for number, part in enumerate(parts))


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _folded(name: str) -> str:
    return unquote(name).casefold()
