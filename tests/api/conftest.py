"""The API, served over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.settings import Settings
from tests.api.service import Service, running_service

MAX_BODY_BYTES = 100_000


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service that the tests of a module share; it takes bodies of up to ``MAX_BODY_BYTES``."""
    with running_service(Settings(symbolicate_body_max_bytes=MAX_BODY_BYTES, overload_retry_after_s=7)) as service:
        yield service
