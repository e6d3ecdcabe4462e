"""Parameters of a request beside its body: the two of the query, and the ``Accept`` header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from core.errors import InvalidQuery

_MOST_SECONDS = 2**64 - 1
_WHOLE_NUMBER = re.compile(r"\+?0*([0-9]{1,20})")
_LONGEST_QUOTE = 40
_TRACE_KEYS = ("release", "dist")

_QUALITY = re.compile(r"q=([0-9](?:\.[0-9]{0,3})?)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SubmitQuery:
    """Query of a submission.  ``scope`` None is the global scope, the empty string is not."""

    timeout_s: int | None
    scope: str | None


def submit_query(query_string: bytes) -> SubmitQuery:
    """Read the query of a submission.  Raises InvalidQuery."""
    values = _values(query_string, ("timeout", "scope"))
    return SubmitQuery(_timeout_s(values.get("timeout")), _scope(values.get("scope")))


@dataclass(frozen=True, slots=True)
class TraceQuery(SubmitQuery):
    """Query of a trace: that of a submission, and of the request's keys those that are there."""

    named: dict[str, str]


def trace_query(query_string: bytes) -> TraceQuery:
    """Read the query of a trace.  Raises InvalidQuery."""
    values = _values(query_string, ("timeout", "scope", *_TRACE_KEYS))
    named = {name: values[name] for name in _TRACE_KEYS if name in values}
    for name, text in named.items():
        _check_utf8(name, text)
    return TraceQuery(_timeout_s(values.get("timeout")), _scope(values.get("scope")), named)


def poll_timeout_s(query_string: bytes) -> int | None:
    """Read the query of a poll, which knows only ``timeout``.  Raises InvalidQuery."""
    return _timeout_s(_values(query_string, ("timeout",)).get("timeout"))


def prefers_text(accept: str) -> bool:
    """Return whether an ``Accept`` header asks for text/plain, and not rather for JSON.

    Only if text is named: whoever takes anything gets JSON.  Source: RFC 9110, "Accept".
    """
    wanted = {media.partition(";")[0].strip().lower(): _quality(media) for media in accept.split(",")}
    text = wanted.get("text/plain", 0.0)
    return text > 0 and text >= wanted.get("application/json", 0.0)


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
    if text is not None:
        _check_utf8("scope", text)
    return text


def _check_utf8(name: str, text: str) -> None:
    if not _is_utf8(text):
        raise InvalidQuery(name, f"expected UTF-8, got {text[:_LONGEST_QUOTE]!r}")


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


def _quality(media: str) -> float:
    parameters = (parameter.strip() for parameter in media.split(";")[1:])
    found = next((match for parameter in parameters if (match := _QUALITY.fullmatch(parameter))), None)
    return 1.0 if found is None else float(found[1])
