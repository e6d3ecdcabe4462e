"""Bundles of archived folders: what is taken, and what is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest

from core.files.artifact_bundle import Bundle
from core.store.archive_check import CheckLimits
from core.store.bundle_check import check_bundle
from core.store.folder_bundles import write_folder_bundle
from core.store.upload_records import UploadFinding
from core.store.upload_report import UploadRefused
from tests.core.store.bundles import CODE, a_task

LIMITS = CheckLimits(max_files=10, max_file_bytes=1 << 20, max_unpacked_bytes=1 << 20)
FILES = [("./assets/app.js", CODE), ("./assets/app.min.js.map", b"{}"), ("./logo.png", b"\x89PNG")]


def member(name: str, content: bytes, **fields: Any) -> tuple[tarfile.TarInfo, io.BytesIO]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, io.BytesIO(content)


def tar(*members: tuple[tarfile.TarInfo, io.BytesIO]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for info, content in members:
            archive.addfile(info, content)
    return out.getvalue()


def tar_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    return tar(*(member(name, content) for name, content in files))


def zip_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def encrypted(archive: bytes) -> bytes:
    """Return an archive whose first member says that it is encrypted."""
    place = archive.index(b"PK\x01\x02") + 8
    return archive[:place] + b"\x01" + archive[place + 1 :]


def made(archive: bytes, kind: str) -> tuple[bytes, list[UploadFinding]]:
    out = io.BytesIO()
    findings = write_folder_bundle(io.BytesIO(archive), out, a_task(kind=kind), LIMITS)
    check_bundle(out, a_task(), LIMITS)
    return out.getvalue(), findings


@pytest.mark.parametrize("kind, archive", [("tar", tar_of(FILES)), ("zip", zip_of(FILES))])
def test_scripts_and_maps_are_taken_and_the_same_input_gives_the_same_bytes(kind, archive):
    content, findings = made(archive, kind)
    assert findings == []
    assert list(Bundle.open(content).manifest.by_url) == ["~/assets/app.js", "~/assets/app.min.js.map"]
    assert made(archive, kind)[0] == content


def test_links_devices_and_sparse_files_are_left_out_and_said():
    archive = tar(
        member("a.js", b"a"),
        member("b.js", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("c.js", b"", type=tarfile.LNKTYPE, linkname="a.js"),
        member("d.js", b"", type=tarfile.CHRTYPE),
        member("folder", b"", type=tarfile.DIRTYPE),
    )
    content, findings = made(archive, "tar")
    assert [finding.file for finding in findings] == ["b.js", "c.js", "d.js"]
    assert list(Bundle.open(content).manifest.by_url) == ["~/a.js"]


REFUSED = [
    pytest.param("tar", b"\x1f\x8bno", "not_a_bundle: no tar.gz, or a damaged one", id="no-gzip"),
    pytest.param("tar", gzip.compress(b"x" * 2000), "not_a_bundle: no tar.gz", id="no-tar"),
    pytest.param("tar", tar_of(FILES)[:-9], "not_a_bundle: no tar.gz", id="cut-tar"),
    pytest.param("tar", tar_of(FILES)[:-8] + b"\0" * 8, "not_a_bundle: no tar.gz", id="checksum"),
    pytest.param("zip", zip_of(FILES)[:-9], "not_a_bundle: not a ZIP", id="cut-zip"),
    pytest.param("zip", encrypted(zip_of(FILES)), "suspicious_archive: it is encrypted", id="encrypted"),
    pytest.param("tar", tar_of([("../../etc/a.js", b"")]), "leads out of the archive", id="tar-outside"),
    pytest.param("zip", zip_of([("../a.js", b"")]), "leads out of the archive", id="zip-outside"),
    pytest.param("zip", zip_of([("..\\a.js", b"")]), "leads out of the archive", id="zip-backslash"),
    pytest.param("tar", tar_of([("/a.js", b"")]), "leads out of the archive", id="tar-absolute"),
    pytest.param("tar", tar_of([("a.js", b"1"), ("./a.js", b"2")]), "two members have this name", id="twice"),
    pytest.param("tar", tar_of([("a.png", b"1")]), "empty: there are no files", id="no-scripts"),
    pytest.param("tar", tar_of([(f"{n}.js", b"") for n in range(11)]), "too_many_files: more than 10", id="files"),
    pytest.param("tar", tar_of([("a.js", b"\0" * ((1 << 20) + 1))]), "file_too_large: 1048577 bytes", id="large-file"),
    pytest.param("tar", tar_of([("a.png", b"\0" * (80 << 20))]), "would unpack to more", id="tar-bomb"),
    pytest.param("zip", zip_of([("a.png", b"\0" * (2 << 20))]), "2097152 bytes unpacked", id="zip-bomb"),
    pytest.param("tar", tar_of([]) + gzip.compress(b"\0" * (80 << 20)), "would unpack to more", id="bomb-behind"),
]


@pytest.mark.parametrize("kind, archive, said", REFUSED)
def test_what_is_refused(kind, archive, said):
    with pytest.raises(UploadRefused) as refused:
        made(archive, kind)
    assert said in str(refused.value)
