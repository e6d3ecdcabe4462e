"""The limit on a file's size, checked while the file grows."""

from __future__ import annotations

from dataclasses import replace

from core.errors import FetchFailed
from core.files.file_keys import Excess, Failure, FailureKind

TOO_LARGE = Failure(FailureKind.MALFORMED, "Maximum file size exceeded")
"""Equal to the failure of whatever file is too large."""


def check_size(size: int, max_bytes: int) -> None:
    """Raise FetchFailed(TOO_LARGE) if ``size`` is over the limit."""
    if size > max_bytes:
        raise FetchFailed(replace(TOO_LARGE, excess=Excess(size, max_bytes)))
