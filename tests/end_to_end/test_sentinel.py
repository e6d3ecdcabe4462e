"""Redis behind sentinels: the master dies, a replica takes over, and requests are answered again."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess

import pytest
from redis import Redis
from redis.exceptions import RedisError

from api.serving.redis_server import find_redis_server, redis_server
from api.sockets import free_port
from tests.deployment import Deployment
from tests.end_to_end.requests import pending_job, request_to
from tests.end_to_end.test_redis_outages import works_again
from tests.waiting import wait_until
from tests.worker.source_server import reply

CONFIGURATION = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor main 127.0.0.1 {master} 1
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 2000
"""


@contextlib.contextmanager
def sentinel(folder, master: int, *lines: str):
    """Run a sentinel that watches over the master, with more ``lines`` in its configuration; yields its port."""
    port = free_port()
    file = folder / "sentinel.conf"
    file.write_text(CONFIGURATION.format(port=port, folder=folder, master=master) + "\n".join(lines))
    password = next((line.split()[1] for line in lines if line.startswith("requirepass")), None)
    client = Redis(port=port, password=password)
    with subprocess.Popen([find_redis_server(), str(file), "--sentinel"], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: answers(client, "SENTINEL MASTER main"))
            yield port
        finally:
            process.kill()


def answers(client: Redis, command: str) -> bool:
    with contextlib.suppress(RedisError):
        return bool(client.execute_command(command))
    return False


@pytest.mark.parametrize("consumer", ["native", "stock"])
async def test_requests_are_answered_again_after_a_failover(tmp_path, server, consumer):
    master, replica = free_port(), free_port()
    server.put("/app.js", reply(b"run()"))
    with contextlib.ExitStack() as stack:
        running_master = contextlib.ExitStack()
        running_master.enter_context(redis_server(port=master))
        stack.callback(running_master.close)
        stack.enter_context(redis_server("--replicaof", "127.0.0.1", str(master), port=replica))
        port = stack.enter_context(sentinel(tmp_path, master))
        wait_until(lambda: answers(Redis(port=port), "SENTINEL REPLICAS main"))
        url = f"redis+sentinel://127.0.0.1:{port}/main/0"
        deployment = stack.enter_context(Deployment(url, {"UNMANGLE_WORKER_CONSUMER": consumer}))
        api = deployment.start_api()
        deployment.start_worker()
        await api.wait_for_workers()
        request_id = await pending_job(api, request_to(server))
        assert (await api.poll(request_id))["status"] == "completed"
        Redis(port=master).wait(1, 60_000)  # until the replica has it
        await asyncio.to_thread(running_master.close)
        await works_again(api, server)
        assert (await api.poll(request_id))["status"] == "completed"
        assert (await api.submit(request_to(server)))["status"] == "completed"
