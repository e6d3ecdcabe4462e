"""Files from the web: what may be fetched, and what came of it.

Fetching itself is handed in, so that a cache and the list of blocked hosts can stand before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.errors import FetchFailed
from core.failures import INVALID_HOST, Failure, FailureKind
from core.files.file_keys import FileEntry, ResolvedWith, ScrapedFile
from core.files.text_files import Text, scraped_file
from core.settings import Settings
from core.web.origins import is_allowed_origin
from core.web.urls import Url, cache_busting_number, parse_url, scraped_uri
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt, failed_attempt, refused_attempt, successful_attempt
from worker.caches.stored_file import Draft
from worker.fetch.client import Fetch
from worker.fetch.download import Downloader, scraped_file_limit
from worker.fetch.headers import Headers

_RESTRICTED_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapingPolicy:
    """What one request may fetch from the web, and how."""

    enabled: bool = True
    allowed_origins: tuple[str, ...] = ("*",)
    headers: Headers = field(default=(), repr=False)
    verify_ssl: bool = True
    allow_reserved: bool = False
    redirects_within: tuple[str, ...] | None = None
    """The patterns of origins that redirects may lead to, in order; None: anywhere."""


@dataclass(frozen=True, slots=True)
class ScrapeTarget:
    """A URL that may be fetched.  ``number`` is that of ``core.web.urls``: another one, another file."""

    url: Url
    number: int

    @property
    def uri(self) -> str:
        """The name of the file in the response."""
        return scraped_uri(self.url, self.number)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not even tried.  ``attempt`` is None where the response doesn't mention it."""

    failure: Failure
    attempt: ScrapingAttempt | None = None


@dataclass(frozen=True, slots=True)
class Scraped:
    """What came of scraping one file."""

    entry: FileEntry
    attempt: ScrapingAttempt | None


Download = Callable[[ScrapeTarget], Awaitable[Text]]
"""Gets the text of a file, now or from a cache.  Raises FetchFailed."""


def scraping_policy(request: SymbolicateRequest, settings: Settings) -> ScrapingPolicy:
    """Return what ``request`` allows."""
    allowed_origins = tuple(request.scraping.allowed_origins)
    return ScrapingPolicy(
        enabled=request.scraping_enabled,
        allowed_origins=allowed_origins,
        headers=tuple(request.scraping.headers.items()),
        verify_ssl=request.scraping.verify_ssl,
        allow_reserved=settings.connect_to_reserved_ips,
        redirects_within=tuple(sorted(allowed_origins)) if settings.scraping_redirects == "allowed" else None,
    )


async def scrape(
    abs_path: str | None, policy: ScrapingPolicy, download: Download, now_s: int, refresh_s: int
) -> Scraped:
    """Get the file at ``abs_path`` from the web, if the policy lets us.

    ``now_s`` is the Unix time, ``refresh_s`` how long a file counts as fresh.
    """
    allowed = permitted_url(abs_path, policy)
    if isinstance(allowed, Refusal):
        return Scraped(FileEntry(None, allowed.failure, ResolvedWith.UNKNOWN), allowed.attempt)
    assert abs_path is not None
    target = ScrapeTarget(allowed, cache_busting_number(allowed, now_s, refresh_s))
    return await _scrape_target(abs_path, target, download)


def permitted_url(abs_path: str | None, policy: ScrapingPolicy) -> Url | Refusal:
    """Return the URL that ``abs_path`` stands for, or why it may not be fetched.

    The order counts: what is not a URL is never mentioned in the response, whatever the policy says.
    """
    if abs_path is None:
        return Refusal(Failure(FailureKind.NOT_FOUND))
    url = parse_url(abs_path)
    if url is None:
        return Refusal(Failure(FailureKind.DOWNLOAD_ERROR, f"`{abs_path}` is not an absolute URL"))
    if not policy.enabled:
        disabled = Failure(FailureKind.SCRAPING_DISABLED)
        return Refusal(disabled, failed_attempt(abs_path, disabled))
    return _permitted_by_rules(abs_path, url, policy)


async def download_scraped(
    downloader: Downloader, url: Url, policy: ScrapingPolicy, scope: str, settings: Settings
) -> Draft:
    """Fetch the file at ``url``.  Raises FetchFailed.

    The outcome depends on the URL, and of the policy on ``headers``, ``verify_ssl``, ``allow_reserved`` and
    ``redirects_within``.
    """
    within = policy.redirects_within
    return await downloader.download(
        Fetch(
            url=url,
            scope=scope,
            max_bytes=scraped_file_limit(settings),
            ports=frozenset(settings.scraping_ports),
            headers=policy.headers,
            may_follow=None if within is None else lambda target: is_allowed_origin(target, within),
            verify_ssl=policy.verify_ssl,
            allow_reserved=policy.allow_reserved,
            allow_reserved_elsewhere=policy.allow_reserved,
        )
    )


def _permitted_by_rules(abs_path: str, url: Url, policy: ScrapingPolicy) -> Url | Refusal:
    if not url.is_web:
        return _refused(abs_path, f"`{url.scheme}` is not an allowed download scheme")
    if not is_allowed_origin(url, policy.allowed_origins):
        return _refused(abs_path, f"{abs_path} is not an allowed download origin")
    if not url.host:
        return _invalid_host(abs_path, "")
    if url.host in _RESTRICTED_HOSTS and not policy.allow_reserved:
        return _invalid_host(abs_path, f"Can't connect to restricted host {url.host}")
    return url


def _refused(abs_path: str, details: str) -> Refusal:
    return Refusal(Failure(FailureKind.DOWNLOAD_ERROR, details), refused_attempt(abs_path, details))


def _invalid_host(abs_path: str, details: str) -> Refusal:
    return Refusal(INVALID_HOST, refused_attempt(abs_path, details))


async def _scrape_target(abs_path: str, target: ScrapeTarget, download: Download) -> Scraped:
    origin = ScrapedFile(target.uri)
    try:
        text = await download(target)
    except FetchFailed as error:
        entry = FileEntry(origin, error.failure, ResolvedWith.SCRAPING)
        return Scraped(entry, failed_attempt(abs_path, error.failure))
    entry = FileEntry(origin, scraped_file(text, abs_path), ResolvedWith.SCRAPING)
    return Scraped(entry, successful_attempt(abs_path))
