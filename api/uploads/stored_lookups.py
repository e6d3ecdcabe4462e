"""Artifact lookups over HTTP, as Symbolicator asks them: the store as the source of another service.

Ids grow with time, so the greatest one is the newest, also for who orders by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

from api.uploads.upload_calls import Refused, UploadCall, json_answer
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import ResolvedWith
from core.store.object_store import ObjectHead
from core.store.store_index import newest_by_id, newest_of_each_name, read_id_entries, read_name_entries
from core.store.store_keys import OrgKeys
from core.store.store_names import is_upload_id, release_name
from core.store.upload_records import MalformedDocument, UploadRecord, decode

_PREFIX = "store/"
_RANGE = re.compile(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?")
_SAFE_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment", "Accept-Ranges": "bytes"}
"""Headers of contents that users have made."""


async def lookup(call: UploadCall) -> Response:
    """GET artifact-lookup/: which bundles may have a file, or with ``download`` one of them."""
    parameters = call.request.query_params
    if "download" in parameters:
        return await _download(call, parameters["download"])
    uploads, resolved_with = await _uploads(call, parameters)
    below = f"{call.origin()}/api/0/projects/{call.org}/{call.project}/artifact-lookup/"
    return json_answer([_entry(below, upload, resolved_with) for upload in sorted(uploads)])


async def bundle_response(call: UploadCall, upload: str) -> Response:
    """Return the bundle of an upload, or the part of it that the request asks for."""
    key = OrgKeys(call.org).bundle(upload)
    head = await call.state.objects.head(key)
    if head is None:
        raise _unknown(upload)
    wanted = call.request.headers.get("range")
    if wanted is None:
        return _streamed(call, head, 0, head.size, 200)
    start, end = _range(wanted, head.size)
    return _streamed(call, head, start, end, 206)


async def _uploads(call: UploadCall, parameters: Mapping[str, str]) -> tuple[list[str], ResolvedWith]:
    objects, keys = call.state.objects, OrgKeys(call.org)
    debug_id = parse_debug_id(parameters.get("debug_id", ""))
    if debug_id is not None:
        names = await objects.names(keys.by_id(debug_id))
        uploads = newest_by_id(read_id_entries(names), call.project)
        if uploads:
            return uploads, ResolvedWith.DEBUG_ID
    release, url = release_name(parameters.get("release")), parameters.get("url")
    if release is None or not url:
        return [], ResolvedWith.INDEX
    names = await objects.names(keys.by_name(release, parameters.get("dist"), url))
    return newest_of_each_name(read_name_entries(names), call.project), ResolvedWith.INDEX


async def _download(call: UploadCall, name: str) -> Response:
    upload = name.removeprefix(_PREFIX)
    content = await call.state.objects.find(OrgKeys(call.org).record(upload)) if is_upload_id(upload) else None
    if content is None or call.project not in _projects(content):
        raise _unknown(name)
    return await bundle_response(call, upload)


def _projects(record: bytes) -> Sequence[str]:
    try:
        return decode(record, UploadRecord).projects
    except MalformedDocument:
        return ()


def _entry(below: str, upload: str, resolved_with: ResolvedWith) -> dict[str, Any]:
    name = f"{_PREFIX}{upload}"
    return {"type": "bundle", "id": name, "url": f"{below}?download={name}", "resolved_with": resolved_with.value}


def _streamed(call: UploadCall, head: ObjectHead, start: int, end: int, status: int) -> Response:
    headers = {**_SAFE_HEADERS, "Content-Length": str(end - start)}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{head.size}"
    pieces = call.state.objects.pieces(head.key, start, None if end == head.size else end)
    return StreamingResponse(pieces, status, headers, media_type="application/octet-stream")


def _range(text: str, size: int) -> tuple[int, int]:
    """Return where the range of a header starts and ends.  Raises Refused if there is nothing of it."""
    found = _RANGE.fullmatch(text.strip())
    first, last = (None, None) if found is None else found.groups()
    if first is not None:
        start, end = int(first), size if last is None else min(int(last) + 1, size)
    elif last is not None:
        start, end = max(size - int(last), 0), size
    else:
        start, end = size, size
    if start >= end:
        raise Refused(416, f"the bundle has {size} bytes", {"Content-Range": f"bytes */{size}"})
    return start, end


def _unknown(name: str) -> Refused:
    return Refused(404, f"there is no upload {name[:100]!r}")
