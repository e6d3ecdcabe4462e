"""Sentry's upload API, as far as sentry-cli, its JavaScript client and the bundler plugins use it: ``/api/0/``.

Paths are matched before they are decoded, and each part is decoded once: a release may have a slash in it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.uploads import artifact_uploads, releases, stored_lookups
from api.uploads.upload_calls import (
    Refused,
    UploadCall,
    UploadState,
    as_refusal,
    json_answer,
    make_call,
    refusal_answer,
)
from core.errors import ShuttingDown
from core.store.access_tokens import SCOPES, Right
from core.store.upload_protocol import organization_document

PREFIX = "/api/0"

Endpoint = Callable[[UploadCall], Awaitable[Response]]

_ORG = r"/organizations/(?P<org>[^/]+)"
_PROJECT = r"/projects/(?P<org>[^/]+)/(?P<project>[^/]+)"
_ANYWHERE = r"(?:/organizations/(?P<org>[^/]+)|/projects/(?P<org_2>[^/]+)/(?P<project>[^/]+))/releases"
_VERSION = _ANYWHERE + r"/(?P<version>.+?)"
_UPLOAD = (Right.UPLOAD,)
_LOOK = (Right.UPLOAD, Right.READ)


async def index(call: UploadCall) -> Response:
    """GET /: what the token allows."""
    scopes = [SCOPES[right] for right in Right if call.token.allows(right)]
    return json_answer({"version": "0", "auth": {"scopes": scopes}, "user": None})


async def organizations(call: UploadCall) -> Response:
    """GET /organizations/: the one of the token."""
    own = [] if call.token.org is None else [organization_document(call.token.org, call.origin())]
    return json_answer(own)


async def organization(call: UploadCall) -> Response:
    """GET /organizations/{org}/: some clients look for the region that it is in."""
    return json_answer(organization_document(call.org, call.origin()))


async def nothing(_: UploadCall) -> Response:
    """GET: there are none."""
    return json_answer([])


async def regions(_: UploadCall) -> Response:
    """GET /users/me/regions/: there are none."""
    return json_answer({"regions": []})


async def single_files(_: UploadCall) -> Response:
    """Any method: files one by one are what old clients upload."""
    raise Refused(410, "single files can't be uploaded here: use sentry-cli sourcemaps upload")


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route: methods, the path below the prefix, the rights of which one is needed, and who answers."""

    methods: str
    path: re.Pattern[str]
    rights: Sequence[Right]
    endpoint: Endpoint


def route_row(methods: str, path: str, rights: Sequence[Right], endpoint: Endpoint) -> RouteRow:
    """Return a route; ``methods`` are words, ``path`` is a regular expression."""
    return RouteRow(methods, re.compile(rf"{path}/?", re.DOTALL), rights, endpoint)


ROWS = (
    route_row("GET", "", (), index),
    route_row("GET", "/organizations", (), organizations),
    route_row("GET", "/users/me/regions", (), regions),
    route_row("GET", _ORG, (), organization),
    route_row("GET", rf"{_ORG}/(?:projects|repos)", (), nothing),
    route_row("GET", rf"{_ORG}/chunk-upload", _UPLOAD, artifact_uploads.options),
    route_row("POST", rf"{_ORG}/chunk-upload", _UPLOAD, artifact_uploads.upload_chunks),
    route_row("POST", rf"{_ORG}/artifactbundle/assemble", _UPLOAD, artifact_uploads.assemble),
    route_row("POST", _ANYWHERE, _UPLOAD, releases.create),
    route_row("GET", _ANYWHERE, _LOOK, releases.newest),
    route_row("GET POST PUT DELETE", rf"{_VERSION}/(?:files|assemble)(?:/.*)?", _UPLOAD, single_files),
    route_row("GET POST PUT DELETE", rf"{_PROJECT}/files/source-maps", _UPLOAD, single_files),
    route_row("GET", rf"{_PROJECT}/artifact-lookup", (Right.READ,), stored_lookups.lookup),
    route_row("GET", rf"{_VERSION}/previous-with-commits", _UPLOAD, releases.previous),
    route_row("GET", rf"{_VERSION}/(?:commits|deploys)", _UPLOAD, nothing),
    route_row("POST", rf"{_VERSION}/deploys", _UPLOAD, releases.deploy),
    route_row("PUT", _VERSION, _UPLOAD, releases.update),
    route_row("GET", _VERSION, _LOOK, releases.one),
    route_row("DELETE", _VERSION, (Right.DELETE,), releases.delete),
)


class UploadRoutes:
    """An API of the store as an ASGI application; without a store, all of it is 404.

    ``refuse`` makes an answer of a refusal.
    """

    def __init__(
        self,
        prefix: str = PREFIX,
        rows: Sequence[RouteRow] = ROWS,
        refuse: Callable[[Refused], Response] = refusal_answer,
    ) -> None:
        self._prefix, self._rows, self._refuse = prefix, rows, refuse
        self.state: UploadState | None = None
        """Set as long as the server runs and has a store."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:
            refused = as_refusal(error)
            if refused is None:
                raise
            answer = self._refuse(refused)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self.state is None:
            raise Refused(404, "no artifact store: UNMANGLE_STORE_URL is not set")
        path = _path_below(request, self._prefix)
        for row in self._rows:
            found = row.path.fullmatch(path) if request.method in row.methods.split() else None
            if found is not None:
                if request.app.state.shutting_down:
                    raise ShuttingDown
                call = await make_call(self.state, request, _names(found))
                call.need(row.rights)
                return await row.endpoint(call)
        raise Refused(404, f"no such route in Unmangle's upload API: {request.method} {self._prefix}{path[:200]}")


def _path_below(request: Request, prefix: str) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1").removeprefix(prefix)


def _names(found: re.Match[str]) -> dict[str, str]:
    """Return the names in a path, each decoded once."""
    given: dict[str, Any] = {
        name.partition("_")[0]: text for name, text in found.groupdict().items() if text is not None
    }
    return {name: unquote_to_bytes(text).decode("utf-8", "replace") for name, text in given.items()}
