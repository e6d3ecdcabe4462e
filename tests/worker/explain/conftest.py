from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust nobody: reading the system's certificates is most of what a new worker costs, and a row starts two."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
