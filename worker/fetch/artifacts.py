"""Downloading individual artifacts."""

from __future__ import annotations

from core.errors import FetchFailed
from core.files import Failure
from core.lookup import ListedFile
from core.settings import Settings
from core.texts import Text, read_text
from core.wire.request import Source
from core.wrapped_contents import unwrap
from worker.fetch.client import Client
from worker.fetch.limits import ARTIFACT_MAX_BYTES, download_limit
from worker.fetch.source import file_fetch
from worker.threads import Threads


async def download_artifact(
    client: Client, threads: Threads, listed: ListedFile, source: Source, settings: Settings
) -> Text | Failure:
    """Return the text of an artifact, or why it can't be had."""
    max_bytes = download_limit(ARTIFACT_MAX_BYTES, settings.max_download_size)
    try:
        content = await client.get(file_fetch(listed.url, source, max_bytes))
        return await threads.run(lambda: _read_wrapped_text(content, max_bytes))
    except FetchFailed as error:
        return error.failure


def _read_wrapped_text(content: bytes, max_bytes: int) -> Text | Failure:
    return read_text(unwrap(content, max_bytes))
