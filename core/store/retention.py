"""Retention of uploads: which may go, by when they were made and used, and the steps of a sweep that deletes them.

An upload is marked first (``expired``), and deleted by a later sweep unless it was used in between.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from core.observing.counts import Counts
from core.observing.metrics import STORE_SWEPT
from core.store.object_store import Objects
from core.store.store_keys import ORGS, OrgKeys
from core.store.store_names import inverse, is_upload_id, upload_ms
from core.store.upload_storing import delete_rest

_log = logging.getLogger(__name__)

LEFT_OVER_AFTER_S = 86_400.0
"""After so long nobody works on an upload without a record any more, and chunks are asked for again."""

_MARKED_FOR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class OrgListing:
    """Objects of an organization but for its index: ids of uploads, and times of change in seconds since 1970."""

    records: Set[str] = frozenset()
    used: Mapping[str, float] = field(default_factory=dict)
    expired: Mapping[str, float] = field(default_factory=dict)
    stored: Set[str] = frozenset()
    chunks: Mapping[str, float] = field(default_factory=dict)
    pending: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, float] = field(default_factory=dict)
    releases: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """Work of a sweep: ids of uploads, and parts of keys."""

    to_mark: list[str]
    to_spare: list[str]
    to_delete: list[str]
    left_over: list[str]
    notes: list[str]
    chunks: list[str]
    pending: list[str]
    names: list[str]


@dataclass(slots=True)
class Swept:
    """Numbers of what a sweep has done."""

    marked: int = 0
    uploads: int = 0
    left_over: int = 0
    chunks: int = 0

    def add(self, other: Swept) -> None:
        """Add what was done for another organization."""
        self.marked += other.marked
        self.uploads += other.uploads
        self.left_over += other.left_over
        self.chunks += other.chunks


def sweep_plan(listing: OrgListing, now_s: float, retention_s: float | None) -> SweepPlan:
    """Return what a sweep has to do; ``retention_s`` None keeps all uploads."""
    due = {upload for upload in listing.records if _is_over(listing, upload, now_s, retention_s)}
    marked_for_s = _MARKED_FOR_S if retention_s is None else min(_MARKED_FOR_S, retention_s)
    known = listing.records | listing.stored
    return SweepPlan(
        to_mark=sorted(due - listing.expired.keys()),
        to_spare=sorted((listing.expired.keys() & listing.records) - due),
        to_delete=sorted(upload for upload in due if now_s - listing.expired.get(upload, now_s) > marked_for_s),
        left_over=sorted(
            upload
            for upload in listing.stored - listing.records
            if now_s - upload_ms(upload) / 1000 > LEFT_OVER_AFTER_S
        ),
        notes=sorted(_old({**listing.used, **listing.expired}, now_s) - known),
        chunks=sorted(_old(listing.chunks, now_s)),
        pending=sorted(_old(listing.pending, now_s)),
        names=sorted(_old(listing.names, now_s) - listing.releases),
    )


async def sweep_store(objects: Objects, retention_s: float | None, counts: Counts, orgs: Iterable[str] = ()) -> Swept:
    """Sweep organizations, all of them if none is named.  Raises ObjectStoreUnavailable; the next sweep goes on."""
    whole = Swept()
    for org in list(orgs) or await objects.folders(ORGS):
        whole.add(await sweep_org(objects, org, retention_s, counts))
    return whole


async def sweep_org(objects: Objects, org: str, retention_s: float | None, counts: Counts) -> Swept:
    """Do what a sweep has to do in an organization.  Harmless to interrupt, and to do twice at once."""
    keys = OrgKeys(org)
    plan = sweep_plan(await _listing(objects, keys), time.time(), retention_s)
    await objects.put_empty(keys.expired(upload) for upload in plan.to_mark)
    await objects.delete(keys.expired(upload) for upload in plan.to_spare)
    deleted = [upload for upload in plan.to_delete if await _delete_unless_used(objects, keys, upload)]
    for upload in plan.left_over:
        await delete_rest(objects, org, upload)
    await objects.delete(key for upload in plan.notes for key in (keys.used(upload), keys.expired(upload)))
    await objects.delete(keys.chunk(name) for name in plan.chunks)
    await objects.delete(keys.pending(name) for name in plan.pending)
    await objects.delete(f"{keys.names}/{name}" for name in plan.names)
    swept = Swept(len(plan.to_mark), len(deleted), len(plan.left_over), len(plan.chunks))
    for what, count in (("uploads", swept.uploads), ("left_over", swept.left_over), ("chunks", swept.chunks)):
        counts.inc(STORE_SWEPT.field(what), count)
    if deleted:
        _log.info("swept %d uploads of %s: they were not used for as long as uploads are kept", len(deleted), org)
    return swept


def _is_over(listing: OrgListing, upload: str, now_s: float, retention_s: float | None) -> bool:
    if retention_s is None:
        return False
    return now_s - max(upload_ms(upload) / 1000, listing.used.get(upload, 0.0)) > retention_s


def _old(times: Mapping[str, float], now_s: float) -> set[str]:
    return {name for name, modified_s in times.items() if now_s - modified_s > LEFT_OVER_AFTER_S}


async def _listing(objects: Objects, keys: OrgKeys) -> OrgListing:
    records = {inverse(name) for name in await _times(objects, keys.uploads) if is_upload_id(name)}
    stored = {*await _times(objects, keys.bundles), *await _times(objects, keys.all_contents)}
    return OrgListing(
        records=records,
        used=_of_uploads(await _times(objects, keys.all_used)),
        expired=_of_uploads(await _times(objects, keys.all_expired)),
        stored={name for name in stored if is_upload_id(name)},
        chunks=await _times(objects, keys.chunks),
        pending=await _times(objects, keys.pendings),
        names=await _times(objects, keys.names),
        releases=set(await objects.folders(keys.all_releases)),
    )


async def _times(objects: Objects, prefix: str) -> dict[str, float]:
    return {head.name: head.modified.timestamp() async for head in objects.below(prefix)}


def _of_uploads(times: Mapping[str, float]) -> dict[str, float]:
    return {name: modified_s for name, modified_s in times.items() if is_upload_id(name)}


async def _delete_unless_used(objects: Objects, keys: OrgKeys, upload: str) -> bool:
    """Delete an upload that is marked; put its record back if it was used since it was marked."""
    record = await objects.find(keys.record(upload))
    if record is None:
        return False
    await objects.delete([keys.record(upload)])
    marked, used, contents = await objects.heads([keys.expired(upload), keys.used(upload), keys.contents(upload)])
    if contents is not None and used is not None and (marked is None or used.modified >= marked.modified):
        await objects.put(keys.record(upload), record, sync=True)
        return False
    if marked is None:
        return False  # another sweep deletes it, or has done so
    await delete_rest(objects, keys.org, upload)
    return True
