"""What tests of the worker share: a server to misbehave with, a source of artifacts on it, a worker's resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from core.settings import Settings
from tests.worker.artifact_source import ArtifactSource
from tests.worker.source_server import SourceServer
from worker.requests.resources import Resources


@pytest.fixture
def server() -> Iterator[SourceServer]:
    """A server that has nothing yet."""
    with SourceServer() as server:
        yield server


@pytest.fixture
def source(server: SourceServer) -> ArtifactSource:
    """A lookup API that lists nothing yet."""
    return ArtifactSource(server)


@pytest.fixture
async def resources() -> AsyncIterator[Resources]:
    """What a worker has that may scrape the test's own server."""
    async with Resources(Settings(connect_to_reserved_ips=True)) as resources:
        yield resources
