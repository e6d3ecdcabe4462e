"""Requests to the ``source`` of a job, and for what it lists.

It belongs to whoever runs us, and is often on a private network: reserved addresses are fine, here and, unless the
operator says otherwise, wherever it keeps its files.  Certificates are always verified.
"""

from __future__ import annotations

from core.files.artifact_lookup import may_see_credentials
from core.settings import Settings
from core.web.urls import Url, parse_url
from core.wire.request import Source
from worker.fetch.client import IDENTITY, Fetch
from worker.fetch.headers import Headers
from worker.fetch.statuses import lookup_status_failure


def lookup_fetch(url: Url, source: Source, scope: str, settings: Settings) -> Fetch:
    """Return the request for ``url``, a query to the lookup API of ``source``."""
    return Fetch(
        url=url,
        scope=scope,
        max_bytes=settings.max_lookup_answer_size,
        headers=_credentials(source),
        headers_below=parse_url(source.url),
        accept_encoding=IDENTITY,
        allow_reserved=True,
        allow_reserved_elsewhere=settings.source_files_on_reserved_ips,
        total_s=settings.lookup_timeout_s,
        status_failure=lookup_status_failure,
    )


def file_fetch(url: Url, source: Source, scope: str, max_bytes: int, settings: Settings) -> Fetch:
    """Return the request for a file that ``source`` has listed."""
    source_url = parse_url(source.url)
    trusted = source_url is not None and may_see_credentials(url, source_url)
    is_at_home = source_url is not None and url.origin == source_url.origin
    return Fetch(
        url=url,
        scope=scope,
        max_bytes=max_bytes,
        headers=_credentials(source) if trusted else (),
        headers_below=source_url,
        allow_reserved=is_at_home or settings.source_files_on_reserved_ips,
        allow_reserved_elsewhere=settings.source_files_on_reserved_ips,
    )


def is_allowed_source(url: Url, settings: Settings) -> bool:
    """Return whether the operator lets us ask the lookup API at ``url``."""
    allowed = [parse_url(origin) for origin in settings.source_origins]
    return not allowed or any(origin is not None and origin.origin == url.origin for origin in allowed)


def _credentials(source: Source) -> Headers:
    if isinstance(source.token, str):
        return (("Authorization", f"Bearer {source.token}"),)
    return (("Cookie", source.cookies),) if isinstance(source.cookies, str) else ()
