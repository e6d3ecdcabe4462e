"""Query strings: the two parameters we know, and nothing lenient about them.

Not ``urllib.parse.parse_qsl``, which fails on raw bytes above ASCII, and not ``int``, which reads ``1_000`` and ``٣``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from core.errors import InvalidQuery

_MOST_SECONDS = 2**64 - 1
_WHOLE_NUMBER = re.compile(r"\+?0*([0-9]{1,20})")
_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class SubmitQuery:
    """What the query of a submission says.  ``scope`` None is the global scope, the empty string is not."""

    timeout_s: int | None
    scope: str | None


def submit_query(query_string: bytes) -> SubmitQuery:
    """Read the query of a submission.  Raises InvalidQuery."""
    values = _values(query_string, ("timeout", "scope"))
    return SubmitQuery(_timeout_s(values.get("timeout")), _scope(values.get("scope")))


def poll_timeout_s(query_string: bytes) -> int | None:
    """Read the query of a poll, which knows only ``timeout``.  Raises InvalidQuery."""
    return _timeout_s(_values(query_string, ("timeout",)).get("timeout"))


def _values(query_string: bytes, names: tuple[str, ...]) -> dict[str, str]:
    """Return the decoded values of those of ``names`` that are there; bytes that aren't UTF-8 are lone surrogates.

    Source: the WHATWG URL standard, "application/x-www-form-urlencoded parsing".
    """
    values: dict[str, str] = {}
    for pair in query_string.split(b"&"):
        raw_name, _, raw_value = pair.partition(b"=")
        name = _decoded(raw_name)
        if name not in names:
            continue
        if name in values:
            raise InvalidQuery(name, "given twice")
        values[name] = _decoded(raw_value)
    return values


def _decoded(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "surrogateescape")


def _scope(text: str | None) -> str | None:
    """Return the scope.  Two names that aren't UTF-8 must not become one by what replaces their bytes."""
    if text is not None and not _is_utf8(text):
        raise InvalidQuery("scope", f"expected UTF-8, got {text[:_LONGEST_QUOTE]!r}")
    return text


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _timeout_s(text: str | None) -> int | None:
    if text is None:
        return None
    number = _WHOLE_NUMBER.fullmatch(text)
    if number is None or int(number[1]) > _MOST_SECONDS:
        raise InvalidQuery(
            "timeout", f"expected whole seconds from 0 to {_MOST_SECONDS}, got {text[:_LONGEST_QUOTE]!r}"
        )
    return int(number[1])
