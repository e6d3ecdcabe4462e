"""What the response says about each attempt to get a file from the web."""

from __future__ import annotations

from core.files.file_keys import Failure, FailureKind
from core.wire.response import ScrapingAttempt

_REASONS = {
    FailureKind.NOT_FOUND: "not_found",
    FailureKind.PERMISSION_DENIED: "permission_denied",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.DOWNLOAD_ERROR: "download_error",
    FailureKind.SCRAPING_DISABLED: "disabled",
    FailureKind.MALFORMED: "other",
    FailureKind.INTERNAL: "other",
}
_KINDS_WITH_DETAILS = (FailureKind.PERMISSION_DENIED, FailureKind.DOWNLOAD_ERROR, FailureKind.MALFORMED)


def attempt_not_made(abs_path: str) -> ScrapingAttempt:
    """Return the attempt for a file that was found in a bundle or as an artifact."""
    return ScrapingAttempt(url=abs_path, status="not_attempted")


def successful_attempt(abs_path: str) -> ScrapingAttempt:
    """Return the attempt that fetched the file, now or earlier, whatever is in it."""
    return ScrapingAttempt(url=abs_path, status="success")


def refused_attempt(abs_path: str, details: str) -> ScrapingAttempt:
    """Return the attempt that the rules forbid before anything is fetched; ``details`` may be empty."""
    return ScrapingAttempt(url=abs_path, status="failure", reason="invalid_host", details=details or None)


def failed_attempt(abs_path: str, failure: Failure) -> ScrapingAttempt:
    """Return the attempt that ended in ``failure``."""
    return ScrapingAttempt(
        url=abs_path,
        status="failure",
        reason=_REASONS[failure.kind],
        details=_details(failure) or None,
        size=failure.excess.size if failure.excess else None,
        limit=failure.excess.limit if failure.excess else None,
    )


def _details(failure: Failure) -> str:
    if failure.kind is FailureKind.TIMEOUT:
        return f"Timeout after {failure.text}"
    return failure.text if failure.kind in _KINDS_WITH_DETAILS else ""
