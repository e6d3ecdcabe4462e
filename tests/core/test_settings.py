from __future__ import annotations

from typing import Any

import platformdirs
import pytest

from core.errors import InvalidSetting
from core.settings import SETTINGS, Settings, unknown_variables, usable_cores

DEFAULTS = {
    "REDIS_URL": "redis://localhost:6379/0",
    "PORT": 3021,
    "UNMANGLE_HOST": "0.0.0.0",
    "UNMANGLE_CELL": None,
    "UNMANGLE_KEEP_ALIVE": 75,
    "UNMANGLE_API_SHUTDOWN_GRACE": 10,
    "UNMANGLE_ACCESS_LOG": False,
    "UNMANGLE_LOG_LEVEL": "info",
    "UNMANGLE_LOG_FORMAT": "auto",
    "UNMANGLE_WORKER_CONCURRENCY": usable_cores(),
    "UNMANGLE_WORKER_MAX_JOBS": 100,
    "UNMANGLE_WORKER_QUEUES": "all",
    "UNMANGLE_WORKER_CONSUMER": "native",
    "UNMANGLE_WORKER_NAME": None,
    "UNMANGLE_WORKER_HEARTBEAT_FILE": None,
    "UNMANGLE_WORKER_SHUTDOWN_GRACE": 4,
    "UNMANGLE_WORKER_STUCK_AFTER": 30,
    "UNMANGLE_SYMBOLICATE_BODY_MAX_BYTES": 57_671_680,
    "UNMANGLE_LARGE_BODY_BYTES": 262_144,
    "UNMANGLE_MAX_CONCURRENT_REQUESTS": 5000,
    "UNMANGLE_OVERLOAD_RETRY_AFTER": 5,
    "UNMANGLE_SHARE_REQUESTS": True,
    "UNMANGLE_ANSWER_REUSE": 10,
    "UNMANGLE_REQUEST_TIMEOUT": 900,
    "UNMANGLE_MAX_ANSWER_SIZE": 67_108_864,
    "UNMANGLE_RESULT_TTL": 3600,
    "UNMANGLE_PENDING_RETRY_AFTER": 30,
    "UNMANGLE_CONNECT_TIMEOUT": 5,
    "UNMANGLE_HEAD_TIMEOUT": 10,
    "UNMANGLE_MAX_DOWNLOAD_TIMEOUT": 300,
    "UNMANGLE_LOOKUP_TIMEOUT": 30,
    "UNMANGLE_DOWNLOAD_TRIES": 3,
    "UNMANGLE_MAX_DOWNLOAD_SIZE": 16_106_127_360,
    "UNMANGLE_MAX_BUNDLE_FILE_SIZE": 1_073_741_824,
    "UNMANGLE_MAX_BUNDLE_SIZE": 2_147_483_648,
    "UNMANGLE_MAX_ARTIFACT_SIZE": 1_073_741_824,
    "UNMANGLE_MAX_SCRAPED_FILE_SIZE": 268_435_456,
    "UNMANGLE_MAX_MANIFEST_SIZE": 67_108_864,
    "UNMANGLE_MAX_BUNDLE_MEMBERS": 100_000,
    "UNMANGLE_MAX_BUNDLE_BYTES_PER_REQUEST": 4_294_967_296,
    "UNMANGLE_MAX_LOOKUP_ANSWER_SIZE": 16_777_216,
    "UNMANGLE_MAX_LOOKUP_ENTRIES": 1_000,
    "UNMANGLE_SOURCE_ORIGINS": (),
    "UNMANGLE_SOURCE_FILES_ON_RESERVED_IPS": True,
    "UNMANGLE_SCRAPING_PORTS": (),
    "UNMANGLE_BIG_MAP_BYTES": 10_485_760,
    "UNMANGLE_BIG_MAPS_AT_ONCE": 2,
    "UNMANGLE_BIG_MAP_MEMORY": 2_147_483_648,
    "UNMANGLE_BIG_MAP_TIMEOUT": 120,
    "UNMANGLE_CONNECT_TO_RESERVED_IPS": False,
    "UNMANGLE_DENY_LIST_ENABLED": True,
    "UNMANGLE_DENY_LIST_TIME_WINDOW": 60,
    "UNMANGLE_DENY_LIST_BUCKET_SIZE": 5,
    "UNMANGLE_DENY_LIST_THRESHOLD": 60,
    "UNMANGLE_DENY_LIST_SCOPES": 3,
    "UNMANGLE_WORKER_MAX_WAITING": 1000,
    "UNMANGLE_SOURCE_SLOTS": 64,
    "UNMANGLE_PROXY": None,
    "UNMANGLE_NO_PROXY": (),
    "UNMANGLE_SOURCE_BREAKER_FAILURES": 8,
    "UNMANGLE_SOURCE_BREAKER_REST": 5,
    "UNMANGLE_BODIES_MAX_BYTES": 268_435_456,
    "UNMANGLE_REQUEST_BODY_TIMEOUT": 60,
    "UNMANGLE_REQUEST_HEAD_TIMEOUT": 10,
    "UNMANGLE_REQUEST_HEAD_MAX_BYTES": 65_536,
    "UNMANGLE_REQUEST_MAX_HEADERS": 100,
    "UNMANGLE_SCRAPING_REDIRECTS": "any",
    "UNMANGLE_DENY_LIST_BLOCK_TIME": 3600,
    "UNMANGLE_DENY_LIST_NEVER_BLOCK_HOSTS": (),
    "UNMANGLE_CACHE_DOWNLOADED_MAX_UNUSED_FOR": 86_400,
    "UNMANGLE_CACHE_DOWNLOADED_RETRY_MISSES_AFTER": 3600,
    "UNMANGLE_CACHE_GLOBAL_RETRY_MISSES_AFTER": 86_400,
    "UNMANGLE_CACHE_DOWNLOADED_RETRY_MALFORMED_AFTER": 86_400,
    "UNMANGLE_CACHE_DERIVED_MAX_UNUSED_FOR": 604_800,
    "UNMANGLE_CACHE_DERIVED_RETRY_MISSES_AFTER": 3600,
    "UNMANGLE_CACHE_DERIVED_RETRY_MALFORMED_AFTER": 86_400,
    "UNMANGLE_LOOKUP_CACHE_TTL": 3600,
    "UNMANGLE_LOOKUP_CACHE_CAPACITY": 100_000,
    "UNMANGLE_FILE_IN_BUNDLE_CACHE_BYTES": 268_435_456,
    "UNMANGLE_FILE_IN_BUNDLE_CACHE_IDLE": 3600,
    "UNMANGLE_SHARED_CACHE_URL": None,
    "UNMANGLE_MEMORY_CACHE_BYTES": 134_217_728,
    "UNMANGLE_CACHE_MAX_BYTES": 10_737_418_240,
    "UNMANGLE_CACHE_CLEANUP_ENABLED": True,
    "UNMANGLE_CACHE_CLEANUP_INTERVAL": 900,
    "UNMANGLE_SCRAPE_REFRESH": 3600,
    "UNMANGLE_SCOPES": False,
    "UNMANGLE_STORE_URL": None,
    "UNMANGLE_STORE_ADMIN_TOKEN": None,
    "UNMANGLE_STORE_ORG": "default",
    "UNMANGLE_STORE_OPEN_READS": True,
    "UNMANGLE_STORE_LOOKUP_TTL": 60,
    "UNMANGLE_STORE_MISS_TTL": 5,
    "UNMANGLE_STORE_STRICT": False,
    "UNMANGLE_STORE_MAX_UPLOAD": 2_147_483_648,
    "UNMANGLE_STORE_MAX_FILES": 50_000,
    "UNMANGLE_STORE_RETENTION": 90 * 86_400,
    "UNMANGLE_STORE_SWEEP_INTERVAL": 6 * 3600,
    "UNMANGLE_STORE_MAX_BYTES": None,
    "UNMANGLE_STORE_CHECK_BYTES": 1_073_741_824,
    "UNMANGLE_STORE_PATIENCE": 20,
    "UNMANGLE_TOKEN": None,
    "SENTRY_AUTH_TOKEN": None,
    "UNMANGLE_PUBLIC_URL": None,
    "UNMANGLE_TRUST_FORWARDED": False,
    "UNMANGLE_PAGE": "on",
    "UNMANGLE_TRACE_DEFAULTS": None,
    "UNMANGLE_SERVE": "all",
}


