"""Outcomes of a request: which redirects are followed, and what a status means."""

import pytest

from core.failures import Failure, FailureKind
from core.web.urls import parse_url
from worker.fetch.response_outcomes import lookup_status_failure, redirect_target, status_failure

HERE = "https://h.test/a/b.js?x=1"


@pytest.mark.parametrize(
    "status, url, location, target",
    [
        pytest.param(301, HERE, "/c.js", "https://h.test/c.js", id="301"),
        pytest.param(302, HERE, "c.js", "https://h.test/a/c.js", id="302"),
        pytest.param(303, HERE, "?y", "https://h.test/a/b.js?y", id="303"),
        pytest.param(307, HERE, "//o.test/c.js", "https://o.test/c.js", id="307"),
        pytest.param(308, HERE, "http://o.test/", "http://o.test/", id="308"),
        pytest.param(302, HERE, "ftp://o.test/", "ftp://o.test/", id="other-schemes-are-not-its-business"),
        pytest.param(302, HERE, "", "https://h.test/a/b.js?x=1", id="empty-location-is-here"),
        pytest.param(300, HERE, "/c.js", None, id="300-is-not-followed"),
        pytest.param(304, HERE, "/c.js", None, id="304-is-not-followed"),
        pytest.param(200, HERE, "/c.js", None, id="200-is-not-followed"),
        pytest.param(201, HERE, "/c.js", None, id="201-is-not-followed"),
        pytest.param(302, HERE, None, None, id="no-location"),
        pytest.param(302, HERE, "https://h.test:99999/", None, id="location-is-not-a-url"),
        pytest.param(302, HERE, "/\udcff", None, id="location-is-not-text"),
        pytest.param(302, "https://dev.azure.com/a", "https://login.test/", None, id="azure-login"),
        pytest.param(301, "https://dev.azure.com/a", "/b", "https://dev.azure.com/b", id="azure-only-302"),
        pytest.param(302, "https://x.dev.azure.com/a", "/b", "https://x.dev.azure.com/b", id="azure-only-that-host"),
    ],
)
def test_redirect_target(status: int, url: str, location: str | None, target: str | None) -> None:
    here = parse_url(url)
    assert here is not None
    found = redirect_target(status, here, location)
    assert (found and found.href) == target


@pytest.mark.parametrize(
    "status, failure",
    [
        pytest.param(200, None, id="ok"),
        pytest.param(204, None, id="no-content-is-a-success"),
        pytest.param(299, None, id="every-2xx-is-a-success"),
        pytest.param(401, Failure(FailureKind.PERMISSION_DENIED, "401 Unauthorized"), id="unauthorized"),
        pytest.param(403, Failure(FailureKind.PERMISSION_DENIED, "403 Forbidden"), id="forbidden"),
        pytest.param(400, Failure(FailureKind.NOT_FOUND), id="bad-request-is-not-found"),
        pytest.param(404, Failure(FailureKind.NOT_FOUND), id="not-found"),
        pytest.param(429, Failure(FailureKind.NOT_FOUND), id="too-many-requests-is-not-found"),
        pytest.param(499, Failure(FailureKind.NOT_FOUND), id="unregistered-4xx-is-not-found"),
        pytest.param(302, Failure(FailureKind.PERMISSION_DENIED, "Potential login page detected"), id="login-page"),
        pytest.param(300, Failure(FailureKind.DOWNLOAD_ERROR, "300 Multiple Choices"), id="300"),
        pytest.param(301, Failure(FailureKind.DOWNLOAD_ERROR, "301 Moved Permanently"), id="unfollowed-301"),
        pytest.param(303, Failure(FailureKind.DOWNLOAD_ERROR, "303 See Other"), id="unfollowed-303"),
        pytest.param(304, Failure(FailureKind.DOWNLOAD_ERROR, "304 Not Modified"), id="304"),
        pytest.param(307, Failure(FailureKind.DOWNLOAD_ERROR, "307 Temporary Redirect"), id="unfollowed-307"),
        pytest.param(308, Failure(FailureKind.DOWNLOAD_ERROR, "308 Permanent Redirect"), id="unfollowed-308"),
        pytest.param(500, Failure(FailureKind.DOWNLOAD_ERROR, "500 Internal Server Error"), id="500"),
        pytest.param(503, Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable"), id="503"),
        pytest.param(599, Failure(FailureKind.DOWNLOAD_ERROR, "599 <unknown status code>"), id="unregistered-5xx"),
        pytest.param(999, Failure(FailureKind.DOWNLOAD_ERROR, "999 <unknown status code>"), id="999"),
    ],
)
def test_status_failure(status: int, failure: Failure | None) -> None:
    assert status_failure(status) == failure


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500])
def test_every_failure_of_the_lookup_api_is_a_download_error(status: int) -> None:
    failure = lookup_status_failure(status)
    assert failure is not None
    assert failure.kind is FailureKind.DOWNLOAD_ERROR
    assert failure.text.startswith(f"{status} ")


def test_every_2xx_of_the_lookup_api_is_a_success() -> None:
    assert lookup_status_failure(202) is None
