"""Uploads and releases that are in the store: listed, fetched, deleted, and how much there is of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from api.uploads.stored_lookups import bundle_response
from api.uploads.upload_calls import Refused, UploadCall, json_answer
from core.concurrency import all_of
from core.files.debug_ids import parse_debug_id
from core.store.object_store import ObjectMissing
from core.store.store_index import read_id_entries, read_name_entries, read_release_entry
from core.store.store_keys import OrgKeys
from core.store.store_names import digest, inverse, is_upload_id, name_digest
from core.store.upload_protocol import MAX_ASSEMBLE_BYTES, BadUpload
from core.store.upload_records import MalformedDocument, UploadRecord, decode, decode_contents
from core.store.upload_storing import delete_from_project, delete_upload, org_usage
from core.store.upload_verification import MAX_VERIFIED_FILES, Verification, VerifyRequest
from core.text.slugs import project_name

_MOST_LISTED = 100
_USUALLY_LISTED = 20
_MOST_READ = 2_000
_READ_AT_ONCE = 32
_MOST_FILES = 10_000


async def uploads(call: UploadCall) -> Response:
    """GET uploads: records, the newest first."""
    query = call.query("project", "release", "dist", "debug_id", "name", "limit", "after")
    projects = _projects(call, query)
    limit, after = _limit(query), query.get("after")
    if after is not None and not is_upload_id(after):
        raise BadUpload("after: expected the id of an upload")
    found: list[UploadRecord] = []
    read, last = 0, None
    async for ids in _by_turns(_candidates(call, query, after)):
        found += [
            record for record in await _records(call, ids) if record is not None and _matches(record, query, projects)
        ]
        read += len(ids)
        if len(found) > limit or read >= _MOST_READ:
            last = found[limit - 1].id if len(found) > limit else ids[-1]
            break
    return json_answer({"uploads": [msgspec.to_builtins(record) for record in found[:limit]], "after": last})


async def upload(call: UploadCall) -> Response:
    """GET uploads/{id}: the record, the files, and the whole report."""
    record = await _record(call)
    try:
        contents = decode_contents(await call.state.objects.get(OrgKeys(call.org).contents(record.id)))
    except ObjectMissing:
        raise _unknown(call) from None
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(record, report=contents.report))
    return json_answer({**document, "files": [msgspec.to_builtins(file) for file in contents.files[:_MOST_FILES]]})


async def bundle(call: UploadCall) -> Response:
    """GET uploads/{id}/bundle: the bundle as it is kept."""
    return await bundle_response(call, (await _record(call)).id)


async def delete(call: UploadCall) -> Response:
    """DELETE uploads/{id}: it is no longer found; what workers remember of it they may use for their time."""
    record = await _record(call)
    call.need_projects(record.projects)
    await delete_upload(call.state.objects, call.org, record.id)
    return Response(b"", 204)


async def verify(call: UploadCall) -> Response:
    """POST {project}/verify: what a worker would find for the files of a deployment."""
    try:
        request = msgspec.json.decode(await call.body(MAX_ASSEMBLE_BYTES), type=VerifyRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadUpload(f"the body is no request to verify: {error}") from None
    if len(request.files) > MAX_VERIFIED_FILES:
        raise BadUpload(f"files: {len(request.files)}, at most {MAX_VERIFIED_FILES} are allowed")
    assert call.project is not None
    found = await Verification(call.state.objects, call.org, call.project, request).files()
    return json_answer({"files": [msgspec.to_builtins(file) for file in found]})


async def releases(call: UploadCall) -> Response:
    """GET releases: those that have uploads, in the order of their digests."""
    query = call.query("limit", "after")
    keys, limit = OrgKeys(call.org), _limit(query)
    after = query.get("after")
    heads = sorted([head.name async for head in call.state.objects.below(keys.names)])
    names = [name for name in heads if after is None or name > digest(after)]
    found: list[dict[str, Any]] = []
    for position, name in enumerate(names):
        release = await _release(call, f"{keys.names}/{name}")
        if release is not None:
            found.append(release)
        if len(found) == limit:
            rest = position + 1 < len(names)
            return json_answer({"releases": found, "after": found[-1]["release"] if rest else None})
    return json_answer({"releases": found, "after": None})


async def delete_release(call: UploadCall) -> Response:
    """DELETE releases/{release}: its uploads, or what a project has of them."""
    query = call.query("project", "dist")
    projects = _projects(call, query)
    entries = await _release_entries(call, call.names["release"])
    own = {upload for upload, project in entries if projects is None or project in projects}
    records = [record for record in await _records(call, sorted(own)) if record is not None]
    chosen = [record for record in records if "dist" not in query or (record.dist or "") == query["dist"]]
    for record in chosen:
        if projects is None:
            await delete_upload(call.state.objects, call.org, record.id)
        for project in projects or ():
            await delete_from_project(call.state.objects, call.org, record.id, project)
    return json_answer({"deleted": len(chosen)})


async def usage(call: UploadCall) -> Response:
    """GET usage: how much the organization has, and may have."""
    found = await org_usage(call.state.objects, call.org)
    return json_answer({**msgspec.to_builtins(found), "limit": call.state.settings.store_max_bytes})


async def _by_turns(ids: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    """Yield as many ids as are read at once."""
    turn: list[str] = []
    async for each in ids:
        turn.append(each)
        if len(turn) == _READ_AT_ONCE:
            yield turn
            turn = []
    if turn:
        yield turn


async def _candidates(call: UploadCall, query: dict[str, str], after: str | None) -> AsyncIterator[str]:
    """Yield the ids of uploads that may be meant, the newest first."""
    objects, keys = call.state.objects, OrgKeys(call.org)
    entries = await _indexed(call, query)
    if entries is None and objects.folder is None:  # an object store lists in order
        start = None if after is None else f"{keys.uploads}/{inverse(after)}"
        async for head in objects.below(keys.uploads, start):
            if is_upload_id(head.name):
                yield inverse(head.name)
        return
    if entries is None:
        entries = [inverse(head.name) async for head in objects.below(keys.uploads) if is_upload_id(head.name)]
    for upload in sorted(set(entries), reverse=True):
        if after is None or upload < after:
            yield upload


async def _indexed(call: UploadCall, query: dict[str, str]) -> list[str] | None:
    """Return the uploads that the index has for a query, None if that asks for nothing that is in it."""
    objects, keys = call.state.objects, OrgKeys(call.org)
    if "debug_id" in query:
        debug_id = parse_debug_id(query["debug_id"])
        if debug_id is None:
            raise BadUpload("debug_id: expected a UUID")
        names = [head.name async for head in objects.below(keys.by_id(debug_id))]
        return [entry.upload for entry in read_id_entries(names)]
    if "name" in query:
        if not query.get("release"):
            raise BadUpload("name: a release is needed, too")
        prefix = keys.by_name(query["release"], query.get("dist"), query["name"])
        names = [head.name async for head in objects.below(prefix)]
        return [entry.upload for entry in read_name_entries(names) if entry.name == name_digest(query["name"])]
    if query.get("release"):
        return [upload for upload, _ in await _release_entries(call, query["release"])]
    return None


async def _release_entries(call: UploadCall, release: str) -> list[tuple[str, str]]:
    names = [head.name async for head in call.state.objects.below(OrgKeys(call.org).release(release))]
    return [entry for name in names if (entry := read_release_entry(name)) is not None]


async def _release(call: UploadCall, key: str) -> dict[str, Any] | None:
    """Return what is told of a release; None if all its uploads are gone, or none is for the token."""
    text = await call.state.objects.find(key)
    if text is None:
        return None
    release, own = text.decode("utf-8", "replace"), call.token.projects
    entries = [entry for entry in await _release_entries(call, release) if own is None or entry[1] in own]
    ids = sorted({upload for upload, _ in entries})
    heads = await call.state.objects.heads(OrgKeys(call.org).bundle(upload) for upload in ids)
    if not ids:
        return None
    return {
        "release": release,
        "uploads": len(ids),
        "projects": sorted({project for _, project in entries}),
        "newest": ids[-1],
        "bytes": sum(head.size for head in heads if head is not None),
    }


async def _records(call: UploadCall, ids: Iterable[str]) -> Sequence[UploadRecord | None]:
    keys = OrgKeys(call.org)

    async def read(upload_id: str) -> UploadRecord | None:
        content = await call.state.objects.find(keys.record(upload_id))
        try:
            return None if content is None else decode(content, UploadRecord)
        except MalformedDocument:
            return None

    return await all_of(read, list(ids), _READ_AT_ONCE)


async def _record(call: UploadCall) -> UploadRecord:
    """Return the record of the upload in the path.  Raises Refused."""
    upload_id = call.names["upload"]
    record = (await _records(call, [upload_id]))[0] if is_upload_id(upload_id) else None
    if record is None or not _is_of(call.token.projects, record):
        raise _unknown(call)
    return record


def _is_of(projects: list[str] | None, record: UploadRecord) -> bool:
    return projects is None or any(project in projects for project in record.projects)


def _matches(record: UploadRecord, query: dict[str, str], projects: list[str] | None) -> bool:
    return (
        _is_of(projects, record)
        and ("release" not in query or (record.release or "") == query["release"])
        and ("dist" not in query or (record.dist or "") == query["dist"])
    )


def _projects(call: UploadCall, query: dict[str, str]) -> list[str] | None:
    """Return the projects that a query is about, None for all.  Raises Refused."""
    if "project" not in query:
        return call.token.projects
    project = project_name(query["project"])
    if project is None:
        raise BadUpload(f"project: {query['project'][:120]!r} is no slug")
    call.need_projects([project])
    return [project]


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(_USUALLY_LISTED))
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) <= _MOST_LISTED):
        raise BadUpload(f"limit: expected 1 to {_MOST_LISTED}, got {text[:40]!r}")
    return int(text)


def _unknown(call: UploadCall) -> Refused:
    return Refused(404, f"there is no upload {call.names['upload'][:40]!r}")
