"""The files that one request gets from the web."""

from __future__ import annotations

import asyncio
import time

from core.errors import FetchFailed
from core.failures import Failure
from core.files.file_keys import File, FileKey
from core.files.text_files import Text, is_html_instead, scraped_file
from core.web.urls import cache_busting_number, with_fragment
from core.wire.request import SymbolicateRequest
from worker.caches.keys import Key, Namespace, scraped_key
from worker.caches.replayable_reads import watching
from worker.caches.stored_file import Draft
from worker.caches.worker_metrics import Limit
from worker.fetch.scraping import (
    Refusal,
    Scraped,
    ScrapeTarget,
    download_scraped,
    permitted_url,
    scrape,
    scraping_policy,
)
from worker.requests.prefetch import NoStart, RequestTexts, Started
from worker.requests.resources import Resources


class RequestScraping:
    """Fetches files, as far as the request allows."""

    def __init__(
        self, resources: Resources, texts: RequestTexts, namespace: Namespace, request: SymbolicateRequest
    ) -> None:
        self._resources = resources
        self._texts = texts
        self._namespace = namespace
        self._policy = scraping_policy(request, resources.settings)
        self._started_s = int(time.time())

    async def scrape(self, key: FileKey) -> Scraped:
        """Return what came of getting a file from the web."""
        refresh_s = self._resources.settings.scrape_refresh_s
        return await scrape(key.abs_path, self._policy, self._text, self._started_s, refresh_s)

    def start(self, key: FileKey) -> Started:
        """Begin to fetch a file, and return what will come of it, unless it may not be fetched."""
        url = permitted_url(key.abs_path, self._policy)
        if isinstance(url, Refusal) or key.abs_path is None:
            return NoStart.NEEDLESS
        number = cache_busting_number(url, self._started_s, self._resources.settings.scrape_refresh_s)
        target = ScrapeTarget(url, number)
        text = self._texts.start(self._key(target), lambda: self._download(target))
        if text is None:
            return NoStart.NEEDLESS
        return asyncio.create_task(_file_of(text, key.abs_path))

    async def _text(self, target: ScrapeTarget) -> Text:
        self._note_number(target)
        text = await self._texts.get(self._key(target), lambda: self._download(target))
        metrics = self._resources.metrics
        if isinstance(text, Failure):
            if text.excess:
                metrics.limit_hit(Limit.SCRAPED_FILE, _name(target), text.excess)
            raise FetchFailed(text)
        if is_html_instead(target.url.href, text.content):
            metrics.html_page(_name(target))
        return text

    def _note_number(self, target: ScrapeTarget) -> None:
        uses = watching()
        if uses is not None:
            ends_at = target.number + self._resources.settings.scrape_refresh_s
            uses.note_condition(lambda: int(time.time()) < ends_at)

    def _key(self, target: ScrapeTarget) -> Key:
        return scraped_key(
            self._namespace,
            with_fragment(target.url, str(target.number)),
            dict(self._policy.headers),
            verify_ssl=self._policy.verify_ssl,
            allow_reserved=self._policy.allow_reserved,
            redirects_within=self._policy.redirects_within,
        )

    async def _download(self, target: ScrapeTarget) -> Draft:
        resources = self._resources
        scope = self._namespace.scope
        await resources.deny_list.check(target.url, scope)
        try:
            return await download_scraped(resources.downloader, target.url, self._policy, scope, resources.settings)
        except FetchFailed as error:
            await resources.deny_list.note(error, scope)
            raise


def _name(target: ScrapeTarget) -> str:
    """Return what a file is called in the log, where neither user nor query of its URL belong."""
    port = "" if target.url.port is None else f":{target.url.port}"
    return f"{target.url.scheme}://{target.url.host}{port}{target.url.path}"


async def _file_of(text: asyncio.Task[Text | Failure], abs_path: str) -> File | Failure:
    outcome = await asyncio.shield(text)
    return outcome if isinstance(outcome, Failure) else scraped_file(outcome, abs_path)
