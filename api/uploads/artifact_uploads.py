"""Uploads of artifact bundles: their options, their chunks, and what becomes of them."""

from __future__ import annotations

import hashlib
import logging

import msgspec
from starlette.responses import Response

from api.uploads.upload_calls import Refused, UploadCall, json_answer
from core.errors import StoreUnavailable
from core.observing.metrics import STORE_CHUNKS, STORE_UPLOADS
from core.observing.outages import redis_outage
from core.store.object_store import ObjectMissing
from core.store.store_keys import OrgKeys
from core.store.store_names import UploadIds, assembly_key
from core.store.upload_protocol import (
    CHUNK_BYTES,
    MAX_ASSEMBLE_BYTES,
    AssembleRequest,
    assemble_document,
    options_document,
    read_assemble_request,
)
from core.store.upload_records import Uploader, UploadOutcome, UploadRecord, UploadTask, decode, decode_contents, encode
from core.store.upload_storing import stored_upload

_REPRESENTATION = "return=representation"

_log = logging.getLogger(__name__)

CHUNK_IS_OLD_AFTER_S = 20 * 3600
"""A chunk may be swept a day after it was written: one of this age is asked for again before that."""

upload_ids = UploadIds()
"""Ids of the uploads of this process."""


async def options(call: UploadCall) -> Response:
    """GET chunk-upload/: how to upload."""
    url = f"{call.origin()}/api/0/organizations/{call.org}/chunk-upload/"
    return json_answer(options_document(url, call.state.settings.store_max_upload))


async def upload_chunks(call: UploadCall) -> Response:
    """POST chunk-upload/: store chunks; the answer says that all of them are."""
    need_room(call)
    keys, objects = OrgKeys(call.org), call.state.objects
    request = call.request
    count = await call.state.bodies.store_all(
        request.headers, request.receive, lambda sha1, content: objects.put(keys.chunk(sha1), content)
    )
    call.state.counts.inc(STORE_CHUNKS.field(), count)
    return Response(b"")


async def assemble(call: UploadCall) -> Response:
    """POST artifactbundle/assemble/: make an upload of chunks, or say which are missing."""
    request = read_assemble_request(await call.body(MAX_ASSEMBLE_BYTES))
    call.need_projects(request.projects)
    key = assembly_key(request.checksum, request.projects, request.version, request.dist)
    same = await stored_upload(call.state.objects, call.org, key)
    if same is not None:
        call.state.counts.inc(STORE_UPLOADS.field("same"))
        return json_answer({**assemble_document("ok"), **await _representation(call, same)})
    if not request.chunks:
        return json_answer(assemble_document("not_found"))
    most = -(-call.state.settings.store_max_upload // CHUNK_BYTES)
    if len(request.chunks) > most:
        detail = f"too_large: {len(request.chunks)} chunks, at most {most} are allowed (UNMANGLE_STORE_MAX_UPLOAD)"
        return json_answer(assemble_document("error", detail=detail))
    missing = await _missing_chunks(call, request)
    if missing:
        detail = f"{len(missing)} of {len(request.distinct_chunks)} chunks are missing: upload again"
        return json_answer(assemble_document("not_found", missing, detail))
    need_room(call)
    outcome = await outcome_of(call, _task(call, request), key)
    return json_answer({**_document(outcome), **await _representation(call, outcome.id if outcome else None)})


def need_room(call: UploadCall) -> None:
    """Raise Refused if there is no room for uploads."""
    if not call.state.objects.has_room():
        raise Refused(503, "the store's directory has less than a gibibyte of free space")


async def outcome_of(call: UploadCall, task: UploadTask, key: str) -> UploadOutcome | None:
    """Return what becomes of an upload; None if that takes longer than clients wait: it is noted then.

    It is noted as well if there is no Redis, so that a worker finds it.
    """
    digest = hashlib.blake2b(f"upload {call.org} {key} {task.strict}".encode(), digest_size=32).digest()
    try:
        answer = await call.state.jobs.submit_upload(encode(task), digest, call.state.settings.store_patience_s)
    except StoreUnavailable as error:
        redis_outage.note(error.why)
        task = msgspec.structs.replace(task, is_queued=False)
        answer = None
    if answer is not None:
        return _read(answer)
    await call.state.objects.put(OrgKeys(call.org).pending(key), encode(task))
    return None


async def whole_record(call: UploadCall, upload: str) -> UploadRecord:
    """Return the record of an upload with its whole report.  Raises ObjectMissing."""
    keys, objects = OrgKeys(call.org), call.state.objects
    record = decode(await objects.get(keys.record(upload)), UploadRecord)
    contents = decode_contents(await objects.get(keys.contents(upload)))
    return msgspec.structs.replace(record, report=contents.report)


async def _representation(call: UploadCall, upload: str | None) -> dict[str, object]:
    """Return the record and report of an upload for who prefers to have it in the answer.  Source: RFC 7240."""
    if upload is None or _REPRESENTATION not in call.request.headers.get("prefer", "").replace(" ", "").lower():
        return {}
    try:
        return {"upload": msgspec.to_builtins(await whole_record(call, upload))}
    except ObjectMissing:
        return {}


async def _missing_chunks(call: UploadCall, request: AssembleRequest) -> list[str]:
    chunks, keys = request.distinct_chunks, OrgKeys(call.org)
    heads = await call.state.objects.heads(keys.chunk(chunk) for chunk in chunks)
    return [
        chunk for chunk, head in zip(chunks, heads, strict=True) if head is None or head.age_s() > CHUNK_IS_OLD_AFTER_S
    ]


def _task(call: UploadCall, request: AssembleRequest) -> UploadTask:
    return UploadTask(
        upload=upload_ids.next(),
        org=call.org,
        projects=request.projects,
        checksum=request.checksum,
        chunks=request.chunks,
        release=request.version,
        dist=request.dist or None,
        strict=call.token.strict,
        by=Uploader(call.token.name, call.agent),
    )


def _read(answer: bytes) -> UploadOutcome:
    try:
        return msgspec.json.decode(answer, type=UploadOutcome)
    except msgspec.DecodeError:
        _log.error("an upload could not be assembled: %.200r", answer)
        return UploadOutcome(state="error", detail="the upload could not be assembled: see the log of the worker")


def _document(outcome: UploadOutcome | None) -> dict[str, object]:
    if outcome is None:
        return assemble_document("assembling")
    if outcome.state == "unavailable":
        raise Refused(503, outcome.detail or "the store can't be reached")
    return assemble_document(outcome.state, detail=outcome.detail)
