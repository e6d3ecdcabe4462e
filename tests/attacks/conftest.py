"""What attacks need: a server to misbehave with, a source of artifacts on it, and a worker's resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from tests.worker.artifact_source import ArtifactSource
from tests.worker.source_server import SourceServer
from worker.requests.resources import Resources


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server


@pytest.fixture
def source(server: SourceServer) -> ArtifactSource:
    return ArtifactSource(server)


@pytest.fixture
def opened(redis_url: str, tmp_path: Path) -> Callable[..., Resources]:
    """Open what a worker process has, each time on the same Redis and cache directory."""

    def open_resources(**settings: Any) -> Resources:
        usual = {"redis_url": redis_url, "connect_to_reserved_ips": True, "cache_dir": tmp_path / "cache"}
        return Resources(Settings(**(usual | settings)))

    return open_resources
