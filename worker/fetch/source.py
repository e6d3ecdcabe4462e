"""Requests to the ``source`` of a job, and for what it lists.

It belongs to whoever runs us, and is often on a private network: reserved addresses are fine, here and wherever it
keeps its files.  Certificates are always verified.
"""

from __future__ import annotations

from core.lookup import may_see_credentials
from core.urls import Url, parse_url
from core.wire.request import Source
from worker.fetch.client import IDENTITY, Fetch
from worker.fetch.headers import Headers
from worker.fetch.limits import LOOKUP_ANSWER_MAX_BYTES
from worker.fetch.statuses import lookup_status_failure


def lookup_fetch(url: Url, source: Source, timeout_s: float) -> Fetch:
    """Return the request for ``url``, a query to the lookup API of ``source``."""
    return Fetch(
        url=url,
        max_bytes=LOOKUP_ANSWER_MAX_BYTES,
        headers=_credentials(source),
        accept_encoding=IDENTITY,
        allow_reserved=True,
        allow_reserved_elsewhere=True,
        total_s=timeout_s,
        status_failure=lookup_status_failure,
    )


def file_fetch(url: Url, source: Source, max_bytes: int) -> Fetch:
    """Return the request for a file that ``source`` has listed."""
    source_url = parse_url(source.url)
    trusted = source_url is not None and may_see_credentials(url, source_url)
    return Fetch(
        url=url,
        max_bytes=max_bytes,
        headers=_credentials(source) if trusted else (),
        allow_reserved=True,
        allow_reserved_elsewhere=True,
    )


def _credentials(source: Source) -> Headers:
    if isinstance(source.token, str):
        return (("Authorization", f"Bearer {source.token}"),)
    return (("Cookie", source.cookies),) if isinstance(source.cookies, str) else ()
