"""Sentry's protocol of uploading artifact bundles: what clients ask, and what they need to be answered.

Source: recorded conversations of sentry-cli 2.58.6 and 3.8.0, and of the JavaScript client 0.45.0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from core.errors import UnmangleError
from core.store.store_names import MAX_DIST_CHARACTERS, MAX_RELEASE_CHARACTERS, is_printable, release_name
from core.text.slugs import project_name

CHUNK_BYTES = 8 << 20
CHUNKS_PER_REQUEST = 64
MAX_REQUEST_BYTES = 32 << 20
MAX_ASSEMBLE_BYTES = 8 << 20
MAX_JSON_BYTES = 1 << 20
MAX_PROJECTS = 50
_CONCURRENCY = 4
_MAX_WAIT_S = 300
_SHA1 = re.compile(r"[0-9a-f]{40}")
_SPARE_BYTES = 64 << 10  # heads and boundaries of a multipart body


class BadUpload(UnmangleError):
    """A request of an upload makes no sense; the text is for the client's terminal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class AssembleRequest(msgspec.Struct, frozen=True):
    """Body of ``artifactbundle/assemble/``, of known projects and digests."""

    checksum: str
    chunks: list[str]
    projects: list[str]
    version: str | None = None
    dist: str | None = None

    @property
    def distinct_chunks(self) -> list[str]:
        """The chunks in order, each once."""
        return list(dict.fromkeys(self.chunks))


def max_request_bytes() -> int:
    """Return how large the body of a request with chunks may be: clients count chunks, not what is around them."""
    return MAX_REQUEST_BYTES + MAX_REQUEST_BYTES // 50 + _SPARE_BYTES


def options_document(url: str, max_upload_bytes: int) -> dict[str, Any]:
    """Return the options that clients ask for before anything else; ``url`` is where chunks go, absolute.

    All three of ``accept`` are needed for sentry-cli 2 to upload bundles.
    """
    return {
        "url": url,
        "chunkSize": CHUNK_BYTES,
        "chunksPerRequest": CHUNKS_PER_REQUEST,
        "maxFileSize": max_upload_bytes,
        "maxRequestSize": MAX_REQUEST_BYTES,
        "maxWait": _MAX_WAIT_S,
        "concurrency": _CONCURRENCY,
        "hashAlgorithm": "sha1",
        "compression": ["gzip"],
        "accept": ["release_files", "artifact_bundles", "artifact_bundles_v2"],
    }


def read_assemble_request(body: bytes) -> AssembleRequest:
    """Read the body of a request to assemble; projects are in lower case then.  Raises BadUpload."""
    try:
        request = msgspec.json.decode(body, type=AssembleRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadUpload(f"the body is no request to assemble: {error}") from None
    for sha1, what in [(request.checksum, "checksum"), *((chunk, "chunks") for chunk in request.chunks)]:
        if not is_sha1(sha1):
            raise BadUpload(f"{what}: expected 40 hex digits, got {sha1[:50]!r}")
    projects = _projects(request.projects)
    check_release(request.version, request.dist)
    return msgspec.structs.replace(request, projects=projects)


def check_release(release: str | None, dist: str | None) -> None:
    """Raise BadUpload if a release or a dist is too long, or has control characters."""
    if release_name(release) is not None and not is_printable(release or "", MAX_RELEASE_CHARACTERS):
        raise BadUpload(f"bad_release: at most {MAX_RELEASE_CHARACTERS} characters, and no control characters")
    if dist and not is_printable(dist, MAX_DIST_CHARACTERS):
        raise BadUpload(f"bad_dist: at most {MAX_DIST_CHARACTERS} characters, and no control characters")


def is_sha1(text: str) -> bool:
    """Return whether ``text`` is a SHA-1 as clients write it."""
    return _SHA1.fullmatch(text) is not None


def assemble_document(state: str, missing: Sequence[str] = (), detail: str | None = None) -> dict[str, Any]:
    """Return the answer to a request to assemble; clients insist on all members."""
    return {"state": state, "missingChunks": list(missing), "detail": detail}


def release_document(version: str, created: str, projects: Sequence[str]) -> dict[str, Any]:
    """Return a release; ``created`` is RFC 3339."""
    return {
        "version": version,
        "dateCreated": created,
        "dateReleased": None,
        "url": None,
        "lastEvent": None,
        "newGroups": 0,
        "projects": [{"slug": project, "name": project} for project in projects],
    }


def organization_document(org: str, origin: str) -> dict[str, Any]:
    """Return an organization, whose region is ``origin``, the server itself."""
    links = {"organizationUrl": origin, "regionUrl": origin}
    return {"id": org, "slug": org, "name": org, "links": links, "features": []}


def _projects(names: Sequence[str]) -> list[str]:
    if not names:
        raise BadUpload("projects: there is none")
    if len(names) > MAX_PROJECTS:
        raise BadUpload(f"projects: {len(names)}, at most {MAX_PROJECTS} are allowed")
    projects = []
    for name in names:
        project = project_name(name)
        if project is None:
            raise BadUpload(
                f"projects: {name[:120]!r} is no slug: up to 100 letters, digits, '-' and '_', a letter or digit first"
            )
        projects.append(project)
    return sorted(set(projects))
