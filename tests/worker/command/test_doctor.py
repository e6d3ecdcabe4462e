"""``unmangle doctor``: what an operator is told, and the exit code that scripts see."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest
from redis import Redis

from api.serving.redis_server import redis_server
from api.sockets import free_port
from core.queue.jobs import WORKERS
from tests.worker.source_server import Reply, Request, reply
from worker.command.main import main

TOKEN = "t0k"


@pytest.fixture
def levels(capsys, monkeypatch, tmp_path: Path):
    """Run the doctor against a Redis server; return its exit code and the level of each subject."""
    monkeypatch.setenv("UNMANGLE_CACHE_DIR", str(tmp_path))

    def run(redis_url: str, *arguments: str) -> tuple[int, dict[str, str]]:
        monkeypatch.setenv("REDIS_URL", redis_url)
        code = main(["doctor", "--json", *arguments])
        return code, {finding["subject"]: finding["level"] for finding in orjson.loads(capsys.readouterr().out)}

    return run


def beat(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.zadd(WORKERS, {"w": int(time.time() * 1000) + 60_000})


def test_notes_are_no_reason_to_fail(levels, redis_url):
    beat(redis_url)
    code, found = levels(redis_url)
    assert code == 0
    assert found["redis persistence"] == "note"
    assert {found[name] for name in ("versions", "kernels", "redis", "redis memory", "clock", "workers")} == {"ok"}


def test_no_worker_is_a_problem(levels, redis_url):
    code, found = levels(redis_url)
    assert (code, found["workers"], found["redis"]) == (1, "problem", "ok")


def test_a_server_that_evicts_is_a_problem(levels):
    with redis_server("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru") as url:
        code, found = levels(url)
    assert (code, found["redis memory"]) == (1, "problem")


def test_redis_that_is_away_is_a_problem_and_the_rest_is_still_told(levels):
    code, found = levels(f"redis://:s3cret@127.0.0.1:{free_port()}/0")
    assert (code, found["redis"], found["kernels"]) == (1, "problem", "ok")


def test_no_password_is_printed(capsys, monkeypatch):
    monkeypatch.setenv("REDIS_URL", f"redis://:s3cret@127.0.0.1:{free_port()}/0")
    main(["doctor"])
    assert "s3cret" not in "".join(capsys.readouterr())


def test_a_cache_directory_that_is_a_file_is_a_problem(levels, redis_url, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("UNMANGLE_CACHE_DIR", str(tmp_path / "file"))
    code, found = levels(redis_url)
    assert (code, found["cache"]) == (1, "problem")


@pytest.mark.parametrize(
    "token, level", [pytest.param(TOKEN, "ok", id="its-token"), pytest.param("wrong", "problem", id="another-token")]
)
def test_a_source_is_asked_with_its_token(levels, redis_url, server, tmp_path, token, level):
    def answer(request: Request) -> Reply:
        return (
            reply(b"[]")
            if {name.lower(): value for name, value in request.headers}["authorization"] == f"Bearer {TOKEN}"
            else reply(b"", 403)
        )

    server.put_function("/lookup/", answer)
    (tmp_path / "token").write_text(f"{token}\n")
    _, found = levels(redis_url, "--source", server.url("/lookup/"), "--token-file", str(tmp_path / "token"))
    assert found["source"] == level, found


def test_a_setting_that_cannot_be_used_is_named(monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_RESULT_TTL", "soon")
    assert main(["doctor"]) == 1
    assert "UNMANGLE_RESULT_TTL" in capsys.readouterr().err


def test_findings_come_one_a_line(redis_url, monkeypatch, capsys):
    monkeypatch.setenv("REDIS_URL", redis_url)
    main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert all(line.split()[0] in ("ok", "note", "PROBLEM") for line in lines)
    assert "PROBLEM workers: none beats; jobs are queued and not run; start: unmangle worker" in lines


def test_a_variable_that_is_no_setting_is_noted(redis_url, monkeypatch, capsys):
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("UNMANGLE_RESULT_TLL", "5")
    main(["doctor"])
    said = "note    settings: UNMANGLE_RESULT_TLL is no setting: did you mean UNMANGLE_RESULT_TTL?"
    assert said in capsys.readouterr().out.splitlines()
