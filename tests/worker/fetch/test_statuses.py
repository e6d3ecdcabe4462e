import pytest

from core.failures import Failure, FailureKind
from worker.fetch.statuses import lookup_status_failure, status_failure


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
