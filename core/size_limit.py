"""The limit on a file's size, kept while the file grows."""

from __future__ import annotations

import io
from dataclasses import replace

from core.errors import FetchFailed
from core.files import Excess, Failure, FailureKind

TOO_LARGE = Failure(FailureKind.MALFORMED, "Maximum file size exceeded")
"""Equal to the failure of whatever file is too large."""


class LimitedBuffer:
    """Collects the pieces of a file of at most ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = io.BytesIO()

    def append(self, piece: bytes) -> None:
        """Add a piece.  Raises FetchFailed(TOO_LARGE) at the first byte over the limit."""
        check_size(self._buffer.tell() + len(piece), self._max_bytes)
        self._buffer.write(piece)

    def content(self) -> bytes:
        """Return what was collected."""
        return self._buffer.getvalue()


def check_size(size: int, max_bytes: int) -> None:
    """Raise FetchFailed(TOO_LARGE) if ``size`` is over the limit."""
    if size > max_bytes:
        raise FetchFailed(replace(TOO_LARGE, excess=Excess(size, max_bytes)))
