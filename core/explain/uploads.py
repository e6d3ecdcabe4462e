"""How to upload what is missing, in words."""

from __future__ import annotations

from core.explain.findings import quoted
from core.files.file_keys import FileKey
from core.web.paths import candidate_urls
from core.wire.request import SymbolicateRequest


def upload_name(abs_path: str) -> str:
    """Return the name to upload the file at ``abs_path`` under: right for any host, if the path has one."""
    name = candidate_urls(abs_path)[-1]
    return name if name.startswith("~/") else candidate_urls(abs_path.partition("?")[0])[0]


def release_name(request: SymbolicateRequest) -> str:
    """Return what the request's release, which it has, is called."""
    dist = "" if request.dist is None else f", dist {quoted(request.dist)}"
    return f"the release {quoted(request.release or '')}{dist}"


def upload_advice(key: FileKey, request: SymbolicateRequest) -> str:
    """Say how to upload a file so that this request would find it."""
    name = "" if key.abs_path is None else f" as {quoted(upload_name(key.abs_path))}"
    if key.debug_id is not None:
        also = "" if request.release is None or not name else f", or{name} for {release_name(request)}"
        return f"upload it with the debug id {quoted(key.debug_id)}{also}"
    if request.release is not None:
        return f"upload it{name} for {release_name(request)}"
    return (
        "inject debug ids when building, upload the files and let the SDK send the ids, "
        f"or let it send a release and upload the file{name} for that"
    )
