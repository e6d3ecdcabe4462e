"""The store of ``make run``."""

from __future__ import annotations

from api.serving.development_store import development_store, upload_lines
from core.settings import Settings


def test_there_is_a_store_and_a_token_that_stay(tmp_path):
    first = development_store(tmp_path, {})
    assert Settings.from_environ(first).store_url == (tmp_path / ".unmangle" / "store").as_uri()
    assert (tmp_path / ".unmangle" / "token").stat().st_mode & 0o077 == 0
    assert development_store(tmp_path, {}) == first


def test_what_is_given_is_used(tmp_path):
    assert development_store(tmp_path, {"UNMANGLE_STORE_URL": "s3://bucket/x"}) == {}
    given = development_store(tmp_path, {"UNMANGLE_STORE_ADMIN_TOKEN": "t" * 32})
    assert set(given) == {"UNMANGLE_STORE_URL"}
    assert not (tmp_path / ".unmangle" / "token").exists()


def test_the_line_to_paste():
    lines = upload_lines("http://127.0.0.1:3021", "default", "t0k")
    assert "SENTRY_URL=http://127.0.0.1:3021 SENTRY_ORG=default SENTRY_PROJECT=app SENTRY_AUTH_TOKEN=t0k" in lines[1]
    assert upload_lines("http://127.0.0.1:3021", "default", None) == []
