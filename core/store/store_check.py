"""Check of an artifact store: whether its index, records and bundles belong together, and repair of the index."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.concurrency import all_of
from core.store.object_store import ObjectMissing, Objects
from core.store.retention import LEFT_OVER_AFTER_S
from core.store.store_index import KEPT_OF_EACH, index_keys
from core.store.store_keys import OrgKeys
from core.store.store_names import inverse, is_upload_id, upload_ms
from core.store.upload_records import Contents, MalformedDocument, UploadRecord, decode, decode_contents

_BEING_STORED_S = 600.0
_READ_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class StoreProblem:
    """A problem of the store, in words; ``missing`` keys would repair it if written, ``dead`` ones if deleted."""

    said: str
    missing: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    texts: tuple[tuple[str, bytes], ...] = ()

    @property
    def is_repairable(self) -> bool:
        """Whether it can be repaired."""
        return bool(self.missing or self.dead or self.texts)


@dataclass(slots=True)
class OrgCheck:
    """Outcome of a check of one organization."""

    uploads: int = 0
    keys: int = 0
    problems: list[StoreProblem] = field(default_factory=list)


async def check_org(objects: Objects, org: str, *, deep: bool = False) -> OrgCheck:
    """Check an organization; ``deep`` reads every bundle.  Raises ObjectStoreUnavailable.

    The index is listed before the records: an entry without a record is not one of an upload that is being stored.
    """
    keys = OrgKeys(org)
    prefixes = (keys.ids, keys.urls, keys.all_releases)
    index = _ListedIndex({head.key for prefix in prefixes async for head in objects.below(prefix)})
    records = [inverse(head.name) async for head in objects.below(keys.uploads) if is_upload_id(head.name)]
    sizes = {head.name: head.size async for head in objects.below(keys.bundles)}
    check = OrgCheck(uploads=len(records), keys=len(index.keys))
    wanted = set[str]()
    unread = set[str]()
    for upload, record, contents in await all_of(lambda upload: _read(objects, keys, upload), records, _READ_AT_ONCE):
        if record is None or contents is None:
            unread.add(upload)
            check.problems.append(StoreProblem(f"{org}/{upload}: its {_lacking(record)} is damaged, or not there"))
            continue
        own = index_keys(org, upload, contents)
        wanted.update(own)
        check.problems += await _index_problems(objects, keys, upload, contents, own, index)
        check.problems += await _bundle_problems(objects, keys, record, sizes.get(upload), deep=deep)
    dead = [key for key in index.keys - wanted if _upload_of(key) not in unread]
    if dead:
        said = f"{org}: {len(dead)} keys of the index lead nowhere, such as {min(dead)}"
        check.problems.append(StoreProblem(said, dead=tuple(sorted(dead))))
    left = sorted(set(sizes) - set(records))
    check.problems += [StoreProblem(f"{org}/{upload}: a bundle without a record") for upload in left if _is_old(upload)]
    return check


async def repair(objects: Objects, problems: Iterable[StoreProblem]) -> None:
    """Repair what can be repaired.  Raises ObjectStoreUnavailable."""
    for problem in problems:
        await objects.put_empty(problem.missing)
        await objects.delete(problem.dead)
        for key, text in problem.texts:
            await objects.put(key, text)


async def _read(objects: Objects, keys: OrgKeys, upload: str) -> tuple[str, UploadRecord | None, Contents | None]:
    record, contents = None, None
    try:
        record = decode(await objects.get(keys.record(upload)), UploadRecord)
        contents = decode_contents(await objects.get(keys.contents(upload)))
    except (ObjectMissing, MalformedDocument):
        pass
    return upload, record, contents


def _lacking(record: UploadRecord | None) -> str:
    return "record" if record is None else "list of files"


async def _index_problems(
    objects: Objects, keys: OrgKeys, upload: str, contents: Contents, own: list[str], index: _ListedIndex
) -> list[StoreProblem]:
    missing = _lost(own, contents.projects, index)
    heads = await objects.heads(missing)  # some may have come since the index was listed
    missing = [key for key, head in zip(missing, heads, strict=True) if head is None]
    if missing and time.time() - upload_ms(upload) / 1000 < _BEING_STORED_S:
        missing = [] if not any(key in index.keys for key in own) else missing
    problems = []
    if missing:
        said = f"{keys.org}/{upload}: {len(missing)} of {len(own)} keys of the index are missing"
        problems.append(StoreProblem(said, missing=tuple(missing)))
    if contents.release is not None and await objects.head(keys.release_text(contents.release)) is None:
        said = f"{keys.org}/{upload}: the text of its release is missing"
        text = keys.release_text(contents.release), contents.release.encode()
        problems.append(StoreProblem(said, texts=(text,)))
    return problems


def _lost(own: list[str], projects: list[str], index: _ListedIndex) -> list[str]:
    """Return the keys of an upload that are not there and should be.

    A project that has none of its keys has had the release deleted, if others have theirs.  Entries that have 20
    newer ones of their kind are pruned.
    """
    missing = [key for key in own if key not in index.keys]
    there = {key.rpartition(".")[2] for key in own if key in index.keys}
    deleted = set(projects) - there if there else set()
    return [key for key in missing if key.rpartition(".")[2] not in deleted and not index.is_pruned(key)]


class _ListedIndex:
    """All keys of an index, and how many of them are newer than a certain one of their kind."""

    def __init__(self, keys: set[str]) -> None:
        self.keys = keys
        self._groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key in keys:
            group, inverted = _group(key)
            self._groups[group].append(inverted)

    def is_pruned(self, key: str) -> bool:
        """Return whether lookups have so many newer entries that they don't need this one."""
        group, inverted = _group(key)
        if "." not in group[1]:
            return False  # of a release, all are kept
        return sum(each < inverted for each in self._groups.get(group, ())) >= KEPT_OF_EACH


def _group(key: str) -> tuple[tuple[str, str], str]:
    prefix, _, name = key.rpartition("/")
    inverted, _, group = name.partition(".")
    return (prefix, group), inverted


async def _bundle_problems(
    objects: Objects, keys: OrgKeys, record: UploadRecord, size: int | None, *, deep: bool
) -> list[StoreProblem]:
    where = f"{keys.org}/{record.id}"
    if size is None:
        return [StoreProblem(f"{where}: its bundle is not there: delete it, and upload again")]
    if size != record.bytes:
        return [StoreProblem(f"{where}: its bundle has {size} bytes, not {record.bytes}")]
    if deep and await _sha256(objects, keys.bundle(record.id)) != record.sha256:
        return [StoreProblem(f"{where}: its bundle has another SHA-256 than when it was uploaded")]
    return []


async def _sha256(objects: Objects, key: str) -> str:
    whole = hashlib.sha256()
    async for piece in objects.pieces(key):
        whole.update(piece)
    return whole.hexdigest()


def _upload_of(key: str) -> str:
    inverted = key.rpartition("/")[2].partition(".")[0]
    return inverse(inverted) if is_upload_id(inverted) else ""


def _is_old(upload: str) -> bool:
    return is_upload_id(upload) and time.time() - upload_ms(upload) / 1000 > LEFT_OVER_AFTER_S
