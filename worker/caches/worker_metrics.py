"""Metrics of the files of a worker: their origins, the limits that they hit, source maps that were read."""

from __future__ import annotations

import logging
from enum import StrEnum

from core.failures import Excess
from core.observing import metrics
from core.observing.counts import Counts
from worker.caches.replayable_reads import watching

_log = logging.getLogger(__name__)


class Limit(StrEnum):
    """Limit that a file or an answer is over; the values are those of the metric's label."""

    ANSWER = "answer"
    BUNDLE = "bundle"
    MEMBER = "member"
    REQUEST = "bytes of a request"
    ARTIFACT = "artifact"
    SCRAPED_FILE = "scraped file"
    LOOKUP_ANSWER = "lookup answer"
    LOOKUP_ENTRIES = "lookup entries"
    LOOKUP_URL = "lookup url"


class WorkerMetrics:
    """Counts into the numbers of this process."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts

    def limit_hit(self, limit: Limit, file: str, excess: Excess) -> None:
        """Count and log that ``file`` is over a limit."""
        _be_told_again()
        self.counts.inc(metrics.LIMITS_HIT.field(limit.value))
        _log.warning("%.300s: over the limit (%s): %d of %d", file, limit.value, excess.size, excess.limit)

    def html_page(self, url: str) -> None:
        """Count and log that a page came in the place of a file."""
        _be_told_again()
        self.counts.inc(metrics.HTML_PAGES.field())
        _log.warning("%.300s: an HTML page came in its place", url)

    def file(self, kind: str, origin: str) -> None:
        """Count a file of a kind that came from memory, the disk, the shared cache or elsewhere."""
        self.counts.inc(metrics.FILES.field(kind, origin))

    def member(self, *, in_memory: bool) -> None:
        """Count a small file of a bundle."""
        self.counts.inc((metrics.MEMBER_HIT if in_memory else metrics.MEMBER_MISS).field())

    def conversion(self, size_bytes: int, duration_s: float) -> None:
        """Count a source map that was read."""
        self.counts.observe(metrics.CONVERSION, duration_s, metrics.size_label(size_bytes))

    def big_map(self, outcome: str) -> None:
        """Count a big source map: ``read``, ``malformed``, ``given up`` for want of memory or time, or ``died``."""
        self.counts.inc(metrics.BIG_MAPS.field(outcome))


def _be_told_again() -> None:
    """See to it that what led here is done again for the next request: each of them counts."""
    uses = watching()
    if uses is not None:
        uses.note_other()
