"""Downloading artifact bundles."""

from __future__ import annotations

from core.files.artifact_lookup import ListedBundle
from core.settings import Settings
from core.wire.request import Source
from worker.caches.stored_file import Draft
from worker.fetch.download import Downloader
from worker.fetch.limits import bundle_limit
from worker.fetch.source import file_fetch


async def download_bundle(
    downloader: Downloader, listed: ListedBundle, source: Source, scope: str, settings: Settings
) -> Draft:
    """Return an artifact bundle, whatever it is.  Raises FetchFailed."""
    return await downloader.download(file_fetch(listed.url, source, scope, bundle_limit(settings), settings))
