"""Scraping policy of a request: which file of the web may be fetched, and as what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from core.failures import INVALID_HOST, Failure, FailureKind
from core.web.origins import is_allowed_origin
from core.web.urls import Url, cache_busting_number, parse_url, scraped_uri

_RESTRICTED_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapingPolicy:
    """Permissions of one request on the web, and how its files are fetched."""

    enabled: bool = True
    allowed_origins: tuple[str, ...] = ("*",)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    verify_ssl: bool = True
    allow_reserved: bool = False
    redirects_within: tuple[str, ...] | None = None
    """The patterns of origins that redirects may lead to, in order; None: anywhere."""

    def may_follow(self, url: Url) -> bool:
        """Return whether a redirect may lead to ``url``."""
        return self.redirects_within is None or is_allowed_origin(url, self.redirects_within)


@dataclass(frozen=True, slots=True)
class ScrapeTarget:
    """A URL that may be fetched.  ``number`` is that of ``cache_busting_number``: another one, another file."""

    url: Url
    number: int

    @classmethod
    def at(cls, url: Url, now_s: int, refresh_s: int) -> Self:
        """Return the target at a Unix time, if a file counts as fresh for ``refresh_s``."""
        return cls(url, cache_busting_number(url, now_s, refresh_s))

    @property
    def uri(self) -> str:
        """The name of the file in the response."""
        return scraped_uri(self.url, self.number)

    @property
    def shown(self) -> str:
        """The name of the file in the log, where neither user nor query of its URL belong."""
        port = "" if self.url.port is None else f":{self.url.port}"
        return f"{self.url.scheme}://{self.url.host}{port}{self.url.path}"


@dataclass(frozen=True, slots=True)
class ScrapingRefusal:
    """Reason why a file is not even tried.

    ``details`` are what the response says of the refusal, None if ``failure`` says it; ``is_mentioned`` is False where
    the response doesn't mention the file.
    """

    failure: Failure
    details: str | None = None
    is_mentioned: bool = True


def permitted_url(abs_path: str | None, policy: ScrapingPolicy) -> Url | ScrapingRefusal:
    """Return the URL that ``abs_path`` stands for, or why it may not be fetched.

    The order counts: what is not a URL is never mentioned in the response, whatever the policy says.
    """
    if abs_path is None:
        return ScrapingRefusal(Failure(FailureKind.NOT_FOUND), is_mentioned=False)
    url = parse_url(abs_path)
    if url is None:
        failure = Failure(FailureKind.DOWNLOAD_ERROR, f"`{abs_path}` is not an absolute URL")
        return ScrapingRefusal(failure, is_mentioned=False)
    if not policy.enabled:
        return ScrapingRefusal(Failure(FailureKind.SCRAPING_DISABLED))
    return _permitted_by_rules(abs_path, url, policy)


def _permitted_by_rules(abs_path: str, url: Url, policy: ScrapingPolicy) -> Url | ScrapingRefusal:
    if not url.is_web:
        return _refused(f"`{url.scheme}` is not an allowed download scheme")
    if not is_allowed_origin(url, policy.allowed_origins):
        return _refused(f"{abs_path} is not an allowed download origin")
    if not url.host:
        return ScrapingRefusal(INVALID_HOST, "")
    if url.host in _RESTRICTED_HOSTS and not policy.allow_reserved:
        return ScrapingRefusal(INVALID_HOST, f"Can't connect to restricted host {url.host}")
    return url


def _refused(details: str) -> ScrapingRefusal:
    return ScrapingRefusal(Failure(FailureKind.DOWNLOAD_ERROR, details), details)
