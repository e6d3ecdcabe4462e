"""Uploads by the real ``sentry-cli``, version 2 and 3."""

from __future__ import annotations

import json
import re

import pytest

from core.store.access_tokens import Right
from tests.store.conftest import SentryCli, StoreService
from tests.store.http_client import a_token

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


async def test_commands_of_releases(sentry_cli: SentryCli):
    release = f"cli@{sentry_cli.binary.parts[-6]}"
    assert sentry_cli.run("releases", "info", release).returncode == 1
    for command in (
        ("releases", "new", release),
        ("releases", "finalize", release),
        ("releases", "archive", release),
        ("releases", "list"),
        ("deploys", "new", "--release", release, "-e", "production"),
    ):
        done = sentry_cli.run(*command)
        assert done.returncode == 0, (command, done.stdout)
    uploaded = sentry_cli.run("sourcemaps", "upload", "--release", release, "--url-prefix", "~/static/", "dist")
    assert uploaded.returncode == 0, uploaded.stdout
    info = sentry_cli.run("releases", "info", release)
    assert info.returncode == 0, info.stdout
    assert sentry_cli.run("releases", "delete", release).returncode == 0
    assert sentry_cli.run("releases", "info", release).returncode == 1


async def test_a_strict_token_refuses_without_wait_and_its_report_is_printed(
    sentry_cli: SentryCli, service: StoreService
):
    source_map = sentry_cli.folder / "dist/assets/app.min.js.map"
    document = json.loads(source_map.read_text())
    source_map.write_text(json.dumps({**document, "sourcesContent": []}))
    strict = a_token(service.folder, strict=True)
    refused = sentry_cli.run("sourcemaps", "upload", "--release", "strict", "dist", SENTRY_AUTH_TOKEN=strict)
    assert refused.returncode == 1
    assert "refused: 1 problem in 2 files" in refused.stdout
    assert re.search(
        r"sources_missing ~/assets/app\.min\.js\.map: \d of \d sources have no sourcesContent", refused.stdout
    )
    taken = sentry_cli.run("sourcemaps", "upload", "--release", "strict", "dist")
    assert taken.returncode == 0, taken.stdout


@pytest.mark.parametrize(
    "fields, said",
    [
        pytest.param(None, "this token is not known", id="unknown"),
        pytest.param({"org": "other"}, "this token is for the org other, not acme", id="other-org"),
        pytest.param({"allow": [Right.READ]}, "this token may not upload", id="without-upload"),
    ],
)
async def test_a_token_that_is_refused_ends_the_upload(sentry_cli, service, fields, said):
    token = "umt_unknown" if fields is None else a_token(service.folder, **fields)
    before = service.objects("v1/o/**/*")
    refused = sentry_cli.run("sourcemaps", "upload", "--release", "refused", "dist", SENTRY_AUTH_TOKEN=token)
    assert refused.returncode == 1
    assert said in refused.stdout
    assert service.objects("v1/o/**/*") == before


async def test_single_files_are_told_to_be_gone(client_binaries, sentry_cli: SentryCli):
    if sentry_cli.binary != client_binaries["2"]:
        pytest.skip("sentry-cli 3 has no such command any more")
    file = "dist/assets/app.min.js"
    refused = sentry_cli.run("releases", "files", "single", "upload", file)
    assert refused.returncode == 1
    assert "single files can't be uploaded here" in refused.stdout
