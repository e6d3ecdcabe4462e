"""Request headers that somebody else chose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.errors import FetchFailed
from core.failures import Failure, FailureKind

Headers = tuple[tuple[str, str], ...]
"""Names and values, in the order they are sent.  A name may come more than once."""

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9a-z]+")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# They say how the message is sent, which is the client's own business.
_OURS = {"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"}
_PROXY_PREFIX = "proxy-"


def sendable_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return the headers that may be sent, names in lower case: no invalid ones, nothing about the message itself.

    Raises FetchFailed with a DOWNLOAD_ERROR if a value can't be sent.  It doesn't tell the value, which may be secret.
    """
    lowered = ((name.lower(), value) for name, value in headers)
    sendable = tuple((name, value) for name, value in lowered if _is_sendable(name))
    for name, value in sendable:
        _check_value(name, value)
    return sendable


def has_header(headers: Headers, name: str) -> bool:
    """Return whether a header is among ``headers``; all names are in lower case."""
    return any(key == name for key, _ in headers)


def _is_sendable(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in _OURS and not name.startswith(_PROXY_PREFIX)


def _check_value(name: str, value: str) -> None:
    if _CONTROL_CHARACTER.search(value) or not _is_encodable(value):
        raise FetchFailed(Failure(FailureKind.DOWNLOAD_ERROR, f"invalid value for the request header {name}"))


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True
