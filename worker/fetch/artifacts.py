"""Downloading individual artifacts."""

from __future__ import annotations

from core.files.artifact_lookup import ListedFile
from core.settings import Settings
from core.wire.request import Source
from worker.caches.stored_file import Draft
from worker.fetch.download import Downloader
from worker.fetch.limits import artifact_limit
from worker.fetch.source import file_fetch


async def download_artifact(
    downloader: Downloader, listed: ListedFile, source: Source, scope: str, settings: Settings
) -> Draft:
    """Return an artifact, whatever it is.  Raises FetchFailed."""
    return await downloader.download(file_fetch(listed.url, source, scope, artifact_limit(settings), settings))
