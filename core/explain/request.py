"""Requests that want an explanation although they don't say so."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from core.wire.document import parse_document

_BLANKS = b" \t\n\r"


def with_explanation(body: bytes) -> bytes:
    """Return a valid request body that asks for an explanation, and is the same otherwise.

    Of a key that is there twice the last value counts, so nothing of a large body is written anew.
    """
    options = _options(body) | {"explain": True}
    return body.rstrip(_BLANKS)[:-1] + b',"options":' + orjson.dumps(options) + b"}"


class _Body(msgspec.Struct):
    options: msgspec.Raw = msgspec.Raw(b"{}")


def _options(body: bytes) -> dict[str, Any]:
    """Return the options in a valid body, without making objects of the rest."""
    try:
        text = bytes(msgspec.json.decode(body, type=_Body).options)
    except RecursionError:  # orjson goes a bit deeper
        options: dict[str, Any] = parse_document(body).get("options", {})
        return options
    found: dict[str, Any] = orjson.loads(text)
    return found