def values_by_variable(settings: Settings) -> dict[str, Any]:
    return {setting.variable: getattr(settings, name) for name, setting in SETTINGS.items()}


def read(variable: str, text: str) -> Any:
    return values_by_variable(Settings.from_environ({variable: text}))[variable]


def test_an_empty_environment_means_the_defaults() -> None:
    cache_dir = {"UNMANGLE_CACHE_DIR": platformdirs.user_cache_path("unmangle")}
    assert values_by_variable(Settings.from_environ({})) == DEFAULTS | cache_dir
    assert Settings.from_environ({}) == Settings()


@pytest.mark.parametrize("variable", DEFAULTS)
def test_an_empty_variable_means_its_default(variable: str) -> None:
    assert read(variable, "") == DEFAULTS[variable]


def test_every_field_can_be_set() -> None:
    assert set(SETTINGS) == set(Settings.__slots__)


def test_no_two_fields_share_a_variable() -> None:
    assert len({setting.variable for setting in SETTINGS.values()}) == len(SETTINGS)


def test_other_variables_are_none_of_our_business() -> None:
    assert Settings.from_environ({"HOME": "/root", "UNMANGLE_RESULT_TTL_S": "soon"}) == Settings()


@pytest.mark.parametrize("variable, said", [
    pytest.param("UNMANGLE_RESULT_TLL", "is no setting: did you mean UNMANGLE_RESULT_TTL?", id="slip"),
    pytest.param("UNMANGLE_CACHE_MAX_SIZE", "is no setting: did you mean UNMANGLE_CACHE_MAX_BYTES?", id="another-word"),
    pytest.param("UNMANGLE_XYZ", "is no setting: it has no effect", id="like-none"),
])  # fmt: skip
def test_a_variable_that_is_no_setting_is_named_with_the_nearest_one(variable: str, said: str) -> None:
    environ = {"HOME": "/root", "UNMANGLE_HOST": "h", variable: "1"}
    assert unknown_variables(environ) == {variable: f"{variable} {said}"}


