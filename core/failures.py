"""Failures: why a file can't be had, as data that the response, explanations and the deny list are made of.

They lie below exceptions: ``core.errors.FetchFailed`` carries one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class FailureKind(StrEnum):
    """Kinds of failures."""

    NOT_FOUND = "not found"
    PERMISSION_DENIED = "permission denied"
    TIMEOUT = "timeout"
    DOWNLOAD_ERROR = "download error"
    SCRAPING_DISABLED = "scraping disabled"
    MALFORMED = "malformed"
    INTERNAL = "internal error"


@dataclass(frozen=True, slots=True)
class Excess:
    """Size of a file over a limit, so far or as announced, and the limit, in bytes."""

    size: int
    limit: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Reason why a file can't be had.  ``text`` is for humans, and empty where the kind says it all.

    ``excess`` is there if the file is too large, ``status`` if it was an HTTP status that said no.  Two failures that
    differ in nothing else are one.
    """

    kind: FailureKind
    text: str = ""
    excess: Excess | None = field(default=None, compare=False)
    status: int | None = field(default=None, compare=False)


def _failure(text: str) -> Failure:
    return Failure(FailureKind.DOWNLOAD_ERROR, text)


TOO_LARGE = Failure(FailureKind.MALFORMED, "Maximum file size exceeded")
"""Equal to the failure of whatever file is too large."""

# Refusals of our own: no host did anything wrong.
INVALID_HOST = _failure("Invalid host")
RESTRICTED = _failure("destination is restricted")
REDIRECT_NOT_ALLOWED = _failure("redirect to an origin that is not allowed")
SCHEME_NOT_ALLOWED = _failure("URL scheme is not allowed")
TOO_MANY_REDIRECTS = _failure("too many redirects")

# What a proxy does, whose business is not that of the host.
PROXY_REFUSED = _failure("the proxy refused the connection")

# What hosts do.
UNTRUSTED = _failure("certificate verify failed")
SSL_ERROR = _failure("SSL error")
NO_CONNECTION = _failure("connection timed out")
HUNG_UP = _failure("the server hung up without an answer")
CUT_OFF = _failure("the response body is cut off or malformed")
GARBAGE = _failure("the response is not valid HTTP")
SEVERAL_ENCODINGS = _failure("Multiple content encodings not supported")
UNKNOWN_ENCODING = _failure("Unsupported content encoding")

OWN_REFUSALS: Final = frozenset(
    (INVALID_HOST, RESTRICTED, REDIRECT_NOT_ALLOWED, SCHEME_NOT_ALLOWED, TOO_MANY_REDIRECTS)
)
FAULTS_OF_HOSTS: Final = frozenset(
    (UNTRUSTED, SSL_ERROR, NO_CONNECTION, HUNG_UP, CUT_OFF, GARBAGE, SEVERAL_ENCODINGS, UNKNOWN_ENCODING)
)
