"""Downloading artifact bundles."""

from __future__ import annotations

from core.bundle import Bundle
from core.errors import FetchFailed, MalformedBundle
from core.files import Failure, FailureKind
from core.lookup import ListedBundle
from core.settings import Settings
from core.wire.request import Source
from core.wrapped_contents import unwrap
from worker.fetch.client import Client
from worker.fetch.limits import BUNDLE_MAX_BYTES, download_limit
from worker.fetch.source import file_fetch
from worker.threads import Threads


async def download_bundle(
    client: Client, threads: Threads, listed: ListedBundle, source: Source, settings: Settings
) -> Bundle | Failure:
    """Return an open bundle, or why it can't be had."""
    max_bytes = download_limit(BUNDLE_MAX_BYTES, settings.max_download_size)
    try:
        content = await client.get(file_fetch(listed.url, source, max_bytes))
        return await threads.run(lambda: _open(content, max_bytes))
    except FetchFailed as error:
        return error.failure
    except MalformedBundle as error:
        return Failure(FailureKind.MALFORMED, str(error))


def _open(content: bytes, max_bytes: int) -> Bundle:
    return Bundle.open(unwrap(content, max_bytes))
