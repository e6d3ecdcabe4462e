"""Findings about files that could not be had from the web."""

from __future__ import annotations

from core.explain.findings import FILE_NAMES, Finding, Reason, quoted
from core.explain.uploaded_names import upload_advice
from core.failures import (
    INVALID_HOST,
    REDIRECT_NOT_ALLOWED,
    RESTRICTED,
    SCHEME_NOT_ALLOWED,
    SSL_ERROR,
    TOO_MANY_REDIRECTS,
    UNTRUSTED,
    Failure,
    FailureKind,
)
from core.files.file_keys import FileKey
from core.web.blocked_hosts import is_blocked
from core.web.origins import is_allowed_origin
from core.web.urls import Url, parse_url
from core.wire.request import SymbolicateRequest

_ORDINARY = (Reason.NOTHING_TO_LOOK_UP_BY, Reason.SCRAPING_DISABLED, Reason.NOT_ON_WEB)


def is_ordinary(finding: Finding) -> bool:
    """Return whether that is what becomes of files that are meant to be uploaded: nobody means them to be fetched."""
    return finding.reason in _ORDINARY


def not_from_web(key: FileKey, failure: Failure, request: SymbolicateRequest) -> Finding:
    """Return why a file that has a path, and was found nowhere else, was not had from the web either."""
    assert key.abs_path is not None
    url = parse_url(key.abs_path)
    refused = _refused(url, request)
    reason, cause, advice = refused or _failed(failure, url)
    otherwise = upload_advice(key, request)
    advice = f"{advice}, or {otherwise}" if advice else otherwise[0].upper() + otherwise[1:]
    return Finding(reason, f"The {FILE_NAMES[key.type]} {quoted(key.abs_path)} {cause}", advice, key.type)


def _refused(url: Url | None, request: SymbolicateRequest) -> tuple[Reason, str, str] | None:
    """Return which rule forbids to fetch a file, None if none does."""
    if url is None:
        return Reason.NOTHING_TO_LOOK_UP_BY, "can't be fetched, because that is no URL", ""
    if not url.is_web:
        return Reason.NOTHING_TO_LOOK_UP_BY, f"can't be fetched: `{url.scheme}` is not a scheme of the web", ""
    if not request.scraping_enabled:
        return Reason.SCRAPING_DISABLED, "may not be fetched, because the request forbids scraping", "Allow scraping"
    if not is_allowed_origin(url, request.scraping.allowed_origins):
        pattern = url.host if url.port is None else f"{url.host}:{url.port}"
        cause = f"may not be fetched: no pattern of the allowed origins ({_listed(request)}) matches it"
        return Reason.ORIGIN_NOT_ALLOWED, cause, f"Add {quoted(pattern)} to the allowed origins"
    return None


def _failed(failure: Failure, url: Url | None) -> tuple[Reason, str, str]:
    """Return what went wrong when a file was fetched, now or a while ago."""
    host = "" if url is None else url.host
    if failure.excess is not None:
        size, limit = failure.excess.size, failure.excess.limit
        cause = f"is too large to be fetched: {size:,} bytes or more, at most {limit:,} are allowed"
        return Reason.FILE_TOO_LARGE, cause, "Make it smaller or have UNMANGLE_MAX_SCRAPED_FILE_SIZE raised"
    if failure in (RESTRICTED, INVALID_HOST):
        cause = (
            f"can't be fetched: {quoted(host)} is at a private or reserved address, or at a port that is not allowed"
        )
        advice = (
            "Have UNMANGLE_CONNECT_TO_RESERVED_IPS switched on, or UNMANGLE_SCRAPING_PORTS extended, if that is wanted"
        )
        return Reason.RESTRICTED_ADDRESS, cause, advice
    if failure in (UNTRUSTED, SSL_ERROR):
        cause = f"can't be fetched: the TLS connection to {quoted(host)} failed ({failure.text})"
        return Reason.WEB_UNTRUSTED, cause, "Mend the certificate of the server, or send `scraping.verify_ssl` as false"
    if failure == REDIRECT_NOT_ALLOWED:
        cause = "can't be fetched: the server sends us to an origin that the request's allowed origins don't match"
        return Reason.WEB_REDIRECTS, cause, "Let the server answer with the file itself, or allow the other origin too"
    if failure in (TOO_MANY_REDIRECTS, SCHEME_NOT_ALLOWED):
        cause = f"can't be fetched: the server sends us from place to place ({failure.text})"
        return Reason.WEB_REDIRECTS, cause, "Let the server answer with the file itself"
    if is_blocked(failure, host):
        cause = (
            f"was not fetched: too many downloads from {quoted(host)} failed of late, so it is left alone for a while"
        )
        return Reason.WEB_BLOCKED, f"{cause} ({failure.text})", "Mend the server and wait"
    return _failed_by_kind(failure)


def _failed_by_kind(failure: Failure) -> tuple[Reason, str, str]:
    match failure.kind:
        case FailureKind.NOT_FOUND:
            status = "404" if failure.status is None else str(failure.status)
            return Reason.NOT_ON_WEB, f"is not on the web: the server answered {status}", "Put it there"
        case FailureKind.PERMISSION_DENIED:
            cause = f"is not for us ({failure.text})"
            return Reason.WEB_REFUSED, cause, "Let the server hand it out, perhaps to a secret in `scraping.headers`"
        case FailureKind.TIMEOUT:
            cause = f"took longer than {failure.text} to come"
            return Reason.WEB_TIMEOUT, cause, "Make the server answer in time"
        case FailureKind.MALFORMED:
            return Reason.FILE_UNREADABLE, f"can't be read: {failure.text}", "Deliver it as plain text in UTF-8"
        case FailureKind.INTERNAL:
            return Reason.INTERNAL_ERROR, "can't be had: something went wrong here", "Look into the log of the worker"
        case _:
            return Reason.WEB_FAILED, f"can't be fetched: {failure.text}", "Mend the server"


def _listed(request: SymbolicateRequest) -> str:
    return ", ".join(map(quoted, request.scraping.allowed_origins[:5])) or "none"
