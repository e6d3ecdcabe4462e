"""Bodies of answers: ``completed`` with frames, errors and scraping attempts, and the short ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import msgspec
import orjson
from msgspec.structs import replace

from core.failures import Failure, FailureKind
from core.wire.frame import Frame, FrameData, Stacktrace

ErrorType = Literal[
    "invalid_location",
    "invalid_abs_path",
    "no_column",
    "missing_source_content",
    "missing_source",
    "malformed_sourcemap",
    "missing_sourcemap",
    "invalid_base64_sourcemap",
    "scraping_disabled",
]
"""Types of errors of a frame, in the order of the response.  The 2nd, 3rd and 8th are reserved."""

TIMEOUT_BODY = b'{"status":"timeout"}'
INTERNAL_ERROR_BODY = b'{"status":"internal_error"}'

# Knows our Structs, which orjson doesn't: a third of the time, and the bytes are the same.
_ENCODER = msgspec.json.Encoder()

_NO_DATA = FrameData()
_NO_DATA_MEMBER = b',"data":%b}' % _ENCODER.encode(_NO_DATA)  # what a frame ends with, unless it has data

_RANKS = {error_type: rank for rank, error_type in enumerate(get_args(ErrorType))}

_REASONS = {
    FailureKind.NOT_FOUND: "not_found",
    FailureKind.PERMISSION_DENIED: "permission_denied",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.DOWNLOAD_ERROR: "download_error",
    FailureKind.SCRAPING_DISABLED: "disabled",
    FailureKind.MALFORMED: "other",
    FailureKind.INTERNAL: "other",
}
_KINDS_WITH_DETAILS = (FailureKind.PERMISSION_DENIED, FailureKind.DOWNLOAD_ERROR, FailureKind.MALFORMED)


class FrameError(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """Error of one frame.  ``abs_path`` is the minified frame's.

    Which of the other members are there depends on ``type``; ``col`` of an ``invalid_location`` may be null.  ``size``
    and ``limit``, in bytes, are there if a file is too large.
    """

    abs_path: str
    type: ErrorType
    line: int | msgspec.UnsetType = msgspec.UNSET
    col: int | msgspec.UnsetType | None = msgspec.UNSET
    source: str | msgspec.UnsetType = msgspec.UNSET
    sourcemap: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET
    size: int | msgspec.UnsetType = msgspec.UNSET
    limit: int | msgspec.UnsetType = msgspec.UNSET


class ScrapingAttempt(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """One lookup of a file that had a URL.

    ``reason`` and ``details`` belong to failures; ``size`` and ``limit``, in bytes, to files that are too large.
    """

    url: str
    status: Literal["not_attempted", "success", "failure"]
    reason: str | None = None
    details: str | None = None
    size: int | None = None
    limit: int | None = None


class WrittenStacktrace(msgspec.Struct):
    """The frames of one stack trace, each as the JSON that ``write_frame`` makes of it."""

    frames: list[msgspec.Raw]


class CompletedBody(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="status", tag="completed"):
    """The answer to a request, whatever came of its frames."""

    stacktraces: Sequence[Stacktrace | WrittenStacktrace]
    raw_stacktraces: Sequence[Stacktrace | WrittenStacktrace]
    errors: list[FrameError] = []
    scraping_attempts: list[ScrapingAttempt] = []


def encode_completed(completed: CompletedBody) -> bytes:
    """Return the JSON body of a finished request.  Its lists are written in the order they have."""
    return _ENCODER.encode(completed)


def write_frame(frame: Frame, context: bytes | None = None, data: bytes | None = None) -> msgspec.Raw:
    """Return the JSON of a frame, as it will be in the body.

    ``context`` are the members with source context, each after a comma, instead of what the frame has; ``data`` is the
    JSON of its data.  None: what the frame has itself.
    """
    if context is None and data is None:
        return msgspec.Raw(_ENCODER.encode(frame))
    if data is None and frame.data != _NO_DATA:
        data = _ENCODER.encode(frame.data)
    if context is not None and (frame.context_line is not None or frame.pre_context or frame.post_context):
        frame = replace(frame, pre_context=[], context_line=None, post_context=[])
    if frame.data != _NO_DATA:
        frame = replace(frame, data=_NO_DATA)
    before = _ENCODER.encode(frame)[: -len(_NO_DATA_MEMBER)]
    after = _NO_DATA_MEMBER if data is None else b',"data":%b}' % data
    return msgspec.Raw(before + (context or b"") + after)


def with_hints(frame: msgspec.Raw, hints: dict[str, bool | int]) -> msgspec.Raw:
    """Return the JSON of a frame with more members in its data, which ends it."""
    return msgspec.Raw(bytes(memoryview(frame))[:-2] + b"," + orjson.dumps(hints)[1:] + b"}")


def write_data(data: FrameData) -> bytes:
    """Return the JSON of the data of a frame."""
    return _ENCODER.encode(data)


def failed_body(message: str) -> bytes:
    """Return the JSON body for a request that can't be answered, which is nobody's fault but the request's."""
    return orjson.dumps({"status": "failed", "message": message})


def encoded_size(error: FrameError) -> int:
    """Return how many bytes an error takes in the body."""
    return len(_ENCODER.encode(error))


def pending_body(request_id: str, retry_after_s: int) -> bytes:
    """Return the JSON body for a request that is still being worked on."""
    return orjson.dumps({"status": "pending", "request_id": request_id, "retry_after": retry_after_s})


def sorted_errors(errors: Iterable[FrameError]) -> list[FrameError]:
    """Return each different error once: by path in code-point order, then by kind, then by what is special to it."""
    return sorted(set(errors), key=_error_order)


def sorted_attempts(attempts: Iterable[ScrapingAttempt]) -> list[ScrapingAttempt]:
    """Return all attempts by URL in code-point order; those of one URL keep their order."""
    return sorted(attempts, key=lambda attempt: attempt.url)


def attempt_not_made(abs_path: str) -> ScrapingAttempt:
    """Return the attempt for a file that was found in a bundle or as an artifact."""
    return ScrapingAttempt(url=abs_path, status="not_attempted")


def successful_attempt(abs_path: str) -> ScrapingAttempt:
    """Return the attempt that fetched the file, now or earlier, whatever is in it."""
    return ScrapingAttempt(url=abs_path, status="success")


def refused_attempt(abs_path: str, details: str) -> ScrapingAttempt:
    """Return the attempt that the rules forbid before anything is fetched; ``details`` may be empty."""
    return ScrapingAttempt(url=abs_path, status="failure", reason="invalid_host", details=details or None)


def failed_attempt(abs_path: str, failure: Failure) -> ScrapingAttempt:
    """Return the attempt that ended in ``failure``."""
    return ScrapingAttempt(
        url=abs_path,
        status="failure",
        reason=_REASONS[failure.kind],
        details=_details(failure) or None,
        size=failure.excess.size if failure.excess else None,
        limit=failure.excess.limit if failure.excess else None,
    )


def _error_order(error: FrameError) -> tuple[str, int, int, int, str, str, str]:
    return (
        error.abs_path,
        _RANKS[error.type],
        _number_order(error.line),
        _number_order(error.col),
        error.source or "",
        error.sourcemap or "",
        error.url or "",
    )


def _number_order(number: int | msgspec.UnsetType | None) -> int:
    return number if isinstance(number, int) else -1  # null sorts before 0


def _details(failure: Failure) -> str:
    if failure.kind is FailureKind.TIMEOUT:
        return f"Timeout after {failure.text}"
    return failure.text if failure.kind in _KINDS_WITH_DETAILS else ""
