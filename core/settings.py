"""Settings, read once from the environment when a process starts, and passed down by hand."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar

import platformdirs

from core.errors import InvalidRedisUrl, InvalidSetting
from core.queue.redis_address import redis_address
from core.text.durations import parse_duration
from core.text.slugs import org_name

T = TypeVar("T")

_INTEGER = re.compile(r"[0-9]{1,30}")
_SIZE = re.compile(r"(?P<number>[0-9]{1,30}(?:\.[0-9]{1,9})?) ?(?P<unit>[A-Za-z]*)")
_UNITS = {
    "": 1,
    "b": 1,
    **{f"{prefix}b": 1000**power for power, prefix in enumerate("kmgt", start=1)},
    **{f"{prefix}i{byte}": 1024**power for power, prefix in enumerate("kmgt", start=1) for byte in ("", "b")},
}
"""The units of sizes, in lower case.  ``m`` alone is none of them: what it stands for differs from tool to tool."""
_CELL = re.compile(r"[0-9a-fA-F]{2}")
_NAME = re.compile(r"[0-9A-Za-z_.-]{1,253}(@[0-9A-Za-z_.-]{1,253})?")  # goes into names of queues and channels
_PROXY = re.compile(r"https?://[^\s/?#]+/?")
_ORIGIN = re.compile(r"https?://[0-9A-Za-z.:\[\]_-]+")
_SECRET = re.compile(r"[!-~]{32,1000}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_PREFIX = "UNMANGLE_"
_LARGEST = 2**63 - 1
_LONGEST_S = 100 * 365 * 86_400  # Redis and sockets count in milliseconds, and overflow


@dataclass(frozen=True, slots=True)
class Form:
    """Form of a variable's text: in words, and as a function that returns None for any other text."""

    expected: str
    read: Callable[[str], Any]
    unit: str = ""


def _read_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _read_size(text: str) -> int | None:
    match = _SIZE.fullmatch(text)
    unit = _UNITS.get(match["unit"].lower()) if match else None
    return round(Decimal(match["number"]) * unit) if match and unit else None


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _read_ports(text: str) -> tuple[int, ...] | None:
    items = _read_list(text)
    if not all(_INTEGER.fullmatch(item) and 0 < int(item) < 65_536 for item in items):
        return None
    return tuple(int(item) for item in items)


def _read_redis_url(text: str) -> str:
    redis_address(text)
    return text


def _read_proxy(text: str) -> str | None:
    return text if _PROXY.fullmatch(text) else None


def _read_object(text: str) -> str | None:
    try:
        return text if isinstance(json.loads(text), dict) else None
    except ValueError:
        return None


def _read_name(text: str) -> str | None:
    return text if _NAME.fullmatch(text) else None


def _one_of(*choices: str) -> Form:
    return Form(f"one of {', '.join(choices)}", lambda text: text if text in choices else None)


TEXT = Form("a text", str)
DIRECTORY = Form("a directory", Path)
FILE = Form("a file", Path)
NAME = Form("letters, digits, '.', '-' and '_', and perhaps @ and a host", _read_name)
INTEGER = Form("a whole number", _read_integer)
SIZE = Form("a size such as 10485760, 512MiB or 10GB", _read_size, unit=" bytes")
BOOLEAN = Form("true, false, 1 or 0", _BOOLEANS.get)
LIST = Form("a list, separated by commas", _read_list)
PORTS = Form("port numbers, separated by commas", _read_ports)
DURATION = Form("a duration such as 300, 300s, 5m, 24h or 7d", parse_duration, unit=" seconds")
REDIS_URL = Form("a URL of Redis", _read_redis_url)
PROXY = Form("a URL such as http://user:password@host:port", _read_proxy)
CELL = Form("two hex digits, such as 03", lambda text: text.lower() if _CELL.fullmatch(text) else None)
ORIGIN = Form("an origin such as https://unmangle.example", lambda text: text if _ORIGIN.fullmatch(text) else None)
LONG_SECRET = Form("32 characters or more", lambda text: text if _SECRET.fullmatch(text) else None)
ORG = Form("letters, digits, '-' and '_', a letter or digit first, 64 at most", org_name)
OBJECT = Form("an object of JSON", _read_object)
LOG_LEVEL = _one_of("off", "error", "warn", "info", "debug", "trace")
SCRAPING_REDIRECTS = _one_of("any", "allowed")
WORKER_QUEUES = _one_of("all", "ordinary", "large", "uploads")
PAGE = _one_of("on", "off")
SERVE = _one_of("all", "symbolication", "uploads")
WORKER_CONSUMER = _one_of("native", "stock")
LOG_FORMAT = _one_of("auto", "pretty", "simplified", "json")


