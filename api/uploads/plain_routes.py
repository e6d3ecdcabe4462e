"""Unmangle's own API of the artifact store: ``/artifacts``.  Refusals are ``{"error": text}``, as everywhere in it."""

from __future__ import annotations

from starlette.responses import Response

from api.uploads import plain_uploads, stored_uploads
from api.uploads.upload_calls import Refused, json_answer, retry_headers
from api.uploads.upload_routes import UploadRoutes, route_row
from core.store.access_tokens import Right

PLAIN_PREFIX = "/artifacts"

_ORG = r"/(?P<org>[^/]+)"
_PROJECT = rf"{_ORG}/(?P<project>[^/]+)"
_ONE = rf"{_ORG}/uploads/(?P<upload>[^/]+)"
_UPLOAD = (Right.UPLOAD,)
_READ = (Right.READ,)
_DELETE = (Right.DELETE,)

PLAIN_ROWS = (
    route_row("POST", rf"{_PROJECT}/uploads", _UPLOAD, plain_uploads.upload),
    route_row("POST", rf"{_PROJECT}/verify", (Right.UPLOAD, Right.READ), stored_uploads.verify),
    route_row("GET", rf"{_ORG}/uploads", _READ, stored_uploads.uploads),
    route_row("GET", _ONE, _READ, stored_uploads.upload),
    route_row("GET", rf"{_ONE}/bundle", _READ, stored_uploads.bundle),
    route_row("DELETE", _ONE, _DELETE, stored_uploads.delete),
    route_row("GET", rf"{_ORG}/releases", _READ, stored_uploads.releases),
    route_row("DELETE", rf"{_ORG}/releases/(?P<release>.+?)", _DELETE, stored_uploads.delete_release),
    route_row("GET", rf"{_ORG}/usage", _READ, stored_uploads.usage),
)


def plain_routes() -> UploadRoutes:
    """Return the API as an ASGI application."""
    return UploadRoutes(PLAIN_PREFIX, PLAIN_ROWS, _error_answer)


def _error_answer(refused: Refused) -> Response:
    return json_answer({"error": refused.detail}, refused.status, retry_headers(refused))
