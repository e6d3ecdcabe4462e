"""A user of Redis with the rights that the docs name, and no others: all works, for both consumers."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from redis import Redis

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.observing.health import Level
from core.settings import Settings
from core.web.urls import parse_url
from tests.deployment import Deployment
from tests.end_to_end.requests import control, pending_job, request_to, slow_file, started
from tests.waiting import PATIENCE_S
from tests.worker.source_server import reply
from worker.diagnosis import check_redis
from worker.fetch.deny_list import DenyList

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
PASSWORD = "s3cret"
HOST = parse_url("http://failing.example/a.js")
FAILED = FetchFailed(Failure(FailureKind.TIMEOUT, "5m"), at_fault=HOST)


def documented_user() -> list[str]:
    [line] = re.findall(r"^ACL SETUSER unmangle .*$", PAGE.read_text(), re.MULTILINE)
    return line.replace("PASSWORD", PASSWORD).split()


def make_user(redis: Redis, rights: list[str]) -> str:
    """Make the user, and return the URL for it.  Servers before 7 let nobody in to channels unless told so."""
    redis.execute_command("ACL", "DELUSER", "unmangle")
    redis.execute_command(*rights)
    redis.acl_log_reset()
    return f"redis://unmangle:{PASSWORD}@127.0.0.1:{redis.connection_pool.connection_kwargs['port']}/0"


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_the_documented_rights_are_enough(redis_url, consumer, server):
    server.put("/app.js", reply(b"run()"))
    admin = Redis.from_url(redis_url)
    url = make_user(admin, documented_user())
    with Deployment(url, {"UNMANGLE_WORKER_CONSUMER": consumer, "UNMANGLE_WORKER_MAX_JOBS": "1"}) as deployment:
        api = deployment.start_api()
        worker = deployment.start_worker(UNMANGLE_WORKER_NAME="one@here")
        await api.wait_for_workers()
        assert (await api.submit(request_to(server)))["status"] == "completed"
        gate = slow_file(server, "/slow.js")
        running = await pending_job(api, request_to(server, "/slow.js"))
        await started(server, "/slow.js")
        queued = await pending_job(api, request_to(server))
        with control(url) as celery:
            assert await asyncio.to_thread(celery.control.ping, timeout=PATIENCE_S, limit=1) == [
                {"one@here": {"ok": "pong"}}
            ]
            revoked = await asyncio.to_thread(celery.control.revoke, queued, reply=True, timeout=PATIENCE_S, limit=1)
            assert "ok" in revoked[0]["one@here"]
            gate.open()
            assert (await api.poll(queued))["status"] in ("internal_error", "completed")  # it may have begun before
            assert (await api.poll(running))["status"] == "completed"
        deny_list = DenyList(Settings(redis_url=url))
        for _ in range(60):
            await deny_list.note(FAILED, "scope")
        with pytest.raises(FetchFailed):
            await deny_list.check(HOST, "scope")
        await deny_list.close()
        assert await asyncio.to_thread(worker.stop) == 0, worker.log()
        api.process.stop()
        denied = {entry["object"] for entry in admin.acl_log()}
        assert denied <= {"config|get", "config", "client"}  # what we can do without, as it is called in 7 and in 6.2
        assert "can't be used" not in worker.log() + api.process.log()
    admin.execute_command("ACL", "DELUSER", "unmangle")


def test_a_user_without_info_is_no_problem(redis_url):
    admin = Redis.from_url(redis_url)
    url = make_user(admin, [right for right in documented_user() if right != "+info"])
    findings = check_redis(Settings(redis_url=url))
    assert [finding.subject for finding in findings if finding.level is Level.PROBLEM] == ["workers"]
    assert "INFO is not allowed" in str(findings[0])
    admin.execute_command("ACL", "DELUSER", "unmangle")


def test_a_user_who_may_not_write_is_a_problem(redis_url):
    admin = Redis.from_url(redis_url)
    url = make_user(admin, [*documented_user(), "-set"])
    findings = check_redis(Settings(redis_url=url))
    assert any(f.level is Level.PROBLEM and "refuses to be written to" in f.what for f in findings)
    admin.execute_command("ACL", "DELUSER", "unmangle")
