"""Scraping: the files that one request gets from the web, as far as its policy allows."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from core.errors import FetchFailed
from core.failures import Failure
from core.files.file_keys import File, FileEntry, FileKey, ResolvedWith, ScrapedFile
from core.files.text_files import Text, is_html_instead, scraped_file
from core.web.scraping_policy import ScrapeTarget, ScrapingPolicy, ScrapingRefusal, permitted_url
from core.web.urls import with_fragment
from core.wire.request import SymbolicateRequest
from core.wire.response import ScrapingAttempt, failed_attempt, refused_attempt, successful_attempt
from worker.caches.keys import Key, Namespace, scraped_key
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import Draft
from worker.caches.worker_metrics import Limit, WorkerMetrics
from worker.fetch.client import Fetch
from worker.fetch.deny_list import DenyList
from worker.fetch.download import Downloader
from worker.requests.prefetch import NoStart, RequestTexts, Started


@dataclass(frozen=True, slots=True)
class WebAccess:
    """Access of a process to the web: what downloads, which hosts are left alone, and the operator's rules.

    A file counts as fresh for ``refresh_s``, and may have ``max_bytes``.  ``keeps_redirects_in_origins`` says whether
    redirects have to stay within the origins that a request allows.
    """

    downloader: Downloader
    deny_list: DenyList
    metrics: WorkerMetrics
    refresh_s: int
    max_bytes: int
    ports: frozenset[int]
    allow_reserved: bool
    keeps_redirects_in_origins: bool


@dataclass(frozen=True, slots=True)
class Scraped:
    """Outcome of scraping one file; ``attempt`` is None where the response doesn't mention it."""

    entry: FileEntry
    attempt: ScrapingAttempt | None


def scraping_policy(request: SymbolicateRequest, web: WebAccess) -> ScrapingPolicy:
    """Return what ``request`` allows, and the operator."""
    allowed_origins = tuple(request.scraping.allowed_origins)
    return ScrapingPolicy(
        enabled=request.scraping_enabled,
        allowed_origins=allowed_origins,
        headers=tuple(request.scraping.headers.items()),
        verify_ssl=request.scraping.verify_ssl,
        allow_reserved=web.allow_reserved,
        redirects_within=tuple(sorted(allowed_origins)) if web.keeps_redirects_in_origins else None,
    )


class RequestScraping:
    """Owner of scraping for one request: judges a URL, gets its text from cache or web, and says what came of it."""

    def __init__(self, web: WebAccess, texts: RequestTexts, namespace: Namespace, request: SymbolicateRequest) -> None:
        self._web = web
        self._texts = texts
        self._namespace = namespace
        self._policy = scraping_policy(request, web)
        self._started_s = int(time.time())

    async def scrape(self, key: FileKey) -> Scraped:
        """Return what came of getting a file from the web."""
        url = permitted_url(key.abs_path, self._policy)
        if isinstance(url, ScrapingRefusal):
            return _refused(key.abs_path, url)
        assert key.abs_path is not None
        target = ScrapeTarget.at(url, self._started_s, self._web.refresh_s)
        text = await self._text(target)
        origin = ScrapedFile(target.uri)
        if isinstance(text, Failure):
            return Scraped(FileEntry(origin, text, ResolvedWith.SCRAPING), failed_attempt(key.abs_path, text))
        entry = FileEntry(origin, scraped_file(text, key.abs_path), ResolvedWith.SCRAPING)
        return Scraped(entry, successful_attempt(key.abs_path))

    def start(self, key: FileKey) -> Started:
        """Begin to fetch a file, and return what will come of it, unless it may not be fetched."""
        url = permitted_url(key.abs_path, self._policy)
        if isinstance(url, ScrapingRefusal):
            return NoStart.NEEDLESS
        assert key.abs_path is not None
        target = ScrapeTarget.at(url, self._started_s, self._web.refresh_s)
        text = self._texts.start(self._key(target), lambda: self._download(target))
        if text is None:
            return NoStart.NEEDLESS
        return asyncio.create_task(_file_of(text, key.abs_path))

    async def _text(self, target: ScrapeTarget) -> Text | Failure:
        self._note_number(target)
        text = await self._texts.get(self._key(target), lambda: self._download(target))
        if isinstance(text, Failure):
            if text.excess:
                self._web.metrics.limit_hit(Limit.SCRAPED_FILE, target.shown, text.excess)
        elif is_html_instead(target.url.href, text.content):
            self._web.metrics.html_page(target.shown)
        return text

    def _note_number(self, target: ScrapeTarget) -> None:
        uses = watching()
        if uses is not None:
            ends_at = target.number + self._web.refresh_s
            uses.note_condition(lambda: int(time.time()) < ends_at)

    def _key(self, target: ScrapeTarget) -> Key:
        """Return the key of a file: the outcome depends on its URL, and on these parts of the policy."""
        return scraped_key(
            self._namespace,
            with_fragment(target.url, str(target.number)),
            dict(self._policy.headers),
            verify_ssl=self._policy.verify_ssl,
            allow_reserved=self._policy.allow_reserved,
            redirects_within=self._policy.redirects_within,
        )

    async def _download(self, target: ScrapeTarget) -> Draft:
        """Fetch a file, unless its host is left alone.  Raises FetchFailed."""
        scope = self._namespace.scope
        await self._web.deny_list.check(target.url, scope)
        try:
            return await self._web.downloader.download(self._fetch(target))
        except FetchFailed as error:
            await self._web.deny_list.note(error, scope)
            raise

    def _fetch(self, target: ScrapeTarget) -> Fetch:
        policy = self._policy
        return Fetch(
            url=target.url,
            scope=self._namespace.scope,
            max_bytes=self._web.max_bytes,
            ports=self._web.ports,
            headers=policy.headers,
            may_follow=policy.may_follow,
            verify_ssl=policy.verify_ssl,
            allow_reserved=policy.allow_reserved,
            allow_reserved_elsewhere=policy.allow_reserved,
        )


def _refused(abs_path: str | None, refusal: ScrapingRefusal) -> Scraped:
    entry = FileEntry(None, refusal.failure, ResolvedWith.UNKNOWN)
    if abs_path is None or not refusal.is_mentioned:
        return Scraped(entry, None)
    if refusal.details is None:
        return Scraped(entry, failed_attempt(abs_path, refusal.failure))
    return Scraped(entry, refused_attempt(abs_path, refusal.details))


async def _file_of(text: asyncio.Task[Text | Failure], abs_path: str) -> File | Failure:
    outcome = await asyncio.shield(text)
    return outcome if isinstance(outcome, Failure) else scraped_file(outcome, abs_path)
