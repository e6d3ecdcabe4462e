"""The index of an artifact store: which entries an upload has, and which of those that are listed are chosen.

An entry is an empty object whose name says all: when the upload was made, what it has, for which project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from core.files.artifact_lookup import ListedBundle
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.file_keys import ResolvedWith
from core.store.store_keys import OrgKeys
from core.store.store_names import inverse, is_upload_id, name_digest
from core.store.upload_records import Contents, ListedMember
from core.web.paths import candidate_urls
from core.web.urls import parse_url

_KINDS = {"minified_source": "j", "source_map": "m"}
KEPT_OF_EACH = 20
"""So many entries of a kind are kept of each project: lookups need the newest."""


@dataclass(frozen=True, slots=True)
class IdEntry:
    """A file or map (``kinds``: "j", "m" or "jm") with a certain debug id that an upload has."""

    upload: str
    kinds: str
    project: str

    @property
    def group(self) -> tuple[str, str]:
        """Group of which the newest entry replaces all others."""
        return self.project, self.kinds


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A file of a release that an upload has, by the digest of its name."""

    upload: str
    name: str
    project: str

    @property
    def group(self) -> tuple[str, str]:
        """Group of which the newest entry replaces all others."""
        return self.project, self.name


@dataclass(frozen=True, slots=True)
class StoredBundle(ListedBundle):
    """The bundle of an upload; of one organization, the greatest URI is the newest."""

    org: str
    upload: str

    @classmethod
    def of(cls, org: str, upload: str, resolved_with: ResolvedWith) -> Self:
        """Return what is listed for an upload."""
        url = parse_url(f"store://{org}/{upload}")
        assert url is not None
        return cls(f"{org}/{upload}", url, resolved_with, org, upload)

    @property
    def uri(self) -> str:
        """The name of the bundle in origins."""
        return self.url.href


def index_keys(org: str, upload: str, contents: Contents) -> list[str]:
    """Return the keys of all entries of an upload, each once."""
    keys = OrgKeys(org)
    wanted: dict[str, None] = {}
    for prefix, kinds in _kinds_by_id(keys, contents.files).items():
        for project in contents.projects:
            wanted[f"{prefix}/{inverse(upload)}.{kinds}.{project}"] = None
    if contents.release is not None:
        for name in names_of(contents.files):
            prefix = keys.by_name(contents.release, contents.dist, name)
            for project in contents.projects:
                wanted[f"{prefix}/{inverse(upload)}.{name_digest(name)}.{project}"] = None
        for project in contents.projects:
            wanted[f"{keys.release(contents.release)}/{inverse(upload)}.{project}"] = None
    return list(wanted)


def names_of(files: Iterable[ListedMember]) -> Iterator[str]:
    """Yield the names that files are found by in a release: not those that are only a debug id."""
    for file in files:
        if file.name and not is_named_by_id(file):
            yield file.name


def is_named_by_id(file: ListedMember) -> bool:
    """Return whether the last part of a file's name begins with its own debug id, as with bundler plugins."""
    if file.debug_id is None:
        return False
    last = file.name.rpartition("/")[2].lower()
    return last.startswith(file.debug_id) and last[len(file.debug_id) : len(file.debug_id) + 1] in ("", "-", ".")


def read_id_entries(names: Iterable[str]) -> list[IdEntry]:
    """Read the last parts of keys; what is none of ours is left out."""
    parsed = (_parts(name) for name in names)
    return [IdEntry(*parts) for parts in parsed if parts is not None and parts[1] in ("j", "m", "jm")]


def read_name_entries(names: Iterable[str]) -> list[NameEntry]:
    """Read the last parts of keys; what is none of ours is left out."""
    return [NameEntry(*parts) for name in names if (parts := _parts(name)) is not None]


def read_release_entry(name: str) -> tuple[str, str] | None:
    """Return the upload and the project of an entry of a release, None if it is none of ours."""
    inverted, _, project = name.partition(".")
    return (inverse(inverted), project) if is_upload_id(inverted) and project else None


def newest_by_id(entries: Sequence[IdEntry], project: str | None) -> list[str]:
    """Return the newest upload that has the file, and the newest that has the map: none, one or two."""
    own = [entry for entry in entries if project in (None, entry.project)]
    chosen = (max((entry.upload for entry in own if kind in entry.kinds), default=None) for kind in "jm")
    return _distinct(chosen)


def newest_by_names(entries: Sequence[NameEntry], project: str | None, abs_path: str) -> list[str]:
    """Return for each name that ``abs_path`` may have been uploaded under the newest upload that has it."""
    wanted = dict.fromkeys(name_digest(name) for name in candidate_urls(abs_path))
    own = [entry for entry in entries if project in (None, entry.project)]
    return _distinct(max((entry.upload for entry in own if entry.name == name), default=None) for name in wanted)


def newest_of_each_name(entries: Sequence[NameEntry], project: str | None) -> list[str]:
    """Return for each name with a certain stem the newest upload that has it."""
    newest: dict[str, str] = {}
    for entry in entries:
        if project in (None, entry.project):
            newest[entry.name] = max(entry.upload, newest.get(entry.name, ""))
    return _distinct(newest.values())


def surplus(entries: Iterable[IdEntry] | Iterable[NameEntry]) -> set[IdEntry | NameEntry]:
    """Return the entries beyond the newest 20 of each project and kind, or name: no lookup needs them."""
    groups: dict[tuple[str, str], list[IdEntry | NameEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    by_age = (sorted(group, key=lambda entry: entry.upload, reverse=True) for group in groups.values())
    return {entry for group in by_age for entry in group[KEPT_OF_EACH:]}


def entry_name(entry: IdEntry | NameEntry) -> str:
    """Return the last part of the key of an entry."""
    what = entry.kinds if isinstance(entry, IdEntry) else entry.name
    return f"{inverse(entry.upload)}.{what}.{entry.project}"


def _kinds_by_id(keys: OrgKeys, files: Iterable[ListedMember]) -> dict[str, str]:
    found: dict[DebugId, set[str]] = {}
    for file in files:
        kind = _KINDS.get(file.type or "")
        debug_id = parse_debug_id(file.debug_id or "")
        if kind is not None and debug_id is not None:
            found.setdefault(debug_id, set()).add(kind)
    return {keys.by_id(debug_id): "".join(sorted(kinds)) for debug_id, kinds in found.items()}


def _parts(name: str) -> tuple[str, str, str] | None:
    inverted, _, rest = name.partition(".")
    what, _, project = rest.partition(".")
    return (inverse(inverted), what, project) if is_upload_id(inverted) and what and project else None


def _distinct(uploads: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(upload for upload in uploads if upload is not None))
