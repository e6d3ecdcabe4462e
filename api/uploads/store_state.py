"""Resources that calls of the upload API share, opened from the settings."""

from __future__ import annotations

from typing import Any

from api.uploads.chunk_bodies import ChunkBodies
from api.uploads.upload_calls import UploadState
from core.observing.counts import Counts
from core.settings import Settings
from core.store.object_store import open_objects
from core.store.token_check import TokenCheck


def open_state(settings: Settings, counts: Counts, jobs: Any) -> UploadState | None:
    """Return what the calls of one process share; None without a store.  Raises CannotStart."""
    if settings.store_url is None:
        return None
    from obstore.exceptions import BaseError  # 3 MiB, which an API without a store does without
    from obstore.store import from_url

    objects = open_objects(settings.store_url, counts, from_url, BaseError)
    tokens = TokenCheck(objects, settings.store_admin_token)
    return UploadState(objects, tokens, ChunkBodies(), settings, counts, jobs)
