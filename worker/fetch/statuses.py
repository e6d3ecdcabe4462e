"""HTTP statuses that are not the file asked for."""

from __future__ import annotations

from http import HTTPStatus

from core.failures import Failure, FailureKind

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
