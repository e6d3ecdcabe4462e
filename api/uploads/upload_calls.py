"""Calls of the upload API: who calls, for which organization, and how refusals are told.

Clients print ``detail`` of a refusal.  They try 503 again, so that is what trouble that may pass is answered with.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.uploads.chunk_bodies import BodyTooLarge, ChunkBodies
from core.concurrency import end
from core.errors import AtCapacity, NoUploadWorkers, ShuttingDown, TooManyBodies
from core.observing.counts import Counts
from core.settings import Settings
from core.store.access_tokens import AccessToken, Right
from core.store.object_store import Objects, ObjectStoreUnavailable, open_objects
from core.store.token_check import InvalidToken, TokenCheck, TooManyGuesses
from core.store.upload_protocol import BadUpload, max_request_bytes
from core.store.upload_storing import mark_host
from core.text.slugs import org_name, project_name

_log = logging.getLogger(__name__)

_DIGITS = re.compile(r"[0-9]{1,20}")
_HOST = re.compile(r"[0-9A-Za-z.:\[\]_-]{1,300}")
_RETRY_AFTER_S = 5


class Refused(Exception):
    """A call is answered with ``status``; the text is for the client."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


@dataclass(frozen=True, slots=True)
class UploadState:
    """Resources that calls of one process share: the store, its tokens, and the jobs of workers."""

    objects: Objects
    tokens: TokenCheck
    bodies: ChunkBodies
    settings: Settings
    counts: Counts
    jobs: Any


def open_state(settings: Settings, counts: Counts, jobs: Any) -> UploadState | None:
    """Return what the calls of one process share; None without a store.  Raises CannotStart."""
    if settings.store_url is None:
        return None
    from obstore.exceptions import BaseError  # 3 MiB, which an API without a store does without
    from obstore.store import from_url

    objects = open_objects(settings.store_url, counts, from_url, BaseError)
    tokens = TokenCheck(objects, settings.store_admin_token)
    return UploadState(objects, tokens, ChunkBodies(), settings, counts, jobs)


@contextlib.asynccontextmanager
async def marked(state: UploadState | None) -> AsyncIterator[None]:
    """Leave a mark of this host in the store, if that can be reached, so that ``doctor`` can compare who sees it."""
    if state is None:
        yield
        return
    marking = asyncio.create_task(_mark(state.objects))
    try:
        yield
    finally:
        await end(marking)


async def _mark(objects: Objects) -> None:
    try:
        await mark_host(objects, socket.gethostname())
    except ObjectStoreUnavailable as error:
        _log.warning("%s", error)


@dataclass(frozen=True, slots=True)
class UploadCall:
    """One call: its token, and the names in its path (``org``, ``project``, ``version``)."""

    state: UploadState
    request: Request
    token: AccessToken
    names: Mapping[str, str]

    @property
    def org(self) -> str:
        """The organization of the path."""
        return self.names["org"]

    @property
    def project(self) -> str | None:
        """The project of the path."""
        return self.names.get("project")

    @property
    def agent(self) -> str:
        """The program that calls."""
        return self.request.headers.get("user-agent", "")[:200]

    def need(self, rights: Iterable[Right]) -> None:
        """Raise Refused unless the token has one of the rights."""
        rights = list(rights)
        if rights and not any(self.token.allows(right) for right in rights):
            raise Refused(403, f"this token may not {' or '.join(rights)}")

    def need_projects(self, projects: Sequence[str]) -> None:
        """Raise Refused unless the token is for all of the projects."""
        others = self.token.other_projects(projects)
        if others:
            own = ", ".join(self.token.projects or [])
            named = ", ".join(others)
            raise Refused(
                403, f"this token is for the project{'s' if ',' in own else ''} {own}, not for the project {named}"
            )

    async def body(self, max_bytes: int) -> bytes:
        """Return the body.  Raises Refused if it is larger than ``max_bytes``."""
        declared = self.request.headers.get("content-length", "")
        if _DIGITS.fullmatch(declared) and int(declared) > max_bytes:
            raise _too_large(max_bytes)
        pieces, size = [], 0
        async for piece in self.request.stream():
            size += len(piece)
            if size > max_bytes:
                raise _too_large(max_bytes)
            pieces.append(piece)
        return b"".join(pieces)

    def query(self, *names: str) -> dict[str, str]:
        """Return the parameters of the query.  Raises Refused for one that isn't among ``names``, or there twice."""
        values: dict[str, str] = {}
        for name, value in self.request.query_params.multi_items():
            if name not in names:
                raise Refused(400, f"{name[:40]}: there is no such parameter, but {', '.join(names)}")
            if name in values:
                raise Refused(400, f"{name}: given twice")
            values[name] = value
        return values

    def origin(self) -> str:
        """Return the origin at which the client reaches us: some refuse to go to any other one."""
        settings, headers = self.state.settings, self.request.headers
        if settings.public_url is not None:
            return settings.public_url
        scheme, host = self.request.url.scheme, headers.get("host", "")
        if settings.trust_forwarded:
            scheme = headers.get("x-forwarded-proto", scheme).partition(",")[0].strip()
            host = headers.get("x-forwarded-host", host).partition(",")[0].strip()
        if scheme not in ("http", "https") or not _HOST.fullmatch(host):
            raise Refused(400, "the Host of the request makes no sense")
        return f"{scheme}://{host}"


async def make_call(state: UploadState, request: Request, names: Mapping[str, str]) -> UploadCall:
    """Return the call of a request, whose token is known and for the organization and project in ``names``.

    Raises Refused.
    """
    token = await state.tokens.token(request.headers.get("authorization"))
    checked = dict(names)
    if "org" in names:
        org = org_name(names["org"])
        if org is None:
            raise Refused(404, f"there is no organization {names['org'][:100]!r}")
        if not token.is_for_org(org):
            raise Refused(403, f"this token is for the org {token.org}, not {org}")
        checked["org"] = org
    if "project" in names:
        project = project_name(names["project"])
        if project is None:
            raise Refused(404, f"there is no project {names['project'][:120]!r}")
        checked["project"] = project
    call = UploadCall(state, request, token, checked)
    if call.project is not None:
        call.need_projects([call.project])
    return call


def as_refusal(error: Exception) -> Refused | None:
    """Return how an exception is told to a client; None for a bug, and for a client that has left."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, BadUpload):
        return Refused(400, str(error))
    if isinstance(error, InvalidToken):
        return Refused(401, str(error), {"WWW-Authenticate": "Bearer"})
    if isinstance(error, BodyTooLarge):
        return _too_large(max_request_bytes())
    if isinstance(error, (TooManyGuesses, AtCapacity, TooManyBodies)):
        return Refused(503, "too many uploads at once")
    if isinstance(error, ObjectStoreUnavailable):
        return Refused(503, "the store can't be reached")
    if isinstance(error, (NoUploadWorkers, ShuttingDown)):
        return Refused(503, str(error))
    return None


def json_answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(orjson.dumps(document), status, headers, media_type="application/json")


def refusal_answer(refused: Refused) -> Response:
    """Return the answer of a refusal, in the words of Sentry's API."""
    return json_answer({"detail": refused.detail}, refused.status, retry_headers(refused))


def retry_headers(refused: Refused) -> dict[str, str]:
    """Return the headers of a refusal, which say when to try again if that makes sense."""
    headers = dict(refused.headers)
    if refused.status == 503:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    return headers


def _too_large(max_bytes: int) -> Refused:
    return Refused(413, f"the request is larger than {max_bytes} bytes")
