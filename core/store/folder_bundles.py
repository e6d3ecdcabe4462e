"""Artifact bundles of archived folders: a tar.gz or a ZIP of what a bundler wrote.

Debug ids and references are read from the files, and none is changed: the deployed files must be the uploaded ones.
The same archive gives the same bundle.  Paths in an archive are names; nothing is unpacked.
"""

from __future__ import annotations

import gzip
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import orjson

from core.errors import MalformedBundle, OversizedBundle
from core.files.artifact_bundle import copy_member, open_archive, read_member
from core.files.debug_ids import DebugId
from core.files.manifest import read_manifest_files
from core.offline.artifact_files import ENDINGS, MAP_ENDING
from core.offline.bundling import member_path
from core.store.archive_check import CheckLimits, check_members, oddity_of_name
from core.store.content_check import MAX_WHOLE_MAP_BYTES, FileSample, is_embedded, map_facts, script_facts
from core.store.upload_records import UploadFinding, UploadTask
from core.store.upload_report import FindingCode, UploadRefused, refusal

_MAGIC = b"SYSB" + struct.pack("<I", 2)
_MANIFEST = "manifest.json"
_HERMES = bytes.fromhex("c61fbc03c103191f")
_MOST_MEMBERS = 200_000  # images and what else is in a folder count, too
_STEP = 1 << 20
_SPARE_BYTES = 64 << 20  # heads of members, and what fills their blocks

