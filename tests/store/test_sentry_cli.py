"""Uploads by the real ``sentry-cli``, version 2 and 3."""

from __future__ import annotations

import pytest

from tests.store.conftest import SentryCli, StoreService

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_am_i(sentry_cli: SentryCli):
    info = sentry_cli.run("info")
    assert info.returncode == 0, info.stdout
    assert "org:ci" in info.stdout


async def test_an_upload_is_found_in_the_store_and_not_sent_twice(sentry_cli: SentryCli, service: StoreService):
    assert sentry_cli.run("sourcemaps", "inject", "dist").returncode == 0
    done = sentry_cli.run("sourcemaps", "upload", "dist", "--wait")
    assert done.returncode == 0, done.stdout
    assert service.objects("v1/o/acme/uploads/*")
    again = sentry_cli.run("sourcemaps", "upload", "dist", "--log-level", "debug")
    assert again.returncode == 0, again.stdout
    assert "Nothing to upload" in again.stdout
