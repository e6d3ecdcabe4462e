"""What was found out about one frame, in a form that neither wire nor terminal has shaped yet."""

from __future__ import annotations

from dataclasses import dataclass

from core.explain.reasons import Reason
from core.files import FileType
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
