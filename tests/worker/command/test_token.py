"""``unmangle token …`` and ``unmangle store usage``, on a store in a folder."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.store.access_tokens import AccessToken, Right, token_sha256
from core.store.store_keys import token_key
from core.store.upload_records import decode
from worker.command.main import main


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMANGLE_STORE_URL", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def run(store: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["token", *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def kept(store: Path, text: str) -> AccessToken:
    return decode((store / token_key(token_sha256(text.strip()))).read_bytes(), AccessToken)


def test_a_token_is_printed_once_and_its_digest_kept(run, store):
    code, text, said = run("create", "--org", "Acme")
    assert code == 0
    assert text.startswith("umt_")
    assert "it is not shown again" in said
    token = kept(store, text)
    assert (token.org, token.projects, token.allow, token.expires) == ("acme", None, [Right.UPLOAD], None)
    assert token.ends == text.strip()[-4:]
    assert text.strip() not in "".join(path.read_text() for path in store.rglob("*") if path.is_file())


def test_a_token_says_everything_that_was_asked_for(run, store):
    _, text, _ = run(
        *("create", "--org", "acme", "--project", "shop", "--project", "Admin", "--allow", "read,upload", "--strict"),
        *("--expires", "365d", "--name", "laptop", "--json"),
    )
    token = kept(store, json.loads(text)["token"])
    assert (token.name, token.projects, token.strict) == ("laptop", ["admin", "shop"], True)
    assert token.allow == [Right.UPLOAD, Right.READ]
    assert token.expires is not None
    assert token.expires - token.created == 365 * 86_400


def test_a_token_with_a_url_tells_sentry_cli_where_to_go(run):
    _, text, _ = run("create", "--org", "acme", "--url", "https://um.example/")
    claims = orjson.loads(base64.b64decode(text.removeprefix("sntrys_").rpartition("_")[0]))
    assert (claims["url"], claims["region_url"], claims["org"]) == ("https://um.example", "https://um.example", "acme")


def test_tokens_are_listed_without_their_secret(run):
    _, text, _ = run("create", "--org", "acme", "--name", "one", "--expires", "1d")
    run("create", "--org", "other", "--name", "two")
    _, listed, _ = run("list", "--org", "acme")
    (line,) = listed.splitlines()
    assert line.startswith(f"one …{text.strip()[-4:]}: acme, all projects, upload, expires 20")
    _, both, _ = run("list", "--json")
    assert [token["name"] for token in json.loads(both)["tokens"]] == ["one", "two"]


def test_a_token_is_revoked_by_name_or_by_its_end(run, store):
    texts = [run("create", "--org", "acme", "--name", "ci")[1].strip() for _ in range(2)]
    code, _, said = run("revoke", "ci")
    assert code == 1
    assert "2 tokens are called 'ci'" in said
    assert run("revoke", texts[0][-4:])[0] == 0
    assert run("revoke", "ci")[0] == 0
    assert not list((store / "v1/tokens").iterdir())
    assert run("revoke", "ci")[0] == 1


@pytest.mark.parametrize(
    "words, said",
    [
        pytest.param(["--org", "a/b"], "--org a/b: up to 64", id="org"),
        pytest.param(["--org", "a", "--project", ".."], "--project: up to 100", id="project"),
        pytest.param(["--org", "a", "--allow", "all"], "--allow all: expected upload, read or delete", id="right"),
        pytest.param(["--org", "a", "--expires", "soon"], "--expires soon: expected a duration", id="time"),
        pytest.param(["--org", "a", "--url", "https://a/b"], "without a path", id="url"),
        pytest.param(["--org", "a", "--name", "x" * 101], "--name: 1 to 100 characters", id="name"),
    ],
)
def test_nothing_is_made_of_what_makes_no_sense(run, store, words, said):
    code, out, err = run("create", *words)
    assert (code, out) == (1, "")
    assert said in err
    assert not list(store.iterdir())


def test_without_a_store_a_line_says_so(monkeypatch, capsys):
    monkeypatch.delenv("UNMANGLE_STORE_URL", raising=False)
    assert main(["token", "list"]) == 1
    assert "UNMANGLE_STORE_URL is not set" in capsys.readouterr().err


def test_a_store_that_is_away_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_STORE_URL", "file:///proc/nowhere")
    assert main(["token", "create", "--org", "acme"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_usage_counts_bundles(store, capsys):
    bundles = store / "v1/o/acme/bundles"
    bundles.mkdir(parents=True)
    (bundles / "1796094000123-0a1b2c3d").write_bytes(b"x" * (1 << 20))
    (bundles / "1796094000124-0a1b2c3d").write_bytes(b"x" * (1 << 19))
    assert main(["store", "usage"]) == 0
    assert capsys.readouterr().out == "acme: 2 uploads, 1.5 MiB, the oldest of 2026-12-01\n"
