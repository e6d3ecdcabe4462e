"""Plain uploads: an archive, or files of a form, in one request, and the report in its answer."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from api.parameters import prefers_text
from api.uploads.artifact_uploads import need_room, outcome_of, upload_ids, whole_record
from api.uploads.plain_bodies import StoredBody, store_body
from api.uploads.upload_calls import Refused, UploadCall, json_answer
from core.observing.metrics import STORE_CHUNKS, STORE_UPLOADS
from core.store.store_keys import OrgKeys
from core.store.store_names import is_printable
from core.store.upload_protocol import BadUpload, check_release
from core.store.upload_records import (
    Uploader,
    UploadOutcome,
    UploadReport,
    UploadTask,
)
from core.store.upload_report import refused_text, uploaded_text
from core.store.upload_storing import stored_upload, task_key

_MAX_PREFIX_CHARACTERS = 500
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


async def upload(call: UploadCall) -> Response:
    """POST {project}/uploads: take an upload, and answer with its record and report."""
    query = call.query("release", "dist", "url_prefix", "strict")
    release, dist = query.get("release") or None, query.get("dist") or None
    check_release(release, dist)
    url_prefix, is_strict = _url_prefix(query.get("url_prefix")), _is_strict(query.get("strict", "false"))
    need_room(call)
    body = await _stored_body(call)
    if body.kind == "bundle" and "url_prefix" in query:
        raise BadUpload("url_prefix: the files of an artifact bundle have their names already")
    assert call.project is not None
    task = UploadTask(
        upload=upload_ids.next(),
        org=call.org,
        projects=[call.project],
        checksum=body.checksum,
        chunks=body.chunks,
        release=release,
        dist=dist,
        strict=is_strict or call.token.strict,
        kind=body.kind,
        url_prefix=url_prefix if body.kind != "bundle" else "~/",
        by=Uploader(call.token.name, call.agent),
    )
    key = task_key(task)
    same = await stored_upload(call.state.objects, call.org, key)
    if same is not None:
        call.state.counts.inc(STORE_UPLOADS.field("same"))
        return await _taken(call, same, 200, is_strict=task.strict)
    return await _answer(call, task, await outcome_of(call, task, key))


async def _stored_body(call: UploadCall) -> StoredBody:
    headers, settings = call.request.headers, call.state.settings
    declared = headers.get("content-length")
    if declared is None and "chunked" not in headers.get("transfer-encoding", "").lower():
        raise Refused(411, "a Content-Length is needed, or Transfer-Encoding: chunked")
    if declared is not None and int(declared) > settings.store_max_upload:
        raise Refused(413, f"the upload is larger than {settings.store_max_upload} bytes (UNMANGLE_STORE_MAX_UPLOAD)")
    keys, objects = OrgKeys(call.org), call.state.objects
    async with call.state.bodies.turn():
        body = await store_body(
            headers,
            call.request.stream(),
            lambda sha1, content: objects.put(keys.chunk(sha1), content),
            settings.store_max_upload,
            settings.store_max_files,
        )
    call.state.counts.inc(STORE_CHUNKS.field(), len(body.chunks))
    return body


async def _answer(call: UploadCall, task: UploadTask, outcome: UploadOutcome | None) -> Response:
    if outcome is None:
        return json_answer({"state": "assembling", "id": task.upload}, 202)
    if outcome.state == "unavailable":
        raise Refused(503, outcome.detail or "the store can't be reached")
    if outcome.state == "ok" and outcome.id is not None:
        return await _taken(call, outcome.id, 201)
    return _refused(call, outcome.detail or "the upload was refused", outcome.report)


async def _taken(call: UploadCall, upload_id: str, status: int, *, is_strict: bool = False) -> Response:
    record = await whole_record(call, upload_id)
    report = record.report
    if is_strict and report.warnings:
        return _refused(call, refused_text(report, record.counts.files), report)
    if prefers_text(call.request.headers.get("accept", "")):
        return Response(uploaded_text(record, report), status, media_type="text/plain")
    return json_answer(msgspec.to_builtins(record), status)


def _refused(call: UploadCall, detail: str, report: UploadReport | None) -> Response:
    if prefers_text(call.request.headers.get("accept", "")):
        return Response(f"{detail}\n", 422, media_type="text/plain")
    return json_answer({"error": detail, "report": msgspec.to_builtins(report)}, 422)


def _url_prefix(text: str | None) -> str:
    prefix = text or "~/"
    if not is_printable(prefix, _MAX_PREFIX_CHARACTERS):
        raise BadUpload(f"url_prefix: at most {_MAX_PREFIX_CHARACTERS} characters, and no control characters")
    return prefix if prefix.endswith("/") else f"{prefix}/"


def _is_strict(text: str) -> bool:
    if text not in _BOOLEANS:
        raise BadUpload(f"strict: expected true or false, got {text[:40]!r}")
    return _BOOLEANS[text]
