"""Journal of what is done for the files of one request: for the answer, the metrics and the explanation.

It is told events: what the lookup API was asked, which bundles were opened, what could not be read, which files were
found.  A ``Journal`` ignores what only an explanation needs, a ``RecordingJournal`` keeps it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.explain.file_records import FileRecorder, Lookup, NotAsked
from core.failures import Excess, Failure
from core.files.artifact_lookup import Listed, ListedBundle
from core.files.file_keys import BundledFile, FileEntry, FileKey, FileType, IndividualFile, ResolvedWith
from core.files.manifest import Manifest
from core.frames.mapped_frame import ResolvedModule
from core.observing import metrics
from core.observing.counts import Counts
from core.wire.response import ScrapingAttempt, attempt_not_made


@dataclass(slots=True)
class JournalEntries:
    """Entries of a journal about some files: ``attempts`` at the web, in the order of the lookups, and counts."""

    attempts: list[ScrapingAttempt] = field(default_factory=list)
    needed_files: int = 0
    api_requests: int = 0
    queried_bundles: int = 0
    bundle_ids: set[str] = field(default_factory=set)
    queried_artifacts: int = 0
    fetched_artifacts: int = 0
    scraped_files: int = 0
    missing_sourcescontent: int = 0
    found: list[str] = field(default_factory=list)

    def listed(self, answer: Sequence[Listed]) -> None:
        """Count what the lookup API named."""
        self.api_requests += 1
        for each in answer:
            if isinstance(each, ListedBundle):
                self.queried_bundles += 1
                self.bundle_ids.add(each.id)
                self.found.append(metrics.BUNDLE_LOOKUP.field(_method(each.resolved_with)))
            else:
                self.queried_artifacts += 1

    def got(self, key: FileKey, entry: FileEntry) -> None:
        """Count a file that was looked for, and what came of it."""
        self.needed_files += 1
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

    def add(self, other: JournalEntries) -> None:
        """Add what another one says."""
        self.attempts += other.attempts
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


class Journal:
    """Journal of the files of one request, which are looked for one after another."""

    is_recording = False
    """Whether everything is noted that an explanation needs: then nothing may be left out that was done before."""

    def __init__(self) -> None:
        self.entries = JournalEntries()

    @contextlib.contextmanager
    def excerpt(self) -> Iterator[JournalEntries]:
        """Yield the entries that are made while the block runs."""
        whole, self.entries = self.entries, JournalEntries()
        try:
            yield self.entries
        finally:
            whole.add(self.entries)
            self.entries = whole

    def asked(self, lookup: Lookup | NotAsked) -> None:
        """Note what the lookup API was asked about the file, or why it was not asked."""
        if lookup is not NotAsked.NOTHING_TO_ASK_BY:
            self.entries.listed(lookup.used if isinstance(lookup, Lookup) else ())

    @property
    def wants_more(self) -> bool:
        """Whether it is of use to know what the lookup API says without the dist."""
        return False

    def asked_without_dist(self, answer: Sequence[Listed] | Failure) -> None:
        """Note what the lookup API said without the dist."""

    def opened(self, uri: str, bundle: Manifest | Failure) -> None:
        """Note a bundle that became known, by its manifest, or why it can't be had."""

    def unreadable(self, bundle_uri: str, path: str, excess: Excess | None = None) -> None:
        """Note a member of a bundle that can't be read; ``excess`` if that is for its size."""

    def needs_source(self) -> None:
        """Note that a source map doesn't embed an original source."""
        self.entries.missing_sourcescontent += 1

    def found_upload(self, key: FileKey, entry: FileEntry) -> None:
        """Note a file that was found among uploads, whether it can be had or not: the search is over."""
        if key.abs_path is not None:
            self.entries.attempts.append(attempt_not_made(key.abs_path))
        self.entries.got(key, entry)

    def considered_web(self, key: FileKey, entry: FileEntry, attempt: ScrapingAttempt | None) -> None:
        """Note what came of getting a file from the web: the search is over.

        ``attempt`` is what the response says about that, None if it says nothing.
        """
        if attempt is not None:
            self.entries.attempts.append(attempt)
            self.entries.scraped_files += attempt.reason != "disabled"
        self.entries.got(key, entry)

    def resolved(self, modules: Mapping[str, ResolvedModule]) -> None:
        """Note what was made of the files, by the paths of frames."""


class RecordingJournal(Journal):
    """Journal that also records what an explanation needs."""

    is_recording = True

    def __init__(self) -> None:
        super().__init__()
        self.recorder = FileRecorder()

    def asked(self, lookup: Lookup | NotAsked) -> None:
        """Note it for the explanation, too."""
        super().asked(lookup)
        self.recorder.asked(lookup)

    @property
    def wants_more(self) -> bool:
        """Whether the lookup API was asked about the file, and listed nothing."""
        return self.recorder.heard_nothing

    def asked_without_dist(self, answer: Sequence[Listed] | Failure) -> None:
        """Note it for the explanation."""
        self.recorder.asked_without_dist(answer)

    def opened(self, uri: str, bundle: Manifest | Failure) -> None:
        """Note it for the explanation."""
        self.recorder.opened(uri, bundle)

    def unreadable(self, bundle_uri: str, path: str, excess: Excess | None = None) -> None:
        """Note it for the explanation."""
        self.recorder.unreadable(bundle_uri, path, excess)

    def found_upload(self, key: FileKey, entry: FileEntry) -> None:
        """Note it for the explanation, too."""
        super().found_upload(key, entry)
        self.recorder.ended(key, entry)

    def considered_web(self, key: FileKey, entry: FileEntry, attempt: ScrapingAttempt | None) -> None:
        """Note it for the explanation, too."""
        super().considered_web(key, entry, attempt)
        self.recorder.ended(key, entry, attempt)

    def resolved(self, modules: Mapping[str, ResolvedModule]) -> None:
        """Note it for the explanation."""
        self.recorder.modules = modules


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
