"""How large the files are that we fetch."""

from __future__ import annotations

from typing import Final

BUNDLE_MAX_BYTES: Final = 2 << 30
ARTIFACT_MAX_BYTES: Final = 1 << 30
SCRAPED_FILE_MAX_BYTES: Final = 256 << 20
LOOKUP_ANSWER_MAX_BYTES: Final = 16 << 20


def download_limit(default_bytes: int, max_download_size: int | None) -> int:
    """Return the limit for one kind of file: its own, unless the operator's for all of them is lower."""
    return default_bytes if max_download_size is None else min(default_bytes, max_download_size)