@pytest.mark.parametrize("variable, text, value", [
    pytest.param("REDIS_URL", "redis://h:1/2", "redis://h:1/2", id="redis"),
    pytest.param("REDIS_URL", "rediss://u:p@h/0", "rediss://u:p@h/0", id="redis-with-tls"),
    pytest.param("REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock", id="redis-on-a-socket"),
    pytest.param("PORT", "0", 0, id="port-zero-is-any-free-one"),
    pytest.param("PORT", "65535", 65_535, id="highest-port"),
    pytest.param("UNMANGLE_HOST", "::1", "::1", id="host"),
    pytest.param("UNMANGLE_CELL", "0A", "0a", id="cell-as-request-ids-spell-it"),
    pytest.param("UNMANGLE_CELL", "none", None, id="no-cell"),
    pytest.param("UNMANGLE_LOG_LEVEL", "trace", "trace", id="log-level"),
    pytest.param("UNMANGLE_LOG_FORMAT", "json", "json", id="log-format"),
    pytest.param("UNMANGLE_WORKER_CONCURRENCY", "7", 7, id="concurrency"),
    pytest.param("UNMANGLE_MAX_CONCURRENT_REQUESTS", "none", None, id="no-limit-of-requests"),
    pytest.param("UNMANGLE_MAX_CONCURRENT_REQUESTS", "0", 0, id="zero-requests-reject-everything"),
    pytest.param("UNMANGLE_MAX_DOWNLOAD_SIZE", "none", None, id="no-limit-of-downloads"),
    pytest.param("UNMANGLE_MAX_BUNDLE_FILE_SIZE", "none", None, id="no-limit-of-bundled-files"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "1048576", 1_048_576, id="size-in-bytes"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "10GB", 10_000_000_000, id="size-by-powers-of-1000"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "512MiB", 536_870_912, id="size-by-powers-of-1024"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "1.5 gib", 1_610_612_736, id="size-with-a-fraction-and-in-lower-case"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "2Ti", 2_199_023_255_552, id="size-as-kubernetes-writes-it"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "7kB", 7_000, id="size-in-thousands"),
    pytest.param("UNMANGLE_MAX_ANSWER_SIZE", "64MiB", 67_108_864, id="size-of-an-answer"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "true", True, id="true"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "1", True, id="1-is-true"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "false", False, id="false"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "0", False, id="0-is-false"),
    pytest.param("UNMANGLE_RESULT_TTL", "300", 300, id="duration-without-unit"),
    pytest.param("UNMANGLE_RESULT_TTL", "300s", 300, id="seconds"),
    pytest.param("UNMANGLE_RESULT_TTL", "5m", 300, id="minutes"),
    pytest.param("UNMANGLE_RESULT_TTL", "24h", 86_400, id="hours"),
    pytest.param("UNMANGLE_RESULT_TTL", "7d", 604_800, id="days"),
    pytest.param("UNMANGLE_LOOKUP_CACHE_TTL", "0", 0, id="zero-switches-the-lookup-cache-off"),
    pytest.param("UNMANGLE_CACHE_DOWNLOADED_MAX_UNUSED_FOR", "none", None, id="keep-files-for-ever"),
    pytest.param("UNMANGLE_CACHE_DOWNLOADED_RETRY_MISSES_AFTER", "none", None, id="never-retry"),
    pytest.param("UNMANGLE_CACHE_DERIVED_MAX_UNUSED_FOR", "none", None, id="keep-maps-for-ever"),
])  # fmt: skip
def test_settings_are_read_from_the_environment(variable: str, text: str, value: Any) -> None:
    assert read(variable, text) == value


