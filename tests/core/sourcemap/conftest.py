"""What tests of source maps share: the reader, in both builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kernels import BUILDS, load

Read = Callable[[bytes], Any]


@pytest.fixture(params=BUILDS)
def read(request: pytest.FixtureRequest) -> Read:
    """Read a source map's text, in each build."""
    return load("core.sourcemap.source_map", request.param).read_source_map
