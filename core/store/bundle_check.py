"""Checks of an uploaded artifact bundle: what refuses it, what is warned of, and the list of its files.

Pure: everything that needs the object store (quotas, maps of other uploads) is checked by who has it.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import msgspec

from core.files.debug_ids import DebugId, parse_debug_id
from core.files.manifest import ManifestFile, ManifestType, select_source_map_header
from core.store.archive_check import CheckLimits, UploadedArchive
from core.store.content_check import (
    MAX_WHOLE_MAP_BYTES,
    MAX_WHOLE_SCRIPT_BYTES,
    FileSample,
    MapFacts,
    ScriptFacts,
    is_embedded,
    map_facts,
    map_findings,
    script_facts,
    script_findings,
)
from core.store.store_index import is_named_by_id, names_of
from core.store.store_names import MAX_DIST_CHARACTERS, MAX_RELEASE_CHARACTERS, is_printable, release_name
from core.store.upload_records import Contents, ListedMember, UploadCounts, UploadFinding, UploadReport, UploadTask
from core.store.upload_report import FindingCode, make_report, refusal
from core.web.paths import candidate_urls, join_paths

_HOST = "http://unmangle.invalid"
_COMPUTER_PATH = re.compile(r"(?:~|^|file://)/?(?:home/|Users/|[A-Za-z]:[\\/])")
_MOST_COMPARED = 1_000
_MOST_LOOKED_UP = 20
_SHORTEST_GLUED = 3


class Checked(msgspec.Struct, frozen=True):
    """An upload that may be taken: its files, numbers and findings.

    ``maps_wanted`` are (name, debug id) of files whose maps are not in the upload: they may be in the store.
    """

    files: list[ListedMember]
    counts: UploadCounts
    release: str | None
    dist: str | None
    findings: list[UploadFinding]
    unchecked: int
    maps_wanted: list[tuple[str, str]]

    def contents(self, task: UploadTask, assembly_key: str, report: UploadReport) -> Contents:
        """Return the list of files as it is stored."""
        return Contents(
            projects=sorted(task.projects),
            release=self.release,
            dist=self.dist,
            same=assembly_key,
            files=self.files,
            report=report,
        )


def check_bundle(file: BinaryIO, task: UploadTask, limits: CheckLimits) -> Checked:
    """Check the bundle in ``file``, which ``task`` asks to take; every file is read once.  Raises UploadRefused."""
    archive = UploadedArchive.open(file, limits)
    archive.check_files()
    texts = archive.manifest.texts
    release, dist = _release(task, texts.get("release")), task.dist or texts.get("dist") or None
    _check_texts(release, dist)
    members = [_Member.of(each) for each in archive.manifest.files]
    if release is None and not any(member.debug_id for member in members):
        raise refusal(FindingCode.NOTHING_TO_FIND_BY, "no release is given, and no file has a debug id")
    findings = list(_findings_of_request(task, texts.get("release"), texts.get("org"), texts.get("project")))
    unchecked = _read(archive, members, limits.check_bytes)
    findings += _findings_of_files(members, release)
    files = [member.listed(archive) for member in members]
    if all(is_named_by_id(each) for each in files if each.name):
        findings.append(
            UploadFinding(FindingCode.NAMES_BY_ID_ONLY, "all names are debug ids: files are found by debug id only")
        )
    report = make_report(findings)
    return Checked(
        files=files,
        counts=_counts(files),
        release=release,
        dist=dist,
        findings=report.findings,
        unchecked=unchecked,
        maps_wanted=list(_maps_wanted(members))[:_MOST_LOOKED_UP],
    )


def map_missing(name: str, debug_id: str | None) -> UploadFinding:
    """Return the warning about a file whose map is nowhere."""
    by = f" with its debug id {debug_id}" if debug_id else ""
    said = f"neither this upload nor the store has a source map{by}: let the bundler write maps, and upload both"
    return UploadFinding(FindingCode.MAP_MISSING, said, name)


@dataclass(slots=True)
class _Member:
    """A file of the manifest, and what was found in it."""

    file: ManifestFile
    debug_id: DebugId | None
    script: ScriptFacts | None = None
    map: MapFacts | None = None
    identity: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, file: ManifestFile) -> _Member:
        return cls(file, parse_debug_id(file.headers.get("debug-id", "")))

    @property
    def name(self) -> str:
        return self.file.url or self.file.path

    @property
    def is_script(self) -> bool:
        return self.file.type is ManifestType.MINIFIED_SOURCE

    @property
    def is_map(self) -> bool:
        return self.file.type is ManifestType.SOURCE_MAP

    @property
    def reference(self) -> str | None:
        header = select_source_map_header(self.file.headers)
        return header or (self.script.reference if self.script is not None else None)

    def listed(self, archive: UploadedArchive) -> ListedMember:
        reference = self.reference
        return ListedMember(
            name=self.file.url,
            path=self.file.path,
            type=None if self.file.type is None else self.file.type.value,
            size=archive.size(self.file),
            crc=archive.checksum(self.file),
            debug_id=self.debug_id,
            reference=None if reference is None or is_embedded(reference) else reference[:2000],
        )


@dataclass(slots=True)
class _Names:
    """Names that references are compared with: those of all files, and those of them that are maps."""

    all: set[str] = field(default_factory=set)
    by_last_part: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str) -> None:
        self.all.add(name)
        self.by_last_part.setdefault(posixpath.basename(name), []).append(name)

    def resolved(self, member: _Member) -> str | None:
        """Return the name of the file that a member refers to, None if there is none of it."""
        reference = member.reference
        if reference is None:
            return None
        base = f"{_HOST}{member.name[1:]}" if member.name.startswith("~") else member.name
        return next((name for name in candidate_urls(join_paths(base, reference)) if name in self.all), None)

    def nearest(self, reference: str) -> list[str]:
        last = posixpath.basename(reference.partition("?")[0])
        same = self.by_last_part.get(last, [])[:2]
        if same:
            return same
        some = [name for name in list(self.all)[:_MOST_COMPARED] if name.endswith(".map")]
        return difflib.get_close_matches(reference, some, n=2, cutoff=0.4)


def _release(task: UploadTask, of_manifest: str | None) -> str | None:
    given = task.release if task.release is not None else of_manifest
    return release_name(given)


def _check_texts(release: str | None, dist: str | None) -> None:
    if release is not None and not is_printable(release, MAX_RELEASE_CHARACTERS):
        raise refusal(
            FindingCode.BAD_RELEASE, f"at most {MAX_RELEASE_CHARACTERS} characters, and no control characters"
        )
    if dist is not None and not is_printable(dist, MAX_DIST_CHARACTERS):
        raise refusal(FindingCode.BAD_DIST, f"at most {MAX_DIST_CHARACTERS} characters, and no control characters")


def _findings_of_request(
    task: UploadTask, release: str | None, org: str | None, project: str | None
) -> Iterator[UploadFinding]:
    given = task.release if task.release is not None else release
    if given is not None and release_name(given) is None:
        yield UploadFinding(FindingCode.RELEASE_NO_NAME, f"the release {given!r} is taken as none: name the release")
    others = []
    if org and org.lower() != task.org:
        others.append(f"the org {org[:100]}, the upload is for {task.org}")
    if project and project.lower() not in task.projects:
        others.append(f"the project {project[:100]}, the upload is for {', '.join(task.projects)[:200]}")
    if others:
        yield UploadFinding(FindingCode.OTHER_ORG, f"its manifest names {' and '.join(others)}")


def _read(archive: UploadedArchive, members: list[_Member], check_bytes: int) -> int:
    """Read every file, and look into them up to ``check_bytes``; return how many were not looked into."""
    looked_into, unchecked = 0, 0
    for member in members:
        looks = looked_into < check_bytes
        sample = FileSample(MAX_WHOLE_MAP_BYTES if member.is_map else MAX_WHOLE_SCRIPT_BYTES)
        if not archive.copy(member.file, sample.write if looks else _ignore):
            raise refusal(FindingCode.MEMBER_DAMAGED, "its checksum or its size is wrong", member.name)
        member.identity = archive.size(member.file), archive.checksum(member.file)
        looked_into += archive.size(member.file)
        if not looks:
            unchecked += 1
        elif member.is_map:
            member.map = map_facts(sample)
        elif member.is_script and sample.size:
            member.script = script_facts(sample)
    return unchecked


def _ignore(_: bytes) -> None:
    pass


def _findings_of_files(members: list[_Member], release: str | None) -> list[UploadFinding]:
    names = _Names()
    for member in members:
        names.add(member.name)
    checks: list[Callable[[], Iterable[UploadFinding]]] = [
        lambda: _debug_ids_missing(members, release),
        lambda: _debug_ids_twice(members),
        lambda: _references(members, names),
        lambda: _maps_unused(members, names),
        lambda: _odd_names(members),
    ]
    findings = [finding for check in checks for finding in check()]
    for member in members:
        if member.script is not None:
            findings += script_findings(member.name, member.debug_id, member.script)
        if member.map is not None:
            findings += map_findings(member.name, member.debug_id, member.map)
    return findings


def _debug_ids_missing(members: list[_Member], release: str | None) -> Iterator[UploadFinding]:
    for member in members:
        if member.is_script and member.debug_id is None and release is None:
            said = "it has no debug id, and there is no release: it can't be found; inject ids, or give a release"
            yield UploadFinding(FindingCode.DEBUG_ID_MISSING, said, member.name)


def _debug_ids_twice(members: list[_Member]) -> Iterator[UploadFinding]:
    first: dict[tuple[DebugId, object], _Member] = {}
    for member in members:
        if member.debug_id is None:
            continue
        other = first.setdefault((member.debug_id, member.file.type), member)
        if other.identity != member.identity:
            yield UploadFinding(
                FindingCode.DEBUG_ID_TWICE, f"{other.name} differs from it, and has its debug id", member.name
            )


def _references(members: list[_Member], names: _Names) -> Iterator[UploadFinding]:
    ids_of_maps = _ids_of_maps(members)
    own_ids = {member.name: member.debug_id for member in members if member.is_map}
    compared = 0
    for member in members:
        reference = member.reference
        if not member.is_script or reference is None or is_embedded(reference) or member.debug_id in ids_of_maps:
            continue
        resolved = names.resolved(member)
        other = None if resolved is None else own_ids.get(resolved)
        if member.debug_id is not None and other is not None:
            said = (
                f"it has {member.debug_id}, its source map {resolved} has {other}: build and upload again, inject once"
            )
            yield UploadFinding(FindingCode.DEBUG_ID_DIFFERS, said, member.name)
        if resolved is None:
            compared += 1
            nearest = names.nearest(reference) if compared <= _MOST_LOOKED_UP else []
            hint = f"; near to it: {', '.join(nearest)}" if nearest else ""
            said = f"its source map {reference[:200]} is not in this upload{hint}: upload with the paths of the build"
            yield UploadFinding(FindingCode.REFERENCE_NOT_FOUND, said, member.name)


def _ids_of_maps(members: Iterable[_Member]) -> set[DebugId]:
    return {member.debug_id for member in members if member.is_map and member.debug_id is not None}


def _maps_wanted(members: list[_Member]) -> Iterator[tuple[str, str]]:
    """Yield files with a debug id but no reference whose map is not in the upload."""
    ids_of_maps = _ids_of_maps(members)
    for member in members:
        if member.is_script and member.reference is None and member.debug_id and member.debug_id not in ids_of_maps:
            yield member.name, member.debug_id


def _maps_unused(members: list[_Member], names: _Names) -> Iterator[UploadFinding]:
    used = {resolved for member in members if member.is_script and (resolved := names.resolved(member))}
    ids = {member.debug_id for member in members if member.is_script and member.debug_id is not None}
    for member in members:
        if member.is_map and member.name not in used and member.debug_id not in ids:
            yield UploadFinding(
                FindingCode.MAP_UNUSED, "no file of this upload refers to it, and none has its debug id", member.name
            )


def _odd_names(members: list[_Member]) -> Iterator[UploadFinding]:
    folders = {member.name.split("/")[1] for member in members if member.name.count("/") > 1}
    for member in members:
        why = _oddity(member.name, folders)
        if why is not None:
            said = f"{why}: set the prefix, for the JavaScript client with a slash at its end"
            yield UploadFinding(FindingCode.NAME_ODD, said, member.name)


def _oddity(name: str, folders: set[str]) -> str | None:
    if name.startswith("~") and not name.startswith("~/"):
        return "there is no slash after ~"
    if _COMPUTER_PATH.match(name):
        return "it is a path of a computer"
    if "\\" in name:
        return "it has backslashes"
    path = name.partition("://")[2] or name
    if "//" in path:
        return "it has two slashes in a row"
    first = name.split("/")[1] if name.startswith("~/") and name.count("/") > 1 else ""
    glued = next(
        (each for each in folders if len(each) >= _SHORTEST_GLUED and first != each and first.endswith(each)), None
    )
    return f"its first folder {first} ends like the folder {glued}" if glued else None


def _counts(files: list[ListedMember]) -> UploadCounts:
    return UploadCounts(
        files=len(files),
        minified=sum(each.type == ManifestType.MINIFIED_SOURCE for each in files),
        maps=sum(each.type == ManifestType.SOURCE_MAP for each in files),
        debug_ids=len({each.debug_id for each in files if each.debug_id}),
        names=len(set(names_of(files))),
    )
