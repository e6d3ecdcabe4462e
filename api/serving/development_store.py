"""Artifact store of a development set-up: a folder beside the checkout, and a token, unless others are given."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

_FOLDER = ".unmangle"
_TOKEN_BYTES = 32


def development_store(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a store below ``root``; nothing if ``environ`` names one.  Raises OSError."""
    if environ.get("UNMANGLE_STORE_URL"):
        return {}
    folder = root / _FOLDER
    store = folder / "store"
    store.mkdir(parents=True, exist_ok=True)
    variables = {"UNMANGLE_STORE_URL": store.resolve().as_uri()}
    if not environ.get("UNMANGLE_STORE_ADMIN_TOKEN"):
        variables["UNMANGLE_STORE_ADMIN_TOKEN"] = _token(folder / "token")
    return variables


def upload_lines(address: str, org: str, token: str | None) -> list[str]:
    """Return how to upload to a service at ``address``, to be pasted where a build is, and to ask for its frames."""
    if token is None:
        return []
    return [
        "Upload the build of an app, with its source maps, from its folder; then leave out `source` in requests:",
        f"  export SENTRY_URL={address} SENTRY_ORG={org} SENTRY_PROJECT=app SENTRY_AUTH_TOKEN={token}",
        "  npx @sentry/cli sourcemaps inject dist && npx @sentry/cli sourcemaps upload dist",
    ]


def _token(path: Path) -> str:
    """Return the token in a file that nobody else can read, made now if there is none."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        path.touch(mode=0o600)
        path.write_text(f"{token}\n")
        return token
