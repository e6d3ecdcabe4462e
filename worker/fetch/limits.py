"""How large the files are that we fetch."""

from __future__ import annotations

from core.files.artifact_bundle import BundleLimits
from core.settings import Settings


def bundle_limit(settings: Settings) -> int:
    """Return how many bytes an artifact bundle may have."""
    return _limit(settings.max_bundle_size, settings)


def artifact_limit(settings: Settings) -> int:
    """Return how many bytes an individual artifact may have."""
    return _limit(settings.max_artifact_size, settings)


def scraped_file_limit(settings: Settings) -> int:
    """Return how many bytes a file from the web may have."""
    return _limit(settings.max_scraped_file_size, settings)


def limits_of_bundles(settings: Settings) -> BundleLimits:
    """Return what may be in an artifact bundle."""
    return BundleLimits(settings.max_bundle_members, settings.max_manifest_size)


def _limit(own: int, settings: Settings) -> int:
    """Return the limit of one kind of file: its own, unless the one of all downloads is lower."""
    return own if settings.max_download_size is None else min(own, settings.max_download_size)
