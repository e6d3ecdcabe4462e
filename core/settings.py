"""Every setting, read once from the environment when a process starts, and passed down by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from core.errors import InvalidSetting

_UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LOG_LEVELS = ("off", "error", "warn", "info", "debug", "trace")
_LOG_FORMATS = ("auto", "pretty", "simplified", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, with the defaults.  ``docs/configuration.md`` says what each one means.

    ``None`` stands for "no limit" where that is allowed.
    """

    redis_url: str = "redis://localhost:6379/0"
    port: int = 3021
    host: str = "0.0.0.0"  # noqa: S104  (a service listens; UNMANGLE_HOST narrows it)
    log_level: str = "info"
    log_format: str = "auto"
    worker_concurrency: int = 1
    worker_max_jobs: int = 100

    symbolicate_body_max_bytes: int = 57_671_680
    max_concurrent_requests: int | None = 5000
    overload_retry_after_s: int = 5
    request_timeout_s: int = 900
    result_ttl_s: int = 3600
    pending_retry_after_s: int = 30

    connect_timeout_s: int = 5
    head_timeout_s: int = 10
    max_download_timeout_s: int = 300
    lookup_timeout_s: int = 30
    download_tries: int = 3
    max_download_size: int | None = 16_106_127_360
    max_bundle_file_size: int | None = 1_073_741_824
    connect_to_reserved_ips: bool = False

    cache_downloaded_max_unused_for_s: int | None = 86_400
    cache_downloaded_retry_misses_after_s: int | None = 3600
    cache_downloaded_retry_malformed_after_s: int | None = 86_400
    cache_derived_max_unused_for_s: int | None = 604_800
    lookup_cache_ttl_s: int = 3600
    lookup_cache_capacity: int = 100_000
    file_in_bundle_cache_bytes: int = 268_435_456
    file_in_bundle_cache_idle_s: int = 3600
    scrape_refresh_s: int = 3600

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings.  Raises InvalidSetting, which names the variable, at the first bad value."""
        raise NotImplementedError
