import pytest

from core.files.file_keys import Failure, FailureKind
from core.web.attempts import attempt_not_made, failed_attempt, refused_attempt, successful_attempt
from core.wire.response import ScrapingAttempt

PATH = "https://h.test/a.js"


@pytest.mark.parametrize(
    "failure, reason, details",
    [
        pytest.param(Failure(FailureKind.SCRAPING_DISABLED), "disabled", None, id="disabled"),
        pytest.param(Failure(FailureKind.NOT_FOUND), "not_found", None, id="not-found"),
        pytest.param(
            Failure(FailureKind.PERMISSION_DENIED, "401 Unauthorized"),
            "permission_denied",
            "401 Unauthorized",
            id="permission-denied",
        ),
        pytest.param(
            Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable"),
            "download_error",
            "503 Service Unavailable",
            id="download-error",
        ),
        pytest.param(Failure(FailureKind.TIMEOUT, "10s"), "timeout", "Timeout after 10s", id="timeout"),
        pytest.param(
            Failure(FailureKind.MALFORMED, "Maximum file size exceeded"),
            "other",
            "Maximum file size exceeded",
            id="malformed",
        ),
        pytest.param(Failure(FailureKind.MALFORMED), "other", None, id="malformed-without-a-text"),
        pytest.param(Failure(FailureKind.INTERNAL, "it's us"), "other", None, id="our-own-errors-stay-with-us"),
    ],
)
def test_failed_attempt(failure: Failure, reason: str, details: str | None) -> None:
    assert failed_attempt(PATH, failure) == ScrapingAttempt(url=PATH, status="failure", reason=reason, details=details)


def test_every_kind_of_failure_has_a_reason() -> None:
    for kind in FailureKind:
        assert failed_attempt(PATH, Failure(kind)).reason


def test_other_attempts() -> None:
    assert attempt_not_made(PATH) == ScrapingAttempt(url=PATH, status="not_attempted")
    assert successful_attempt(PATH) == ScrapingAttempt(url=PATH, status="success")
    assert refused_attempt(PATH, "") == ScrapingAttempt(url=PATH, status="failure", reason="invalid_host")
    assert refused_attempt(PATH, "no") == ScrapingAttempt(
        url=PATH, status="failure", reason="invalid_host", details="no"
    )
