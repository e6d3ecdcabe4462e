"""Metrics: all counters and histograms, whose names get ``unmangle_`` in front.

``docs/metrics.md`` says the same for operators.  The values of labels are ours, never a client's: whatever a client may
choose is mapped to a few words first.
"""

from __future__ import annotations

from core.observing.counts import Counter, Histogram, Metric

_DURATIONS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
_FEW = (0, 1, 2, 3, 5, 10, 20, 50, 100)
_MANY = (0, 1, 2, 5, 10, 20, 50, 100, 250, 1000, 10_000)
_PLATFORMS = ("frame_platform", "event_platform")
_FOUND = ("type", "had_debugid")

TASK = "symbolicate_js"
"""The only value of the label ``task``."""

REQUEST_DURATION = Histogram(
    "requests_duration_seconds", "How long HTTP requests took but health checks, waiting included", _DURATIONS_S
)
RESPONSES = Counter("responses_status_code", "HTTP answers but health checks", ("status",))
ACCEPTED = Counter("requests_accepted", "Jobs accepted", ("task",))
REJECTED = Counter("requests_rejected", "Submissions refused for capacity")
RESPONSE_IDLING = Histogram(
    "requests_response_idling_seconds", "How long a finished result waited for its reader", _DURATIONS_S
)
REQUEST_ID_UNKNOWN = Counter("symbolication_request_id_unknown", "Polls for an id nobody knows")
HTTP_REFUSALS = Counter("http_limits_hit", "Requests that were refused while they came, by the limit", ("limit",))
HEALTHCHECKS = Counter("healthcheck", "Health checks")
STARTS = Counter("server_starting", "Starts of API processes")

PROCESSED = Counter("requests_processed", "Jobs finished", ("task",))
OUTCOMES = Counter("job_outcomes", "Jobs finished, by the status of their answer", ("status",))
FIRST_POLL = Histogram(
    "symbolication_create_request_first_poll_seconds", "How long jobs were queued before they ran", _DURATIONS_S
)
JOB_DURATION = Histogram("job_duration_seconds", "How long jobs ran", _DURATIONS_S)
ISOLATED = Counter("worker_isolated_jobs", "Jobs that ran in a process of their own", ("reason", "outcome"))
STACKTRACES = Histogram("symbolication_num_stacktraces", "Stack traces of a request", _FEW)
FRAMES = Histogram("symbolication_num_frames", "Frames of a request that ended without an error", _MANY, _PLATFORMS)
UNSYMBOLICATED = Histogram(
    "symbolication_unsymbolicated_frames", "Frames of a request that ended with an error", _MANY, _PLATFORMS
)
FRAME_ERRORS = Counter("frame_errors", "Errors in answers, each once per request", ("type",))
SCRAPING_FAILURES = Counter("scraping_failures", "Scraping attempts that failed", ("reason",))

NEEDED_FILES = Histogram("js_needed_files", "Files that a request needed", _FEW)
API_REQUESTS = Histogram("js_api_requests", "Questions of a request to the lookup API, cached ones included", _FEW)
QUERIED_BUNDLES = Histogram("js_queried_bundles", "Bundles that the lookup API named to a request", _FEW)
FETCHED_BUNDLES = Histogram("js_fetched_bundles", "Different ones of them", _FEW)
QUERIED_ARTIFACTS = Histogram("js_queried_artifacts", "Artifacts that the lookup API named to a request", _FEW)
FETCHED_ARTIFACTS = Histogram("js_fetched_artifacts", "Files of a request that were individual artifacts", _FEW)
SCRAPED_FILES = Histogram("js_scraped_files", "Files that a request looked for on the web", _FEW)
MISSING_SOURCESCONTENT = Histogram(
    "js_missing_sourcescontent", "Original files of a request that their source maps don't hold", _FEW
)
FOUND_BY_DEBUG_ID = Counter("js_found_via_bundle_debugid", "Files found in bundles by debug id", _FOUND)
FOUND_BY_URL = Counter("js_found_via_bundle_url", "Files found in bundles by URL", ("type", "lookup", "had_debugid"))
FOUND_BY_SCRAPING = Counter("js_found_via_scraping", "Files found on the web", _FOUND)
NOT_FOUND = Counter("js_file_not_found", "Files found nowhere", _FOUND)
SOURCEMAP_NOT_NEEDED = Counter("js_sourcemap_not_needed", "Minified files that name no source map")
BUNDLE_LOOKUP = Counter("js_bundle_lookup", "Bundles by how the lookup API found them", ("method",))
MEMBER_HIT = Counter("js_file_in_bundle_hit", "Files of bundles that were in memory")
MEMBER_MISS = Counter("js_file_in_bundle_miss", "Files of bundles that had to be unpacked")

CACHE_ERRORS = Counter("worker_cache_errors", "Errors of the disk that the cache is on", ("operation",))
PARKED = Counter("worker_jobs_parked", "Jobs that had to wait until fewer others waited for files")
BREAKERS = Counter("worker_source_breakers", "Sources that don't answer, and what they weren't asked", ("event",))
FILES = Counter("worker_files", "Files wanted, by where they came from", ("kind", "origin"))
LIMITS_HIT = Counter("worker_limits_hit", "What was refused because it is too large", ("limit",))
HTML_PAGES = Counter("worker_html_pages", "HTML pages that came in the place of scripts and source maps")
CONVERSION = Histogram("worker_conversion_seconds", "How long source maps took to read", _DURATIONS_S, ("size",))
BIG_MAPS = Counter("worker_big_maps", "Big source maps by what came of reading them", ("outcome",))

STORE_REQUESTS = Counter("store_requests", "Requests to the object store of artifacts", ("op", "result"))
STORE_UPLOADS = Counter("store_uploads", "Uploads by what came of them", ("result",))
STORE_UPLOAD_BYTES = Counter("store_upload_bytes", "Bytes of the bundles that were taken")
STORE_CHUNKS = Counter("store_chunks", "Chunks of uploads that were stored")
STORE_SWEPT = Counter("store_swept", "Uploads and chunks that a sweep of the store has deleted", ("what",))
STORE_ASSEMBLE = Histogram("store_assemble_seconds", "How long uploads took to be checked and indexed", _DURATIONS_S)
STORE_LOOKUPS = Counter("store_lookups", "Lookups in the artifact store that weren't remembered", ("by", "found"))

METRICS: tuple[Metric, ...] = tuple(
    metric for metric in list(globals().values()) if isinstance(metric, (Counter, Histogram))
)


def platform_label(platform: str | None) -> str:
    """Return what stands for a client's platform in a label."""
    if platform is None:
        return "none"
    return platform if platform in ("javascript", "node", "none") else "other"


def size_label(size_bytes: int) -> str:
    """Return the size class of a source map."""
    for bound, label in ((1 << 16, "under 64 KiB"), (1 << 20, "under 1 MiB"), (10 << 20, "under 10 MiB")):
        if size_bytes < bound:
            return label
    return "10 MiB and more"
