"""Requests that want an explanation although they don't say so."""

from __future__ import annotations

from typing import Any

import orjson

from core.wire.document import parse_document


def with_explanation(body: bytes) -> bytes:
    """Return a valid request body that asks for an explanation, and is the same otherwise."""
    document: dict[str, Any] = parse_document(body)
    options = {**document.get("options", {}), "explain": True}
    return orjson.dumps({**document, "options": options})
