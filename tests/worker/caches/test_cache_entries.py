import pytest

from core.failures import Failure, FailureKind
from core.settings import Settings
from worker.caches.cache_entries import Kind, Lifetime, derived_lifetime, download_lifetime, lifetime_of
from worker.fetch.response_outcomes import RESTRICTED

REFUSED = Failure(FailureKind.DOWNLOAD_ERROR, "Connection refused")
DAY, HOUR = 86_400, 3_600
A_FILE = object()


@pytest.mark.parametrize(
    "value, downloaded, derived",
    [
        pytest.param(A_FILE, Lifetime(DAY, True), Lifetime(7 * DAY, True), id="success"),
        pytest.param(Failure(FailureKind.NOT_FOUND), Lifetime(HOUR), Lifetime(HOUR), id="not-found"),
        pytest.param(Failure(FailureKind.PERMISSION_DENIED), Lifetime(HOUR), Lifetime(HOUR), id="permission-denied"),
        pytest.param(Failure(FailureKind.TIMEOUT, "5m"), Lifetime(HOUR), Lifetime(HOUR), id="timeout"),
        pytest.param(Failure(FailureKind.DOWNLOAD_ERROR, "reset"), Lifetime(HOUR), Lifetime(HOUR), id="download-error"),
        pytest.param(Failure(FailureKind.MALFORMED, "x"), Lifetime(DAY), Lifetime(DAY), id="malformed"),
        pytest.param(Failure(FailureKind.INTERNAL), Lifetime(0), Lifetime(0), id="internal-error-never"),
        pytest.param(Failure(FailureKind.SCRAPING_DISABLED), Lifetime(0), Lifetime(0), id="refusal-never"),
        pytest.param(
            Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted"),
            Lifetime(60),
            Lifetime(60),
            id="restricted",
        ),
    ],
)
def test_lifetimes_by_outcome(value, downloaded, derived):
    assert download_lifetime(Settings(), value) == downloaded
    assert derived_lifetime(Settings(), value) == derived


@pytest.mark.parametrize(
    "failure, expected",
    [
        pytest.param(None, Lifetime(DAY, True), id="success-as-elsewhere"),
        pytest.param(Failure(FailureKind.NOT_FOUND), Lifetime(DAY), id="not-found"),
        pytest.param(Failure(FailureKind.PERMISSION_DENIED, "403 Forbidden"), Lifetime(DAY), id="permission-denied"),
        pytest.param(Failure(FailureKind.TIMEOUT, "5m"), Lifetime(DAY), id="timeout"),
        pytest.param(Failure(FailureKind.DOWNLOAD_ERROR, "reset"), Lifetime(DAY), id="download-error"),
        pytest.param(Failure(FailureKind.MALFORMED, "x"), Lifetime(DAY), id="malformed-as-elsewhere"),
        pytest.param(Failure(FailureKind.INTERNAL), Lifetime(0), id="internal-error-never"),
        pytest.param(RESTRICTED, Lifetime(60), id="restricted-as-elsewhere"),
        pytest.param(REFUSED, Lifetime(10), id="refused-as-elsewhere"),
    ],
)
def test_lifetimes_on_disk_in_the_global_scope(failure, expected):
    assert lifetime_of(Settings(), Kind.GLOBAL, failure) == expected


def test_lifetimes_follow_the_settings():
    settings = Settings(
        cache_downloaded_max_unused_for_s=1,
        cache_downloaded_retry_misses_after_s=2,
        cache_downloaded_retry_malformed_after_s=None,
        cache_derived_max_unused_for_s=4,
        cache_derived_retry_misses_after_s=5,
        cache_derived_retry_malformed_after_s=6,
    )
    assert download_lifetime(settings, A_FILE) == Lifetime(1, since_last_use=True)
    assert download_lifetime(settings, Failure(FailureKind.NOT_FOUND)) == Lifetime(2)
    assert download_lifetime(settings, Failure(FailureKind.MALFORMED)) == Lifetime(None)
    assert derived_lifetime(settings, A_FILE) == Lifetime(4, since_last_use=True)
    assert derived_lifetime(settings, Failure(FailureKind.NOT_FOUND)) == Lifetime(5)
    assert derived_lifetime(settings, Failure(FailureKind.MALFORMED)) == Lifetime(6)


@pytest.mark.parametrize("misses_s, expected", [(None, 60), (3600, 60), (5, 5)])
def test_a_restricted_destination_is_remembered_for_a_minute_at_most(misses_s, expected):
    settings = Settings(cache_downloaded_retry_misses_after_s=misses_s)
    failure = Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted")
    assert download_lifetime(settings, failure) == Lifetime(expected)
