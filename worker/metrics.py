"""What a worker counts.  No label takes values from requests."""

from __future__ import annotations

import logging
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter

from core.files import Excess
from worker.caches.uses import watching

_log = logging.getLogger(__name__)


class Limit(StrEnum):
    """What is too large, or too much."""

    BUNDLE = "bundle"
    MEMBER = "member"
    REQUEST = "bytes of a request"
    ARTIFACT = "artifact"
    SCRAPED_FILE = "scraped file"
    LOOKUP_ANSWER = "lookup answer"
    LOOKUP_ENTRIES = "lookup entries"
    LOOKUP_URL = "lookup url"


class WorkerMetrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._limits = self._counter("limits_hit", "What was refused because it is too large", "limit")
        self._html_pages = self._counter("html_pages", "HTML pages that came in the place of scripts and source maps")
        self._files = self._counter("files", "Files by where they came from", "kind", "origin")

    def limit_hit(self, limit: Limit, file: str, excess: Excess) -> None:
        """Count and log that ``file`` is over a limit."""
        _be_told_again()
        self._limits.labels(limit.value).inc()
        _log.warning("%.300s: over the limit (%s): %d of %d", file, limit.value, excess.size, excess.limit)

    def html_page(self, url: str) -> None:
        """Count and log that a page came in the place of a file."""
        _be_told_again()
        self._html_pages.inc()
        _log.warning("%.300s: the server answered with an HTML page", url)

    def file(self, kind: str, origin: str) -> None:
        """Count a file of a kind that came from memory, the disk, the shared cache or elsewhere."""
        self._files.labels(kind, origin).inc()

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"unmangle_worker_{name}", meaning, labels, registry=self.registry)


def _be_told_again() -> None:
    """See to it that what led here is done again for the next request: each of them counts."""
    uses = watching()
    if uses is not None:
        uses.note_other()
