"""Outcomes of a request that are no file: redirects, statuses, and failures on the wire."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus

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
from core.web.urls import Url, join_url
from worker.descriptors import SHORTAGE
from worker.fetch.connections import RestrictedAddress

MAX_REDIRECTS = 10

_FOLLOWED = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)
_LOGIN_REDIRECTS_FROM = "dev.azure.com"


def redirect_target(status: int, url: Url, location: str | None) -> Url | None:
    """Return where a response from ``url`` sends us, None if it is itself the answer.

    A 302 of Azure DevOps means "log in", and the login page it leads to is a 200.  A ``Location`` that is no URL is as
    good as none.
    """
    if status not in _FOLLOWED or location is None:
        return None
    if status == HTTPStatus.FOUND and url.host == _LOGIN_REDIRECTS_FROM:
        return None
    return join_url(url, location)


_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_LOGIN_PAGE = "Potential login page detected"


def status_failure(status: int) -> Failure | None:
    """Return what a status means once no redirect is followed any more, None if it is a success."""
    if 200 <= status < 300:
        return None
    if status in _DENIED:
        return Failure(FailureKind.PERMISSION_DENIED, status_text(status), status=status)
    if status == HTTPStatus.FOUND:
        return Failure(FailureKind.PERMISSION_DENIED, _LOGIN_PAGE, status=status)
    if 400 <= status < 500:
        return Failure(FailureKind.NOT_FOUND, status=status)
    return Failure(FailureKind.DOWNLOAD_ERROR, status_text(status), status=status)


def lookup_status_failure(status: int) -> Failure | None:
    """Return what a status of the lookup API means: it has nothing but successes and errors, which may all heal."""
    if 200 <= status < 300:
        return None
    return Failure(FailureKind.DOWNLOAD_ERROR, status_text(status), status=status)


def status_text(status: int) -> str:
    """Return code and standard phrase, as in ``503 Service Unavailable``; the server's own phrase doesn't count."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} <unknown status code>"


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
