"""Checks of a bundle as an archive: everything that refuses an upload.

Nothing in a bundle is trusted: neither the table of contents nor what it says of sizes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from core.errors import MalformedBundle, OversizedBundle
from core.files.artifact_bundle import METHODS, copy_member, open_archive, read_member
from core.files.manifest import ManifestFile, ManifestFiles, read_manifest_files
from core.store.upload_records import UploadFinding
from core.store.upload_report import FindingCode, UploadRefused, refusal

_MAGIC = b"SYSB"
_MANIFEST = "manifest.json"
_ENCRYPTED = 0x41  # flags: encrypted, strongly encrypted
_MOST_RATIO = 200
_RATIO_COUNTS_FROM = 1 << 30
_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """Most files, bytes of the manifest, bytes of one file and of all of them unpacked, and bytes to look into."""

    max_files: int = 50_000
    max_manifest_bytes: int = 64 << 20
    max_file_bytes: int = 1 << 30
    max_unpacked_bytes: int = 8 << 30
    check_bytes: int = 1 << 30


class UploadedArchive:
    """An open bundle whose table of contents and manifest are sound."""

    def __init__(self, archive: zipfile.ZipFile, manifest: ManifestFiles, limits: CheckLimits) -> None:
        self.manifest = manifest
        self._archive = archive
        self._limits = limits

    @classmethod
    def open(cls, file: BinaryIO, limits: CheckLimits) -> UploadedArchive:
        """Open the bundle in ``file``.  Raises UploadRefused."""
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if file.read(len(_MAGIC)) != _MAGIC:
            raise refusal(FindingCode.NOT_A_BUNDLE, "it does not begin as an artifact bundle does")
        try:
            archive = open_archive(file, limits.max_files + 1)  # the manifest is a member, too
        except OversizedBundle as error:
            raise refusal(FindingCode.TOO_MANY_FILES, str(error)) from None
        except MalformedBundle as error:
            raise refusal(FindingCode.NOT_A_BUNDLE, str(error)) from None
        check_members(archive.filelist, size, limits)
        return cls(archive, _manifest(archive, limits), limits)

    def size(self, file: ManifestFile) -> int:
        """Return how many bytes a file has unpacked."""
        return self._archive.NameToInfo[file.path].file_size

    def checksum(self, file: ManifestFile) -> int:
        """Return the CRC-32 of a file."""
        return self._archive.NameToInfo[file.path].CRC

    def copy(self, file: ManifestFile, write: Callable[[bytes], object]) -> bool:
        """Give a file to ``write``, piece by piece; False if it is damaged."""
        return copy_member(self._archive, file.path, write, self._limits.max_file_bytes)

    def check_files(self) -> None:
        """Raise UploadRefused for files that the manifest names and that are not there, or are too large."""
        findings = list(self._faults())
        if findings:
            raise UploadRefused(findings)

    def _faults(self) -> Iterator[UploadFinding]:
        found = 0
        for file in self.manifest.files:
            info = self._archive.NameToInfo.get(file.path)
            if found >= _MOST_FINDINGS:
                return
            if info is None:
                found += 1
                yield UploadFinding(
                    FindingCode.MEMBER_MISSING, "the manifest names it, but it is not in the archive", file.path
                )
            elif info.file_size > self._limits.max_file_bytes:
                found += 1
                said = f"{info.file_size} bytes, at most {self._limits.max_file_bytes} are allowed"
                yield UploadFinding(FindingCode.FILE_TOO_LARGE, said, file.path)


def check_members(members: list[zipfile.ZipInfo], size: int, limits: CheckLimits) -> None:
    """Raise UploadRefused for an archive that is made to annoy."""
    names = set[str]()
    for member in members:
        why = _oddity(member)
        if why is None and member.filename in names:
            why = "two members have this name"
        if why is not None:
            raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, why, member.filename[:200])
        names.add(member.filename)
    packed, unpacked = sum(each.compress_size for each in members), sum(each.file_size for each in members)
    if packed > size:
        raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, "members overlap")
    if unpacked > limits.max_unpacked_bytes:
        said = f"{unpacked} bytes unpacked, at most {limits.max_unpacked_bytes} are allowed"
        raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, said)
    if unpacked > _RATIO_COUNTS_FROM and unpacked > _MOST_RATIO * packed:
        raise refusal(FindingCode.SUSPICIOUS_ARCHIVE, f"{packed} bytes would unpack to {unpacked}")


def oddity_of_name(name: str) -> str | None:
    """Return what is wrong with the name of a member."""
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        return "its name leads out of the archive"
    return None


def _manifest(archive: zipfile.ZipFile, limits: CheckLimits) -> ManifestFiles:
    info = archive.NameToInfo.get(_MANIFEST)
    if info is None:
        raise refusal(FindingCode.MANIFEST_MISSING, f"there is no {_MANIFEST}")
    if info.file_size > limits.max_manifest_bytes:
        said = f"{_MANIFEST} has {info.file_size} bytes, at most {limits.max_manifest_bytes} are allowed"
        raise refusal(FindingCode.MANIFEST_MALFORMED, said)
    text = read_member(archive, _MANIFEST, limits.max_manifest_bytes)
    if text is None:
        raise refusal(FindingCode.MANIFEST_MALFORMED, f"{_MANIFEST} is damaged")
    try:
        manifest = read_manifest_files(text, limits.max_files)
    except OversizedBundle as error:
        raise refusal(FindingCode.TOO_MANY_FILES, str(error)) from None
    except MalformedBundle as error:
        raise refusal(FindingCode.MANIFEST_MALFORMED, str(error)) from None
    if not manifest.files:
        raise refusal(FindingCode.EMPTY, "there are no files in it")
    return manifest


def _oddity(member: zipfile.ZipInfo) -> str | None:
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in METHODS:
        return f"its compression method is {member.compress_type}, neither stored nor deflated"
    return oddity_of_name(member.filename)
