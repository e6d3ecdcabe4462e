"""What goes wrong on the wire, as failures."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from core.errors import OutOfDescriptors
from core.failures import (
    CUT_OFF,
    GARBAGE,
    HUNG_UP,
    NO_CONNECTION,
    PROXY_REFUSED,
    RESTRICTED,
    SSL_ERROR,
    UNTRUSTED,
    Failure,
    FailureKind,
)
from worker.descriptors import SHORTAGE
from worker.fetch.guarded_connector import RestrictedAddress

WIRE_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
"""All that aiohttp raises, and what it lets through: ValueError for host names and header values it can't encode."""

# The first that fits any of the causes.
_KNOWN: tuple[tuple[type[BaseException], Failure], ...] = (
    (RestrictedAddress, RESTRICTED),
    (aiohttp.ClientProxyConnectionError, PROXY_REFUSED),
    (aiohttp.ClientHttpProxyError, PROXY_REFUSED),
    (ssl.SSLCertVerificationError, UNTRUSTED),
    (ssl.SSLError, SSL_ERROR),
    (aiohttp.ConnectionTimeoutError, NO_CONNECTION),
    (aiohttp.ServerDisconnectedError, HUNG_UP),
    (aiohttp.ClientPayloadError, CUT_OFF),
    (aiohttp.ClientResponseError, GARBAGE),
    (HttpProcessingError, GARBAGE),
)


def wire_failure(error: BaseException) -> Failure:
    """Return the failure that one of WIRE_ERRORS stands for.  Raises OutOfDescriptors if it is none of the wire."""
    causes = list(_causes(error))
    if any(isinstance(cause, OSError) and cause.errno in SHORTAGE for cause in causes):
        raise OutOfDescriptors from error
    for kind, failure in _KNOWN:
        if any(isinstance(cause, kind) for cause in causes):
            return failure
    return Failure(FailureKind.DOWNLOAD_ERROR, _text(causes[-1]))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _text(error: BaseException) -> str:
    """Return what happened, without the address it happened to."""
    if isinstance(error, socket.gaierror):
        return error.strerror or "name resolution failed"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return type(error).__name__