@dataclass(frozen=True, slots=True)
class Setting:
    """Variable that a field of ``Settings`` is read from, and its bounds.

    The bounds are of numbers, and of durations in seconds.  An ``optional`` setting may be ``none``: no limit.  The
    text of a ``secret`` one is kept out of messages.
    """

    variable: str
    form: Form
    minimum: int = 0
    maximum: int = _LARGEST
    optional: bool = False
    secret: bool = False

    def read(self, text: str) -> Any:
        """Return the value that ``text`` stands for.  Raises InvalidSetting if it stands for none."""
        if self.optional and text == "none":
            return None
        try:
            value = self.form.read(text)
        except InvalidRedisUrl as error:
            raise InvalidSetting(self.variable, str(error)) from None
        if value is None:
            raise self._refusal(text, f"{self.form.expected} or none" if self.optional else self.form.expected)
        if isinstance(value, int) and not self.minimum <= value <= self.maximum:
            raise self._refusal(text, f"a value from {self.minimum} to {self.maximum}{self.form.unit}")
        return value

    def _refusal(self, text: str, expected: str) -> InvalidSetting:
        got = "" if self.secret else f", got {text!r}"
        return InvalidSetting(self.variable, f"expected {expected}{got}")


def usable_cores() -> int:
    """Return how many CPU cores this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _setting(
    default: T, variable: str, form: Form, *, minimum: int = 0, maximum: int = _LARGEST, optional: bool = False
) -> T:
    """Declare a field: its default, and what it is read from."""
    setting = Setting(variable, form, minimum=minimum, maximum=maximum, optional=optional)
    return field(default=default, metadata={"setting": setting})


def _duration(default_s: int, variable: str, *, minimum: int = 0) -> int:
    return _setting(default_s, variable, DURATION, minimum=minimum, maximum=_LONGEST_S)


def _optional_duration(default_s: int | None, variable: str) -> int | None:
    return _setting(default_s, variable, DURATION, maximum=_LONGEST_S, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings with their defaults.  ``docs/configuration.md`` says what each one means.

    ``None`` stands for "no limit" where that is allowed.
    """

    redis_url: str = field(  # may hold a password
        default="redis://localhost:6379/0",
        repr=False,
        metadata={"setting": Setting("REDIS_URL", REDIS_URL, secret=True)},
    )
    port: int = _setting(3021, "PORT", INTEGER, maximum=65_535)
    host: str = _setting("0.0.0.0", "UNMANGLE_HOST", TEXT)  # noqa: S104  (a service listens; this narrows it)
    cell: str | None = _setting(None, "UNMANGLE_CELL", CELL, optional=True)
    keep_alive_s: int = _duration(75, "UNMANGLE_KEEP_ALIVE", minimum=1)
    api_shutdown_grace_s: int = _duration(10, "UNMANGLE_API_SHUTDOWN_GRACE")
    access_log: bool = _setting(False, "UNMANGLE_ACCESS_LOG", BOOLEAN)
    log_level: str = _setting("info", "UNMANGLE_LOG_LEVEL", LOG_LEVEL)
    log_format: str = _setting("auto", "UNMANGLE_LOG_FORMAT", LOG_FORMAT)
    worker_concurrency: int = field(
        default_factory=usable_cores,
        metadata={"setting": Setting("UNMANGLE_WORKER_CONCURRENCY", INTEGER, minimum=1)},
    )
    worker_max_jobs: int = _setting(100, "UNMANGLE_WORKER_MAX_JOBS", INTEGER, minimum=1)
    worker_max_waiting: int = _setting(1000, "UNMANGLE_WORKER_MAX_WAITING", INTEGER, minimum=1)
    worker_queues: str = _setting("all", "UNMANGLE_WORKER_QUEUES", WORKER_QUEUES)
    worker_consumer: str = _setting("native", "UNMANGLE_WORKER_CONSUMER", WORKER_CONSUMER)
    worker_name: str | None = field(
        default=None, metadata={"setting": Setting("UNMANGLE_WORKER_NAME", NAME, optional=True)}
    )
    worker_heartbeat_file: Path | None = field(
        default=None, metadata={"setting": Setting("UNMANGLE_WORKER_HEARTBEAT_FILE", FILE, optional=True)}
    )
    worker_shutdown_grace_s: int = _duration(4, "UNMANGLE_WORKER_SHUTDOWN_GRACE")
    worker_stuck_after_s: int = _duration(30, "UNMANGLE_WORKER_STUCK_AFTER", minimum=1)

    symbolicate_body_max_bytes: int = _setting(57_671_680, "UNMANGLE_SYMBOLICATE_BODY_MAX_BYTES", SIZE, minimum=1)
    bodies_max_bytes: int = _setting(268_435_456, "UNMANGLE_BODIES_MAX_BYTES", SIZE)
    request_body_timeout_s: int = _duration(60, "UNMANGLE_REQUEST_BODY_TIMEOUT", minimum=1)
    request_head_timeout_s: int = _duration(10, "UNMANGLE_REQUEST_HEAD_TIMEOUT", minimum=1)
    request_head_max_bytes: int = _setting(65_536, "UNMANGLE_REQUEST_HEAD_MAX_BYTES", SIZE, minimum=1024)
    request_max_headers: int = _setting(100, "UNMANGLE_REQUEST_MAX_HEADERS", INTEGER, minimum=1)
    large_body_bytes: int = _setting(262_144, "UNMANGLE_LARGE_BODY_BYTES", SIZE)
    max_concurrent_requests: int | None = _setting(5000, "UNMANGLE_MAX_CONCURRENT_REQUESTS", INTEGER, optional=True)
    overload_retry_after_s: int = _duration(5, "UNMANGLE_OVERLOAD_RETRY_AFTER")
    share_requests: bool = _setting(True, "UNMANGLE_SHARE_REQUESTS", BOOLEAN)
    answer_reuse_s: int = _setting(
        10, "UNMANGLE_ANSWER_REUSE", DURATION, maximum=25
    )  # less than unclaimed answers live
    request_timeout_s: int = _duration(900, "UNMANGLE_REQUEST_TIMEOUT", minimum=1)
    max_answer_size: int = _setting(67_108_864, "UNMANGLE_MAX_ANSWER_SIZE", SIZE, minimum=1 << 10)
    scopes: bool = _setting(False, "UNMANGLE_SCOPES", BOOLEAN)
    result_ttl_s: int = _duration(3600, "UNMANGLE_RESULT_TTL", minimum=1)
    pending_retry_after_s: int = _duration(30, "UNMANGLE_PENDING_RETRY_AFTER")

    connect_timeout_s: int = _duration(5, "UNMANGLE_CONNECT_TIMEOUT", minimum=1)
    head_timeout_s: int = _duration(10, "UNMANGLE_HEAD_TIMEOUT", minimum=1)
    max_download_timeout_s: int = _duration(300, "UNMANGLE_MAX_DOWNLOAD_TIMEOUT", minimum=1)
    lookup_timeout_s: int = _duration(30, "UNMANGLE_LOOKUP_TIMEOUT", minimum=1)
    download_tries: int = _setting(3, "UNMANGLE_DOWNLOAD_TRIES", INTEGER, minimum=1)
    max_download_size: int | None = _setting(
        16_106_127_360, "UNMANGLE_MAX_DOWNLOAD_SIZE", SIZE, minimum=1, optional=True
    )
    max_bundle_file_size: int | None = _setting(
        1_073_741_824, "UNMANGLE_MAX_BUNDLE_FILE_SIZE", SIZE, minimum=1, optional=True
    )
    max_bundle_size: int = _setting(2_147_483_648, "UNMANGLE_MAX_BUNDLE_SIZE", SIZE, minimum=1)
    max_artifact_size: int = _setting(1_073_741_824, "UNMANGLE_MAX_ARTIFACT_SIZE", SIZE, minimum=1)
    max_scraped_file_size: int = _setting(268_435_456, "UNMANGLE_MAX_SCRAPED_FILE_SIZE", SIZE, minimum=1)
    max_manifest_size: int = _setting(67_108_864, "UNMANGLE_MAX_MANIFEST_SIZE", SIZE, minimum=1)
    max_bundle_files: int = _setting(100_000, "UNMANGLE_MAX_BUNDLE_MEMBERS", INTEGER, minimum=1)
    max_bundle_bytes_per_request: int = _setting(4_294_967_296, "UNMANGLE_MAX_BUNDLE_BYTES_PER_REQUEST", SIZE)
    max_lookup_answer_size: int = _setting(16_777_216, "UNMANGLE_MAX_LOOKUP_ANSWER_SIZE", SIZE, minimum=2)
    max_lookup_entries: int = _setting(1_000, "UNMANGLE_MAX_LOOKUP_ENTRIES", INTEGER)
    proxy: str | None = field(  # may hold a password
        default=None,
        repr=False,
        metadata={"setting": Setting("UNMANGLE_PROXY", PROXY, optional=True, secret=True)},
    )
    no_proxy: tuple[str, ...] = _setting((), "UNMANGLE_NO_PROXY", LIST)
    source_slots: int = _setting(64, "UNMANGLE_SOURCE_SLOTS", INTEGER, minimum=1)
    source_breaker_failures: int = _setting(8, "UNMANGLE_SOURCE_BREAKER_FAILURES", INTEGER, minimum=1)
    source_breaker_rest_s: int = _duration(5, "UNMANGLE_SOURCE_BREAKER_REST", minimum=1)
    source_origins: tuple[str, ...] = _setting((), "UNMANGLE_SOURCE_ORIGINS", LIST)
    source_files_on_reserved_ips: bool = _setting(True, "UNMANGLE_SOURCE_FILES_ON_RESERVED_IPS", BOOLEAN)
    scraping_redirects: str = _setting("any", "UNMANGLE_SCRAPING_REDIRECTS", SCRAPING_REDIRECTS)
    scraping_ports: tuple[int, ...] = _setting((), "UNMANGLE_SCRAPING_PORTS", PORTS)
    big_map_bytes: int = _setting(10_485_760, "UNMANGLE_BIG_MAP_BYTES", SIZE)
    big_maps_at_once: int = _setting(2, "UNMANGLE_BIG_MAPS_AT_ONCE", INTEGER, minimum=1)
    big_map_memory: int = _setting(2_147_483_648, "UNMANGLE_BIG_MAP_MEMORY", SIZE, minimum=1 << 26)
    big_map_timeout_s: int = _duration(120, "UNMANGLE_BIG_MAP_TIMEOUT", minimum=1)
    connect_to_reserved_ips: bool = _setting(False, "UNMANGLE_CONNECT_TO_RESERVED_IPS", BOOLEAN)

    deny_list_enabled: bool = _setting(True, "UNMANGLE_DENY_LIST_ENABLED", BOOLEAN)
    deny_list_window_s: int = _duration(60, "UNMANGLE_DENY_LIST_TIME_WINDOW", minimum=1)
    deny_list_bucket_s: int = _duration(5, "UNMANGLE_DENY_LIST_BUCKET_SIZE", minimum=1)
    deny_list_threshold: int = _setting(60, "UNMANGLE_DENY_LIST_THRESHOLD", INTEGER, minimum=1)
    deny_list_scopes: int = _setting(3, "UNMANGLE_DENY_LIST_SCOPES", INTEGER, minimum=1)
    deny_list_block_time_s: int = _duration(3600, "UNMANGLE_DENY_LIST_BLOCK_TIME", minimum=1)
    deny_list_never_block_hosts: tuple[str, ...] = _setting((), "UNMANGLE_DENY_LIST_NEVER_BLOCK_HOSTS", LIST)

    cache_downloaded_max_unused_for_s: int | None = _optional_duration(
        86_400, "UNMANGLE_CACHE_DOWNLOADED_MAX_UNUSED_FOR"
    )
    cache_downloaded_retry_misses_after_s: int | None = _optional_duration(
        3600, "UNMANGLE_CACHE_DOWNLOADED_RETRY_MISSES_AFTER"
    )
    cache_global_retry_misses_after_s: int | None = _optional_duration(
        86_400, "UNMANGLE_CACHE_GLOBAL_RETRY_MISSES_AFTER"
    )
    cache_downloaded_retry_malformed_after_s: int | None = _optional_duration(
        86_400, "UNMANGLE_CACHE_DOWNLOADED_RETRY_MALFORMED_AFTER"
    )
    cache_derived_max_unused_for_s: int | None = _optional_duration(604_800, "UNMANGLE_CACHE_DERIVED_MAX_UNUSED_FOR")
    cache_derived_retry_misses_after_s: int | None = _optional_duration(
        3600, "UNMANGLE_CACHE_DERIVED_RETRY_MISSES_AFTER"
    )
    cache_derived_retry_malformed_after_s: int | None = _optional_duration(
        86_400, "UNMANGLE_CACHE_DERIVED_RETRY_MALFORMED_AFTER"
    )
    lookup_cache_ttl_s: int = _duration(3600, "UNMANGLE_LOOKUP_CACHE_TTL")
    lookup_cache_capacity: int = _setting(100_000, "UNMANGLE_LOOKUP_CACHE_CAPACITY", INTEGER)
    file_in_bundle_cache_bytes: int = _setting(268_435_456, "UNMANGLE_FILE_IN_BUNDLE_CACHE_BYTES", SIZE)
    file_in_bundle_cache_idle_s: int = _duration(3600, "UNMANGLE_FILE_IN_BUNDLE_CACHE_IDLE")
    cache_dir: Path | None = field(
        default_factory=lambda: platformdirs.user_cache_path("unmangle"),
        metadata={"setting": Setting("UNMANGLE_CACHE_DIR", DIRECTORY, optional=True)},
    )
    shared_cache_url: str | None = field(  # may hold a password
        default=None,
        repr=False,
        metadata={"setting": Setting("UNMANGLE_SHARED_CACHE_URL", TEXT, optional=True, secret=True)},
    )
    memory_cache_bytes: int = _setting(134_217_728, "UNMANGLE_MEMORY_CACHE_BYTES", SIZE)
    cache_max_bytes: int = _setting(10_737_418_240, "UNMANGLE_CACHE_MAX_BYTES", SIZE, minimum=1)
    cache_cleanup_enabled: bool = _setting(True, "UNMANGLE_CACHE_CLEANUP_ENABLED", BOOLEAN)
    cache_cleanup_interval_s: int = _duration(900, "UNMANGLE_CACHE_CLEANUP_INTERVAL", minimum=1)
    scrape_refresh_s: int = _duration(3600, "UNMANGLE_SCRAPE_REFRESH", minimum=1)

    store_url: str | None = field(  # may hold a password
        default=None,
        repr=False,
        metadata={"setting": Setting("UNMANGLE_STORE_URL", TEXT, optional=True, secret=True)},
    )
    store_admin_token: str | None = field(
        default=None,
        repr=False,
        metadata={"setting": Setting("UNMANGLE_STORE_ADMIN_TOKEN", LONG_SECRET, optional=True, secret=True)},
    )
    store_org: str = _setting("default", "UNMANGLE_STORE_ORG", ORG)
    store_open_reads: bool = _setting(True, "UNMANGLE_STORE_OPEN_READS", BOOLEAN)
    store_lookup_ttl_s: int = _duration(60, "UNMANGLE_STORE_LOOKUP_TTL")
    store_miss_ttl_s: int = _duration(5, "UNMANGLE_STORE_MISS_TTL")
    store_strict: bool = _setting(False, "UNMANGLE_STORE_STRICT", BOOLEAN)
    store_max_upload: int = _setting(2_147_483_648, "UNMANGLE_STORE_MAX_UPLOAD", SIZE, minimum=1)
    store_max_files: int = _setting(50_000, "UNMANGLE_STORE_MAX_FILES", INTEGER, minimum=1)
    store_retention_s: int | None = _optional_duration(90 * 86_400, "UNMANGLE_STORE_RETENTION")
    store_sweep_interval_s: int | None = _optional_duration(6 * 3600, "UNMANGLE_STORE_SWEEP_INTERVAL")
    store_max_bytes: int | None = _setting(None, "UNMANGLE_STORE_MAX_BYTES", SIZE, optional=True)
    store_check_bytes: int = _setting(1_073_741_824, "UNMANGLE_STORE_CHECK_BYTES", SIZE)
    store_patience_s: int = _duration(20, "UNMANGLE_STORE_PATIENCE")
    token: str | None = field(
        default=None, repr=False, metadata={"setting": Setting("UNMANGLE_TOKEN", TEXT, optional=True, secret=True)}
    )
    sentry_auth_token: str | None = field(
        default=None, repr=False, metadata={"setting": Setting("SENTRY_AUTH_TOKEN", TEXT, optional=True, secret=True)}
    )
    public_url: str | None = _setting(None, "UNMANGLE_PUBLIC_URL", ORIGIN, optional=True)
    trust_forwarded: bool = _setting(False, "UNMANGLE_TRUST_FORWARDED", BOOLEAN)
    page: str = _setting("on", "UNMANGLE_PAGE", PAGE)
    trace_defaults: str | None = field(  # may hold a token
        default=None,
        repr=False,
        metadata={"setting": Setting("UNMANGLE_TRACE_DEFAULTS", OBJECT, optional=True, secret=True)},
    )
    serve: str = _setting("all", "UNMANGLE_SERVE", SERVE)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; a variable that is unset or empty means its default.

        Raises InvalidSetting, which names the variable, at the first bad value.
        """
        values = {
            name: setting.read(environ[setting.variable])
            for name, setting in SETTINGS.items()
            if environ.get(setting.variable)
        }
        return cls(**values)

    def environ(self) -> dict[str, str]:
        """Return the variables that stand for these settings, for a process that is to have the same ones."""
        return {setting.variable: _text(getattr(self, name)) for name, setting in SETTINGS.items()}


def _text(value: Any) -> str:
    """Return how a value is written in the environment."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return for each variable that looks like a setting and is none what is to be said about it."""
    known = [variable for setting in SETTINGS.values() if (variable := setting.variable).startswith(_PREFIX)]
    names = sorted(name for name in environ if name.startswith(_PREFIX) and name not in known)
    return {name: _unknown(name, known) for name in names}


def _unknown(name: str, known: list[str]) -> str:
    endings = [variable.removeprefix(_PREFIX) for variable in known]  # the beginning makes all of them look alike
    nearest = difflib.get_close_matches(name.removeprefix(_PREFIX), endings, n=1)
    return f"{name} is no setting: {f'did you mean {_PREFIX}{nearest[0]}?' if nearest else 'it has no effect'}"


SETTINGS: Mapping[str, Setting] = {f.name: f.metadata["setting"] for f in fields(Settings)}
"""Every setting by the name of its field, in the order of the fields."""
