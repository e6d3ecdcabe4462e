"""Storing an upload that was checked, and deleting it: the steps, and the order that makes them harmless to interrupt.

From the record on an upload is listed, and can be deleted; from its index keys on it is found.  A step that is done
twice writes the same keys with the same content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from core.files.debug_ids import parse_debug_id
from core.store.bundle_check import Checked, map_missing
from core.store.object_store import ObjectMissing, Objects
from core.store.store_index import index_keys, names_of, newest_by_id, read_id_entries, read_name_entries
from core.store.store_keys import PROBES, OrgKeys, probe_key
from core.store.store_names import assembly_key, digest, is_upload_id, name_digest, upload_ms
from core.store.upload_records import (
    Contents,
    MalformedDocument,
    UploadFinding,
    UploadRecord,
    UploadReport,
    UploadTask,
    decode_contents,
    encode,
    encode_contents,
    rfc3339,
)
from core.store.upload_report import FindingCode

_MOST_NAMES_COMPARED = 20


@dataclass(frozen=True, slots=True)
class BundleDigests:
    """Size and digests of a bundle."""

    size: int
    sha1: str
    sha256: str


class OrgUsage(msgspec.Struct, frozen=True):
    """Bundles of an organization: bytes, number, and when the oldest was uploaded (RFC 3339)."""

    bytes: int = 0
    uploads: int = 0
    oldest: str | None = None


def task_key(task: UploadTask) -> str:
    """Return what a task shares with equal ones."""
    checksum = task.checksum if task.kind == "bundle" else digest(task.checksum, task.kind, task.url_prefix)
    return assembly_key(checksum, task.projects, task.release, task.dist)


async def findings_in_store(objects: Objects, task: UploadTask, checked: Checked) -> list[UploadFinding]:
    """Return what is to be said of an upload beside what the store has: maps that are nowhere, names it replaces."""
    keys = OrgKeys(task.org)
    findings = []
    for name, text in checked.maps_wanted:
        debug_id = parse_debug_id(text)
        if debug_id is not None and not await _has_map(objects, keys.by_id(debug_id)):
            findings.append(map_missing(name, text))
    replaced = await _replaced(objects, keys, task, checked)
    return findings if replaced is None else [*findings, replaced]


async def store_upload(
    objects: Objects, task: UploadTask, checked: Checked, report: UploadReport, bundle: BinaryIO, digests: BundleDigests
) -> UploadRecord:
    """Store the bundle, the list of its files, its record and its index keys, in this order.

    Raises ObjectStoreUnavailable; nothing is undone then.
    """
    keys = OrgKeys(task.org)
    contents = checked.contents(task, task_key(task), report)
    record = _record(task, checked, report, digests)
    bundle.seek(0)
    await objects.put(keys.bundle(task.upload), bundle, sync=True)
    await objects.put(keys.contents(task.upload), encode_contents(contents), sync=True)
    await objects.put(keys.record(task.upload), encode(record), sync=True)
    if contents.release is not None:
        await objects.put(keys.release_text(contents.release), contents.release.encode())
    await objects.put_empty(index_keys(task.org, task.upload, contents))
    await objects.put(keys.same(task_key(task)), task.upload.encode())
    return record


async def stored_upload(objects: Objects, org: str, key: str) -> str | None:
    """Return the upload that came of an equal task, and note that it is used; None if there is none any more.

    The record is looked at again after that: a sweep that was about to delete the upload sees the use, or has done it.
    """
    keys = OrgKeys(org)
    found = await objects.find(keys.same(key))
    upload = None if found is None else found.decode("ascii", "replace")
    if upload is None or await objects.head(keys.record(upload)) is None:
        return None
    await objects.put(keys.used(upload), b"")
    return None if await objects.head(keys.record(upload)) is None else upload


async def delete_upload(objects: Objects, org: str, upload: str) -> None:
    """Delete an upload: its record first, its bundle last.  Harmless to repeat, and to interrupt."""
    keys = OrgKeys(org)
    await objects.delete([keys.record(upload)])
    await delete_rest(objects, org, upload)


async def delete_rest(objects: Objects, org: str, upload: str) -> None:
    """Delete what an upload without a record has left: index keys, then what they were computed from."""
    keys = OrgKeys(org)
    try:
        contents = await _contents(objects, keys, upload)
    except MalformedDocument:
        contents = None  # nobody knows its index keys any more: ``store check --repair`` deletes them
    if contents is not None:
        await objects.delete(index_keys(org, upload, contents))
        same = keys.same(contents.same)
        if contents.same and await objects.find(same) == upload.encode():
            await objects.delete([same])
    await objects.delete([keys.contents(upload), keys.used(upload)])
    await objects.delete([keys.expired(upload)])  # after its use: who sees the mark no more must not see that, either
    await objects.delete([keys.bundle(upload)])


async def delete_from_project(objects: Objects, org: str, upload: str, project: str) -> None:
    """Delete what a project finds an upload by, and the whole upload if no other project has it."""
    keys = OrgKeys(org)
    contents = await _contents(objects, keys, upload)
    if contents is None or contents.projects == [project]:
        await delete_upload(objects, org, upload)
        return
    await objects.delete(key for key in index_keys(org, upload, contents) if key.endswith(f".{project}"))


async def org_usage(objects: Objects, org: str, without: str | None = None) -> OrgUsage:
    """Return what an organization has in the store, ``without`` an upload: one LIST of a thousand bundles each."""
    size, count, oldest = 0, 0, None
    async for head in objects.below(OrgKeys(org).bundles):
        if is_upload_id(head.name) and head.name != without:
            size += head.size
            count += 1
            oldest = head.name if oldest is None else min(oldest, head.name)
    return OrgUsage(size, count, None if oldest is None else rfc3339(upload_ms(oldest)))


def _record(task: UploadTask, checked: Checked, report: UploadReport, digests: BundleDigests) -> UploadRecord:
    return UploadRecord(
        id=task.upload,
        org=task.org,
        projects=sorted(task.projects),
        release=checked.release,
        dist=checked.dist,
        created=rfc3339(upload_ms(task.upload)),
        by=task.by,
        kind=task.kind,
        bytes=digests.size,
        sha1=digests.sha1,
        sha256=digests.sha256,
        counts=checked.counts,
        report=report.short(),
    )


async def _contents(objects: Objects, keys: OrgKeys, upload: str) -> Contents | None:
    try:
        return decode_contents(await objects.get(keys.contents(upload)))
    except ObjectMissing:
        return None


async def _has_map(objects: Objects, prefix: str) -> bool:
    entries = read_id_entries(await objects.names(prefix))
    return bool(newest_by_id([entry for entry in entries if "m" in entry.kinds], None))


async def _replaced(objects: Objects, keys: OrgKeys, task: UploadTask, checked: Checked) -> UploadFinding | None:
    """Return the note about names that another upload of the release has with other content."""
    if checked.release is None:
        return None
    by_upload: dict[str, list[str]] = {}
    for name in list(dict.fromkeys(names_of(checked.files)))[:_MOST_NAMES_COMPARED]:
        names = await objects.names(keys.by_name(checked.release, checked.dist, name))
        entries = [
            entry
            for entry in read_name_entries(names)
            if entry.name == name_digest(name) and entry.project in task.projects and entry.upload != task.upload
        ]
        if entries:
            by_upload.setdefault(max(entry.upload for entry in entries), []).append(name)
    crcs = {file.name: (file.size, file.crc) for file in checked.files}
    for upload in sorted(by_upload, reverse=True):
        contents = await _contents(objects, keys, upload)
        for file in [] if contents is None else contents.files:
            if file.name in by_upload[upload] and crcs.get(file.name) != (file.size, file.crc):
                said = f"the release had another file under this name, of the upload {upload}"
                return UploadFinding(FindingCode.REPLACES, said, file.name)
    return None


async def mark_host(objects: Objects, host: str) -> None:
    """Leave a mark of a host, for others to see that they have the same store."""
    await objects.put(probe_key(host), host.encode())


async def hosts_seen(objects: Objects) -> list[str]:
    """Return the hosts that have left a mark."""
    heads = await objects.first_page(PROBES)
    found = [await objects.find(head.key) for head in heads]
    return sorted(content.decode("utf-8", "replace") for content in found if content is not None)
