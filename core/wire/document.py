"""Strict JSON: bytes to a document, or the place where they stop being one."""

from __future__ import annotations

from typing import Any

import orjson

from core.errors import InvalidJson, InvalidRequest
from core.text.json_bounds import has_more_values

MAX_VALUES = 1_000_000
"""JSON values of a request, keys included.  Each takes a hundred bytes of memory: a frame has 10 to 40."""


def parse_document(body: bytes) -> Any:
    """Parse exactly one UTF-8 JSON document; of a key that is there twice, the last value counts.

    Raises InvalidJson, which says line and column, both from 1.

    orjson has no leniency to switch off: it refuses byte order marks, other encodings, ``NaN``, text after the
    document, unpaired surrogates, and whatever is nested deeper than 1024 levels.  Integers above 64 bits become
    floats, numbers that no float can hold are refused.

    Source: RFC 8259.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid_utf8(body) or InvalidJson(f"{error.msg}: {_place(error.lineno, error.colno)}") from None


def check_values(body: bytes) -> None:
    """Raise InvalidRequest if the JSON of a large body has too many values, or nests 128 containers.

    To be asked before ``parse_document``: it takes little memory.
    """
    if has_more_values(body, MAX_VALUES):
        problem = f"more than {MAX_VALUES} JSON values, or more than 127 containers inside one another"
        raise InvalidRequest("body", problem)


def _invalid_utf8(body: bytes) -> InvalidJson | None:
    # orjson only says that there is such a byte somewhere.
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line_start = body.rfind(b"\n", 0, error.start) + 1
        lineno = body.count(b"\n", 0, error.start) + 1
        colno = len(body[line_start : error.start].decode()) + 1
        return InvalidJson(f"not UTF-8: {_place(lineno, colno)}")
    return None


def _place(lineno: int, colno: int) -> str:
    return f"line {lineno} column {colno}"
