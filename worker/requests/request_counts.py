"""What one request did, counted while it runs, for the numbers of this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.failures import Failure
from core.files.artifact_lookup import Listed, ListedBundle
from core.files.file_keys import BundledFile, FileEntry, FileKey, FileType, IndividualFile, ResolvedWith
from core.observing import metrics
from core.observing.counts import Counts
from core.wire.request import SymbolicateRequest
from core.wire.response import Completed


@dataclass(slots=True)
class Tally:
    """The files of one request."""

    needed_files: int = 0
    api_requests: int = 0
    queried_bundles: int = 0
    bundle_ids: set[str] = field(default_factory=set)
    queried_artifacts: int = 0
    fetched_artifacts: int = 0
    scraped_files: int = 0
    missing_sourcescontent: int = 0
    found: list[str] = field(default_factory=list)

    def listed(self, answer: Iterable[Listed]) -> None:
        """Count what the lookup API named."""
        self.api_requests += 1
        for each in answer:
            if isinstance(each, ListedBundle):
                self.queried_bundles += 1
                self.bundle_ids.add(each.id)
                self.found.append(metrics.BUNDLE_LOOKUP.field(_method(each.resolved_with)))
            else:
                self.queried_artifacts += 1

    def got(self, key: FileKey, entry: FileEntry, *, scraped: bool) -> None:
        """Count a file that was looked for, and what came of it."""
        self.needed_files += 1
        self.scraped_files += scraped
        labels = ("sourcemap" if key.type is FileType.SOURCE_MAP else "source", _had_debug_id(key))
        if isinstance(entry.origin, IndividualFile):
            self.fetched_artifacts += 1
        elif isinstance(entry.origin, BundledFile):
            self.found.append(_found_in_bundle(entry, *labels))
        elif isinstance(entry.result, Failure):
            self.found.append(metrics.NOT_FOUND.field(*labels))
        else:
            self.found.append(metrics.FOUND_BY_SCRAPING.field(*labels))
        if key.type is FileType.MINIFIED_SOURCE and _needs_no_map(key, entry):
            self.found.append(metrics.SOURCEMAP_NOT_NEEDED.field())

    def add(self, other: Tally) -> None:
        """Count what another one has counted."""
        self.needed_files += other.needed_files
        self.api_requests += other.api_requests
        self.queried_bundles += other.queried_bundles
        self.bundle_ids |= other.bundle_ids
        self.queried_artifacts += other.queried_artifacts
        self.fetched_artifacts += other.fetched_artifacts
        self.scraped_files += other.scraped_files
        self.missing_sourcescontent += other.missing_sourcescontent
        self.found += other.found

    def count_into(self, counts: Counts) -> None:
        """Count all of it into ``counts``."""
        for histogram, value in (
            (metrics.NEEDED_FILES, self.needed_files),
            (metrics.API_REQUESTS, self.api_requests),
            (metrics.QUERIED_BUNDLES, self.queried_bundles),
            (metrics.FETCHED_BUNDLES, len(self.bundle_ids)),
            (metrics.QUERIED_ARTIFACTS, self.queried_artifacts),
            (metrics.FETCHED_ARTIFACTS, self.fetched_artifacts),
            (metrics.SCRAPED_FILES, self.scraped_files),
            (metrics.MISSING_SOURCESCONTENT, self.missing_sourcescontent),
        ):
            counts.observe(histogram, value)
        for counted in self.found:
            counts.inc(counted)


Frames = Mapping[tuple[str | None, bool], int]
"""How many frames there are of each platform that were symbolicated, and that were not."""


def count_answer(counts: Counts, request: SymbolicateRequest, completed: Completed, frames: Frames) -> None:
    """Count what a request was answered, its files aside."""
    counts.observe(metrics.STACKTRACES, len(request.stacktraces))
    for error in completed.errors:
        counts.inc(metrics.FRAME_ERRORS.field(error.type))
    for attempt in completed.scraping_attempts:
        if attempt.reason is not None:
            counts.inc(metrics.SCRAPING_FAILURES.field(attempt.reason))
    _count_frames(counts, metrics.platform_label(request.platform), frames)


def _count_frames(counts: Counts, event_platform: str, frames: Frames) -> None:
    by_label: Counter[tuple[str, bool]] = Counter()
    for (platform, is_symbolicated), number in frames.items():
        by_label[metrics.platform_label(platform), is_symbolicated] += number
    for (platform_label, is_symbolicated), number in by_label.items():
        histogram = metrics.FRAMES if is_symbolicated else metrics.UNSYMBOLICATED
        counts.observe(histogram, number, platform_label, event_platform)


def _needs_no_map(key: FileKey, entry: FileEntry) -> bool:
    """Return whether nothing says that a generated file has a source map."""
    if isinstance(entry.result, Failure):
        return False
    return entry.result.source_map is None and entry.result.debug_id is None and key.debug_id is None


def _found_in_bundle(entry: FileEntry, file_type: str, had_debug_id: str) -> str:
    if entry.resolved_with is ResolvedWith.DEBUG_ID:
        return metrics.FOUND_BY_DEBUG_ID.field(file_type, had_debug_id)
    return metrics.FOUND_BY_URL.field(file_type, _method(entry.resolved_with), had_debug_id)


def _had_debug_id(key: FileKey) -> str:
    return "false" if key.debug_id is None else "true"


def _method(resolved_with: ResolvedWith) -> str:
    return "debugid" if resolved_with is ResolvedWith.DEBUG_ID else resolved_with.value
