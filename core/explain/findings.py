"""What was found out about one frame, in a form that neither wire nor terminal has shaped yet."""

from __future__ import annotations

from dataclasses import dataclass

from core.explain.reasons import Reason
from core.files.file_keys import (
    BundledFile,
    EmbeddedFile,
    Failure,
    FailureKind,
    FileType,
    IndividualFile,
    Origin,
    ScrapedFile,
)
from core.wire.shape_errors import shortened

FILE_NAMES = {
    FileType.MINIFIED_SOURCE: "minified file",
    FileType.SOURCE_MAP: "source map",
    FileType.SOURCE: "original file",
}


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
