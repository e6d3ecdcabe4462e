"""Names of everything that was uploaded, by what near misses have in common, and the name to upload a file under."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote

from core.explain.findings import quoted
from core.failures import Failure
from core.files.artifact_lookup import ListedFile
from core.files.debug_ids import DebugId
from core.files.file_keys import FileKey, FileType
from core.files.manifest import Manifest, ManifestType
from core.web.paths import candidate_urls, strip_hostname
from core.wire.request import SymbolicateRequest

T = TypeVar("T")
MOST_NAMES = 100_000
"""The number of names of uploads that are compared with what is missing."""
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
    """Contents of the bundles and artifacts of one request, by their names and ids.

    What is alike is found by an index, which is made when it is first needed, of MOST_NAMES names: a bundle may have
    half a million, and likeness is worth only so much time.
    """

    def __init__(self, bundles: Mapping[str, Manifest | Failure], artifacts: Iterable[ListedFile]) -> None:
        found = sorted(bundles.items(), reverse=True)
        self._manifests = [(uri, manifest) for uri, manifest in found if not isinstance(manifest, Failure)]
        self._artifacts = list(artifacts)

    def named_alike(self, path: str) -> Iterator[UploadedName]:
        """Yield the names that end as ``path`` does, whatever the case, then those that differ by a hash."""
        file_name = _folded(_file_name(path))
        yield from self._names.get(file_name, ())
        yield from self._buildless_names.get(buildless(file_name), ())

    def owners(self, name: str) -> list[str]:
        """Return the bundles and artifacts that have exactly this name, the one that counts first."""
        bundles = [uri for uri, manifest in self._manifests if name in manifest.by_url]
        return bundles + [artifact.uri for artifact in self._artifacts if artifact.abs_path == name]

    def with_id(self, debug_id: DebugId) -> list[UploadedId]:
        """Return the files that are known by this id, of whatever type."""
        return [
            UploadedId(uri, debug_id, file_type, member.path)
            for uri, manifest in self._manifests
            for file_type in ManifestType
            if (member := manifest.by_id.get((debug_id, file_type.value))) is not None
        ]

    def ids_of_files_named_alike(self, path: str, file_type: FileType) -> Iterator[UploadedId]:
        """Yield what files are known by whose names in the archive end as ``path`` does."""
        found = self._ids.get(_folded(_file_name(path)), [])
        return (each for each in found if each.type == file_type.value)

    @cached_property
    def _names(self) -> dict[str, list[UploadedName]]:
        return _by(lambda uploaded: _folded(_file_name(uploaded.path)), islice(self._all_names(), MOST_NAMES))

    @cached_property
    def _buildless_names(self) -> dict[str, list[UploadedName]]:
        return _by(
            lambda uploaded: buildless(_folded(_file_name(uploaded.path))), islice(self._all_names(), MOST_NAMES)
        )

    @cached_property
    def _ids(self) -> dict[str, list[UploadedId]]:
        return _by(lambda uploaded: _folded(_file_name(uploaded.member)), islice(self._all_ids(), MOST_NAMES))

    def _all_names(self) -> Iterator[UploadedName]:
        for artifact in self._artifacts:
            yield UploadedName(artifact.uri, artifact.abs_path, is_bundled=False)
        for uri, manifest in self._manifests:
            for name in manifest.by_url:
                yield UploadedName(uri, name, is_bundled=True)

    def _all_ids(self) -> Iterator[UploadedId]:
        for uri, manifest in self._manifests:
            for (debug_id, file_type), member in manifest.by_id.items():
                yield UploadedId(uri, debug_id, file_type, member.path)


def path_of(url: str) -> str:
    """Return the path of a URL or name, without query and fragment."""
    return strip_hostname(url.partition("#")[0].partition("?")[0])


def buildless(file_name: str) -> str:
    """Return a file's name with a star for each part that looks like the hash of a build."""
    parts = _BETWEEN.split(file_name)
    return "".join("*" if number and _HASH.fullmatch(part) else part for number, part in enumerate(parts))


def upload_name(abs_path: str) -> str:
    """Return the name to upload the file at ``abs_path`` under: right for any host, if the path has one."""
    name = candidate_urls(abs_path)[-1]
    return name if name.startswith("~/") else candidate_urls(abs_path.partition("?")[0])[0]


def release_name(request: SymbolicateRequest) -> str:
    """Return what the request's release, which it has, is called."""
    dist = "" if request.dist is None else f", dist {quoted(request.dist)}"
    return f"the release {quoted(request.release or '')}{dist}"


def upload_advice(key: FileKey, request: SymbolicateRequest) -> str:
    """Say how to upload a file so that this request would find it."""
    name = "" if key.abs_path is None else f" as {quoted(upload_name(key.abs_path))}"
    if key.debug_id is not None:
        also = "" if request.release is None or not name else f", or{name} for {release_name(request)}"
        return f"upload it with the debug id {quoted(key.debug_id)}{also}"
    if request.release is not None:
        return f"upload it{name} for {release_name(request)}"
    return (
        "inject debug ids when building, upload the files and let the SDK send the ids, "
        f"or let it send a release and upload the file{name} for that"
    )


def _by(key_of: Callable[[T], str], values: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for value in values:
        found.setdefault(key_of(value), []).append(value)
    return found


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _folded(name: str) -> str:
    return unquote(name).casefold() if "%" in name else name.casefold()