@pytest.mark.parametrize("variable, text, message", [
    pytest.param("UNMANGLE_RESULT_TTL", "soon", "expected a duration such as 300, 300s, 5m, 24h or 7d, got 'soon'",
                 id="no-duration"),
    pytest.param("UNMANGLE_RESULT_TTL", "none", "expected a duration such as 300, 300s, 5m, 24h or 7d, got 'none'",
                 id="none-is-not-for-everything"),
    pytest.param("UNMANGLE_RESULT_TTL", "0", "expected a value from 1 to 3153600000 seconds, got '0'",
                 id="results-must-live-for-a-while"),
    pytest.param("UNMANGLE_RESULT_TTL", "99999999d",
                 "expected a value from 1 to 3153600000 seconds, got '99999999d'", id="centuries-overflow"),
    pytest.param("UNMANGLE_CACHE_DERIVED_MAX_UNUSED_FOR", "never",
                 "expected a duration such as 300, 300s, 5m, 24h or 7d or none, got 'never'", id="neither-nor-none"),
    pytest.param("UNMANGLE_STORE_ADMIN_TOKEN", "short", "expected 32 characters or more or none", id="short-token"),
    pytest.param("UNMANGLE_PUBLIC_URL", "https://h/p",
                 "expected an origin such as https://unmangle.example or none, got 'https://h/p'", id="with-a-path"),
    pytest.param("UNMANGLE_SCRAPE_REFRESH", "0", "expected a value from 1 to 3153600000 seconds, got '0'",
                 id="a-period-of-zero"),
    pytest.param("PORT", "65536", "expected a value from 0 to 65535, got '65536'", id="port-too-high"),
    pytest.param("PORT", "-1", "expected a whole number, got '-1'", id="negative"),
    pytest.param("PORT", " 80", "expected a whole number, got ' 80'", id="space"),
    pytest.param("PORT", "8_0", "expected a whole number, got '8_0'", id="underscore"),
    pytest.param("PORT", "80\n", "expected a whole number, got '80\\n'", id="newline"),
    pytest.param("PORT", "٣", "expected a whole number, got '٣'", id="digits-beyond-ascii"),
    pytest.param("UNMANGLE_DOWNLOAD_TRIES", "0", "expected a value from 1 to 9223372036854775807, got '0'",
                 id="no-tries"),
    pytest.param("UNMANGLE_WORKER_CONCURRENCY", "0", "expected a value from 1 to 9223372036854775807, got '0'",
                 id="no-workers"),
    pytest.param("UNMANGLE_WORKER_MAX_JOBS", "none", "expected a whole number, got 'none'", id="unbounded-jobs"),
    pytest.param("UNMANGLE_MAX_CONCURRENT_REQUESTS", "None", "expected a whole number or none, got 'None'",
                 id="none-is-lower-case"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "yes", "expected true, false, 1 or 0, got 'yes'", id="yes"),
    pytest.param("UNMANGLE_CONNECT_TO_RESERVED_IPS", "True", "expected true, false, 1 or 0, got 'True'",
                 id="booleans-are-lower-case"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "10M", "expected a size such as 10485760, 512MiB or 10GB, got '10M'",
                 id="m-means-this-here-and-that-there"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "ten", "expected a size such as 10485760, 512MiB or 10GB, got 'ten'",
                 id="size-in-words"),
    pytest.param("UNMANGLE_CACHE_MAX_BYTES", "0.2B", "expected a value from 1 to 9223372036854775807 bytes, got '0.2B'",
                 id="less-than-a-byte"),
    pytest.param("UNMANGLE_CELL", "3", "expected two hex digits, such as 03 or none, got '3'", id="cell-of-one-digit"),
    pytest.param("UNMANGLE_LOG_LEVEL", "loud",
                 "expected one of off, error, warn, info, debug, trace, got 'loud'", id="log-level"),
    pytest.param("UNMANGLE_LOG_FORMAT", "xml",
                 "expected one of auto, pretty, simplified, json, got 'xml'", id="log-format"),
    pytest.param("REDIS_URL", "http://:secret@h",
                 "expected redis://, rediss:// or unix://, or redis[s]+sentinel://hosts/service; "
                     "special characters of a password are written as %XX",
                 id="redis-and-no-password-shown"),
])  # fmt: skip
def test_a_bad_value_is_refused_by_name(variable: str, text: str, message: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_environ({variable: text})
    assert str(caught.value) == f"{variable}: {message}"


def test_the_password_of_redis_is_not_printed() -> None:
    assert "secret" not in repr(Settings(redis_url="redis://:secret@h"))


def test_settings_can_be_handed_to_another_process():
    settings = Settings(
        redis_url="redis://other/3",
        cache_dir=None,
        scraping_ports=(80, 443),
        source_origins=("https://a.test", "https://b.test"),
        max_concurrent_requests=None,
        share_requests=False,
        request_timeout_s=7,
    )
    assert Settings.from_environ(settings.environ()) == settings
    assert Settings.from_environ(Settings().environ()) == Settings()