Write = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file of the bundle, and what it says of itself."""

    path: str
    is_map: bool
    debug_id: DebugId | None
    reference: str | None
    is_bytecode: bool = False


def write_folder_bundle(
    archive: BinaryIO, bundle: BinaryIO, task: UploadTask, limits: CheckLimits
) -> list[UploadFinding]:
    """Write the bundle of an archived folder to ``bundle``; return what was left out and should not have been there.

    A ZIP that is a bundle but for its magic stays what it is.  Raises UploadRefused.
    """
    bundle.write(_MAGIC)
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as out:
        writer = _BundleWriter(out, task.url_prefix, limits)
        if task.kind == "tar":
            _take_tar(archive, writer, limits)
        else:
            _take_zip(archive, writer, limits)
    bundle.flush()
    return writer.findings


class _BundleWriter:
    """Takes the files of a folder one after another, and ends with their manifest."""

    def __init__(self, out: zipfile.ZipFile, url_prefix: str, limits: CheckLimits) -> None:
        self.findings: list[UploadFinding] = []
        self._out = out
        self._url_prefix = url_prefix
        self._limits = limits
        self._taken: dict[str, _Taken] = {}

    def take(self, path: str, size: int, copy: Callable[[Write], bool]) -> None:
        """Take the file at a path of the folder, if it is of a kind that is uploaded.  Raises UploadRefused."""
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
        path = "/".join(parts)
        if not path.endswith(ENDINGS) or ".git" in parts:
            return
        if size > self._limits.max_file_bytes:
            said = f"{size} bytes, at most {self._limits.max_file_bytes} are allowed"
            raise refusal(FindingCode.FILE_TOO_LARGE, said, path)
        if path in self._taken:
            raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, "two members have this name", path)
        if len(self._taken) >= self._limits.max_files:
            said = f"more than {self._limits.max_files} files"
            raise refusal(FindingCode.TOO_MANY_FILES, said)
        self._taken[path] = self._copied(path, size, copy)

    def leave(self, path: str) -> None:
        """Note a member that is no file."""
        self.findings.append(UploadFinding(FindingCode.LINK_SKIPPED, "a link or a device, not a file: left out", path))

    def copy_as_is(self, path: str, size: int, copy: Callable[[Write], bool]) -> None:
        """Take a member of something that is a bundle already."""
        with self._out.open(self._info(path, size), "w") as member:
            if not copy(member.write):
                raise refusal(FindingCode.MEMBER_DAMAGED, "it is damaged", path)

    def finish(self) -> None:
        """Write the manifest."""
        files = {member_path(self._url_prefix, each.path): self._entry(each) for each in self._taken.values()}
        self._out.writestr(self._info(_MANIFEST, 0), orjson.dumps({"files": files}), zipfile.ZIP_DEFLATED)

    def _copied(self, path: str, size: int, copy: Callable[[Write], bool]) -> _Taken:
        """Copy a file, and look at it on the way.  Of bytecode nothing is kept but its name."""
        is_map = path.endswith(MAP_ENDING)
        sample = FileSample(MAX_WHOLE_MAP_BYTES if is_map else 0)
        with self._out.open(self._info(member_path(self._url_prefix, path), size), "w") as member:

            def write(piece: bytes) -> None:
                sample.write(piece)
                if is_map or not sample.head.startswith(_HERMES):
                    member.write(piece)

            if not copy(write):
                raise refusal(FindingCode.MEMBER_DAMAGED, "it is damaged", path)
        if is_map:
            return _Taken(path, True, map_facts(sample).debug_id, None)
        if sample.head.startswith(_HERMES):
            return _Taken(path, False, None, None, is_bytecode=True)
        facts = script_facts(sample)
        return _Taken(path, False, facts.comment_id, facts.reference)

    def _entry(self, each: _Taken) -> dict[str, object]:
        """Return what the manifest says of a file."""
        beside = None if each.is_map else self._taken.get(f"{each.path}{MAP_ENDING}")
        reference = None if each.reference is None or is_embedded(each.reference) else each.reference
        if each.reference is None and beside is not None:
            reference = beside.path.rpartition("/")[2]
        debug_id = beside.debug_id if each.is_bytecode and beside is not None else each.debug_id
        headers = {"debug-id": debug_id, "sourcemap": reference}
        return {
            "type": "source_map" if each.is_map else "minified_source",
            "url": f"{self._url_prefix.rstrip('/')}/{each.path}",
            "headers": {name: value for name, value in headers.items() if value is not None},
        }

    def _info(self, path: str, size: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path)  # of 1980, always
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = size
        return info


def _take_zip(file: BinaryIO, writer: _BundleWriter, limits: CheckLimits) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    try:
        archive = open_archive(file, max(limits.max_files + 1, _MOST_MEMBERS))
    except OversizedBundle as error:
        raise refusal(FindingCode.TOO_MANY_FILES, str(error)) from None
    except MalformedBundle as error:
        raise refusal(FindingCode.NOT_A_BUNDLE, str(error)) from None
    check_members(archive.filelist, size, limits)
    if _is_bundle(archive, limits):
        for info in archive.filelist:
            if not info.is_dir():
                writer.copy_as_is(info.filename, info.file_size, _copier(archive, info, limits))
        return
    for info in archive.filelist:
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            writer.leave(info.filename)
        elif not info.is_dir():
            writer.take(info.filename, info.file_size, _copier(archive, info, limits))
    writer.finish()


def _copier(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: CheckLimits) -> Callable[[Write], bool]:
    return lambda write: copy_member(archive, info.filename, write, limits.max_file_bytes)


def _is_bundle(archive: zipfile.ZipFile, limits: CheckLimits) -> bool:
    """Return whether an archive has a manifest that names some of its members."""
    text = read_member(archive, _MANIFEST, limits.max_manifest_bytes)
    if text is None:
        return False
    try:
        manifest = read_manifest_files(text, limits.max_files)
    except MalformedBundle:
        return False  # web apps have a file of this name, too
    return any(each.path in archive.NameToInfo for each in manifest.files)


class _Inflated:
    """An unpacked stream that ends in a refusal if there is too much of it."""

    def __init__(self, packed: gzip.GzipFile, max_bytes: int) -> None:
        self._packed = packed
        self._left = max_bytes

    def read(self, size: int = -1) -> bytes:
        content = self._packed.read(_STEP if size < 0 else size)
        self._left -= len(content)
        if self._left < 0:
            raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, "it would unpack to more than is allowed")
        return content


def _take_tar(file: BinaryIO, writer: _BundleWriter, limits: CheckLimits) -> None:
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            inflated = _Inflated(packed, limits.max_unpacked_bytes + _SPARE_BYTES)
            with tarfile.open(fileobj=cast("BinaryIO", inflated), mode="r|") as archive:
                for member in _members(archive):
                    _take_tar_member(archive, member, writer)
            while inflated.read(_STEP):  # also the checksum at the end has to be right
                pass
    except UploadRefused:
        raise
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError) as error:
        raise refusal(FindingCode.NOT_A_BUNDLE, f"no tar.gz, or a damaged one: {error}") from None
    writer.finish()


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(archive):
        if count >= _MOST_MEMBERS:
            raise refusal(FindingCode.TOO_MANY_FILES, f"more than {_MOST_MEMBERS} members")
        archive.members = []  # type: ignore[attr-defined]  # or all of them stay in memory
        yield member


def _take_tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, writer: _BundleWriter) -> None:
    if member.isdir():
        return
    if not member.isreg() or member.issparse():
        writer.leave(member.name)
        return
    why = oddity_of_name(member.name)
    if why is not None:
        raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, why, member.name[:200])

    def copy(write: Write) -> bool:
        content = archive.extractfile(member)
        assert content is not None
        with content:
            while piece := content.read(_STEP):
                write(piece)
        return True

    writer.take(member.name, member.size, copy)
