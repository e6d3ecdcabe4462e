"""Tokens of the artifact store: their forms, what is kept of them, and what they allow.

A token has 256 random bits, so its SHA-256 needs no salt and no slowness; nothing else of it is kept but the end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import orjson

from core.store.upload_records import VERSION

_PREFIX = "umt_"
_ORG_PREFIX = "sntrys_"  # what makes sentry-cli look into it for org and server
_RANDOM_BYTES = 32
_END_CHARACTERS = 4
_LONGEST = 2000


class Right(StrEnum):
    """Right that a token gives."""

    UPLOAD = "upload"
    READ = "read"
    DELETE = "delete"


SCOPES = {Right.UPLOAD: "org:ci", Right.READ: "org:read", Right.DELETE: "project:admin"}
"""The names of rights in Sentry's API."""


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """Record of a token.

    ``org`` None is every organization, ``projects`` None are all of it.  ``created`` and ``expires`` are seconds since
    1970, ``ends`` are its last four characters.
    """

    v: int = VERSION
    name: str
    org: str | None
    projects: list[str] | None = None
    allow: list[Right] = msgspec.field(default_factory=lambda: [Right.UPLOAD])
    strict: bool = False
    created: float = 0
    expires: float | None = None
    ends: str = ""

    def is_expired(self, now_s: float) -> bool:
        """Return whether its time is over at ``now_s`` seconds since 1970."""
        return self.expires is not None and now_s >= self.expires

    def allows(self, right: Right) -> bool:
        """Return whether it has a right."""
        return right in self.allow

    def is_for_org(self, org: str) -> bool:
        """Return whether it is for an organization."""
        return self.org is None or self.org == org

    def other_projects(self, projects: Sequence[str]) -> list[str]:
        """Return those of ``projects`` that it isn't for."""
        return [] if self.projects is None else [each for each in projects if each not in self.projects]


ADMIN = AccessToken(name="admin", org=None, allow=list(Right))
"""The operator's token, of ``UNMANGLE_STORE_ADMIN_TOKEN``."""


def new_token_text(org: str, url: str | None, now_s: float) -> str:
    """Return the text of a new token; with the ``url`` of the server, one that sentry-cli reads it from."""
    random = secrets.token_bytes(_RANDOM_BYTES)
    if url is None:
        return _PREFIX + base64.urlsafe_b64encode(random).decode().rstrip("=")
    claims = orjson.dumps({"iat": now_s, "url": url, "region_url": url, "org": org})
    return f"{_ORG_PREFIX}{base64.b64encode(claims).decode()}_{base64.b64encode(random).decode().rstrip('=')}"


def token_sha256(text: str) -> str:
    """Return what a token is found by."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_end(text: str) -> str:
    """Return the last characters of a token, by which people tell tokens apart."""
    return text[-_END_CHARACTERS:]


def bearer_token(authorization: str | None) -> str | None:
    """Return the token of an ``Authorization`` header; None if there is none, or one of another kind."""
    scheme, _, text = (authorization or "").partition(" ")
    text = text.strip()
    return text if scheme.lower() == "bearer" and text and text.isascii() and len(text) <= _LONGEST else None


def is_admin(text: str, admin_token: str | None) -> bool:
    """Return whether ``text`` is the operator's token; how long that takes tells nothing."""
    return admin_token is not None and hmac.compare_digest(text.encode(), admin_token.encode())
