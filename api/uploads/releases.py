"""Releases, as far as clients ask: nothing is kept of them but the uploads that they have."""

from __future__ import annotations

import time

import orjson
from starlette.responses import Response

from api.uploads.upload_calls import Refused, UploadCall, json_answer
from core.store.store_index import read_release_entry
from core.store.store_keys import OrgKeys
from core.store.store_names import is_upload_id, upload_ms
from core.store.upload_protocol import MAX_JSON_BYTES, BadUpload, check_release, release_document
from core.store.upload_records import MalformedDocument, UploadRecord, decode, rfc3339
from core.store.upload_storing import delete_from_project, delete_upload

_MOST_LISTED = 100
_MOST_READ = 300
_PAGE = 50


async def create(call: UploadCall) -> Response:
    """POST releases/: answer as if it was kept."""
    document = await _body(call)
    version = document.get("version")
    if not isinstance(version, str) or not version:
        raise BadUpload("version: missing field")
    check_release(version, None)
    projects = document.get("projects")
    names = [name for name in projects if isinstance(name, str)] if isinstance(projects, list) else []
    own = [call.project] if call.project is not None else names[:_MOST_LISTED]
    return json_answer(release_document(version, _now(), own), 201)


async def update(call: UploadCall) -> Response:
    """PUT releases/{version}/: the same; what it is to be like is not kept."""
    await call.body(MAX_JSON_BYTES)
    check_release(call.names["version"], None)
    return json_answer(release_document(call.names["version"], _now(), _projects(call)))


async def previous(_: UploadCall) -> Response:
    """GET previous-with-commits/: there is none."""
    return json_answer({})


async def deploy(call: UploadCall) -> Response:
    """POST deploys/: answer as if it was kept."""
    return json_answer({**await _body(call), "id": "0"}, 201)


async def one(call: UploadCall) -> Response:
    """GET releases/{version}/: a release that has uploads."""
    uploads = await _uploads(call)
    if not uploads:
        raise _unknown(call)
    created = rfc3339(upload_ms(min(upload for upload, _ in uploads)))
    projects = sorted({project for _, project in uploads})
    return json_answer(release_document(call.names["version"], created, projects))


async def newest(call: UploadCall) -> Response:
    """GET releases/: the newest releases that have uploads."""
    found: dict[str, UploadRecord] = {}
    heads = (await call.state.objects.first_page(OrgKeys(call.org).uploads))[:_MOST_READ]
    for start in range(0, len(heads), _PAGE):
        for head in heads[start : start + _PAGE]:
            record = _record(await call.state.objects.find(head.key))
            if record is not None and record.release is not None and call.project in (None, *record.projects):
                found.setdefault(record.release, record)
        if len(found) >= _MOST_LISTED:
            break
    documents = [release_document(release, record.created, record.projects) for release, record in found.items()]
    return json_answer(documents[:_MOST_LISTED])


async def delete(call: UploadCall) -> Response:
    """DELETE releases/{version}/: the uploads of a release; with a project, what that one has of them.

    A token for some projects deletes what these have.
    """
    projects = call.token.projects if call.project is None else [call.project]
    uploads = [each for each in await _uploads(call) if projects is None or each[1] in projects]
    if not uploads:
        raise _unknown(call)
    for upload in sorted({upload for upload, _ in uploads}):
        if projects is None:
            await delete_upload(call.state.objects, call.org, upload)
        for project in projects or ():
            await delete_from_project(call.state.objects, call.org, upload, project)
    return Response(b"", 204)


async def _uploads(call: UploadCall) -> list[tuple[str, str]]:
    """Return the uploads of the release in the path, and their projects."""
    prefix = OrgKeys(call.org).release(call.names["version"])
    entries = [read_release_entry(head.name) async for head in call.state.objects.below(prefix)]
    return [
        entry for entry in entries if entry is not None and is_upload_id(entry[0]) and call.project in (None, entry[1])
    ]


async def _body(call: UploadCall) -> dict[str, object]:
    try:
        document = orjson.loads(await call.body(MAX_JSON_BYTES))
    except orjson.JSONDecodeError as error:
        raise BadUpload(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise BadUpload("the body is not a JSON object")
    return document


def _record(content: bytes | None) -> UploadRecord | None:
    if content is None:
        return None
    try:
        return decode(content, UploadRecord)
    except MalformedDocument:
        return None


def _unknown(call: UploadCall) -> Refused:
    return Refused(404, f"there are no uploads of the release {call.names['version'][:250]!r}")


def _projects(call: UploadCall) -> list[str]:
    return [] if call.project is None else [call.project]


def _now() -> str:
    return rfc3339(int(time.time() * 1000))
