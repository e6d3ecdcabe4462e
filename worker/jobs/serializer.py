"""Message bodies are JSON by orjson, and nothing else is accepted."""

from __future__ import annotations

from typing import Any

import orjson
from kombu.serialization import register

NAME = "orjson"
CONTENT_TYPE = "application/json"  # so that the messages of stock producers are read too, by orjson


def _encode(document: Any) -> str:
    return orjson.dumps(document).decode()


def register_serializer() -> None:
    """Make kombu use orjson for JSON in this process."""
    register(NAME, _encode, orjson.loads, content_type=CONTENT_TYPE, content_encoding="utf-8")
