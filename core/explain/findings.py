"""Findings about frames: a reason from a closed set of codes, told for one case.

Cause and cure of each code are in ``docs/reasons.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.failures import Failure, FailureKind
from core.files.file_keys import BundledFile, EmbeddedFile, FileType, IndividualFile, Origin, ScrapedFile
from core.wire.shape_errors import shortened

FILE_NAMES = {
    FileType.MINIFIED_SOURCE: "minified file",
    FileType.SOURCE_MAP: "source map",
    FileType.SOURCE: "original file",
}


class Reason(StrEnum):
    """The values are on the wire: none is ever renamed."""

    # The frame is original again ...
    RESOLVED = "resolved"
    # ... but something about it is missing, or is likely to be wrong.
    NO_COLUMN = "no_column"
    SOURCE_CONTENT_MISSING = "source_content_missing"
    SOURCE_TOO_SHORT = "source_too_short"
    NAMES_MISSING = "names_missing"

    # The frame itself says too little, or is not of a file.
    NO_LINE = "no_line"
    NATIVE_FRAME = "native_frame"
    RUNTIME_INTERNAL = "runtime_internal"
    WEBASSEMBLY = "webassembly"
    BROWSER_EXTENSION = "browser_extension"
    INLINE_SCRIPT = "inline_script"
    MADE_AT_RUN_TIME = "made_at_run_time"

    # The event doesn't say which upload it belongs to.
    NOTHING_TO_LOOK_UP_BY = "nothing_to_look_up_by"
    DEBUG_ID_UNREADABLE = "debug_id_unreadable"
    DEBUG_ID_FOR_OTHER_PATH = "debug_id_for_other_path"
    DEBUG_ID_NOT_SENT = "debug_id_not_sent"

    # The lookup API.
    LOOKUP_REFUSED = "lookup_refused"
    LOOKUP_FAILED = "lookup_failed"
    SOURCE_NOT_ALLOWED = "source_not_allowed"
    SOURCE_FORBIDDEN = "source_forbidden"
    NOTHING_UPLOADED = "nothing_uploaded"
    OTHER_DIST = "other_dist"
    DEBUG_ID_NOT_UPLOADED = "debug_id_not_uploaded"

    # What was uploaded.
    BUNDLE_UNAVAILABLE = "bundle_unavailable"
    BUNDLE_UNREADABLE = "bundle_unreadable"
    ARTIFACT_UNAVAILABLE = "artifact_unavailable"
    FILE_UNREADABLE = "file_unreadable"
    FILE_TOO_LARGE = "file_too_large"
    FILE_NOT_UPLOADED = "file_not_uploaded"
    WRONG_URL_PREFIX = "wrong_url_prefix"
    WRONG_HOST = "wrong_host"
    WRONG_CASE = "wrong_case"
    WRONG_ENCODING = "wrong_encoding"
    OTHER_BUILD = "other_build"
    DEBUG_ID_OF_OTHER_TYPE = "debug_id_of_other_type"
    DUPLICATE_UPLOADS = "duplicate_uploads"

    # The web.
    SCRAPING_DISABLED = "scraping_disabled"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    RESTRICTED_ADDRESS = "restricted_address"
    NOT_ON_WEB = "not_on_web"
    WEB_REFUSED = "web_refused"
    WEB_TIMEOUT = "web_timeout"
    WEB_UNTRUSTED = "web_untrusted"
    WEB_REDIRECTS = "web_redirects"
    WEB_BLOCKED = "web_blocked"
    WEB_FAILED = "web_failed"

    # The files that were found.
    HTML_INSTEAD = "html_instead"
    NO_REFERENCE = "no_reference"
    REFERENCE_UNREADABLE = "reference_unreadable"
    MAP_UNREADABLE = "map_unreadable"
    MAP_EMPTY = "map_empty"
    MAP_OF_OTHER_BUILD = "map_of_other_build"
    OUTSIDE_FILE = "outside_file"
    NOT_MAPPED = "not_mapped"

    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason, told for this one case.

    ``cause`` is what is known, ``advice`` what to do about it, empty if all is well.  ``file`` is what it is about,
    None if that is the frame or the event.
    """

    reason: Reason
    cause: str
    advice: str = ""
    file: FileType | None = None


def quoted(text: str) -> str:
    """Return a name from outside as it is shown, cut if it is long."""
    return f"`{shortened(text)}`"


def bundle_name(uri: str) -> str:
    """Return what a bundle or artifact is called: the id that its source gave it."""
    return quoted(uri.removeprefix("sentry://project_debug_file/"))


def origin_text(origin: Origin | None) -> str:
    """Return where a file came from, in words."""
    match origin:
        case BundledFile(uri, _):
            return f"in the bundle {bundle_name(uri)}"
        case IndividualFile(uri):
            return f"as the artifact {bundle_name(uri)}"
        case ScrapedFile():
            return "on the web"
        case EmbeddedFile():
            return "inside the minified file"
        case None:
            return "nowhere"


def failure_text(failure: Failure) -> str:
    """Return why a file can't be had, in words."""
    if failure.excess is not None:
        return f"too large, {failure.excess.size:,} bytes, at most {failure.excess.limit:,} are allowed"
    if failure.kind is FailureKind.NOT_FOUND:
        return "not found" if failure.status is None else f"the server answered {failure.status}"
    if failure.kind is FailureKind.TIMEOUT:
        return f"no answer within {failure.text}"
    return shortened(failure.text) or failure.kind.value
