"""Two cells, each with a Redis server of its own, behind the nginx of ``examples/deployment/nginx.conf``."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from api.serving.redis_server import redis_server
from api.sockets import free_port
from tests.deployment import Api, Deployment
from tests.end_to_end.requests import request_to, slow_file
from tests.waiting import PATIENCE_S
from tests.worker.source_server import Certificate, self_signed_certificate

CONFIGURATION = Path(__file__).parents[2] / "examples" / "deployment" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
CELLS = ("01", "02")

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx (Debian: apt-get install nginx-light)")


@dataclass
class Balancer:
    """The address of the deployment, as its clients see it."""

    port: int
    certificate: Certificate

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        trust = ssl.create_default_context(cafile=str(self.certificate.path))
        async with aiohttp.ClientSession(
            f"https://localhost:{self.port}", connector=aiohttp.TCPConnector(ssl=trust)
        ) as session:
            yield session

    async def submit(self, request: Any, query: str = "timeout=0") -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        async with (
            self.session() as session,
            session.post(f"/symbolicate-js?{query}", data=orjson.dumps(request), headers=headers) as reply,
        ):
            return reply.status, orjson.loads(await reply.read())

    async def poll(self, request_id: str) -> tuple[int, bytes]:
        async with self.session() as session, session.get(f"/requests/{request_id}?timeout={PATIENCE_S}") as reply:
            return reply.status, await reply.read()


@pytest.fixture
def cells() -> Iterator[list[Deployment]]:
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(Deployment(stack.enter_context(redis_server()), {"UNMANGLE_CELL": cell}))
            for cell in CELLS
        ]


@pytest.fixture
async def apis(cells: list[Deployment]) -> list[Api]:
    apis = [cell.start_api() for cell in cells]
    for cell in cells:
        cell.start_worker()
    for api in apis:
        await api.wait_for_workers()
    return apis


@pytest.fixture
def balancer(apis: list[Api], tmp_path: Path) -> Iterator[Balancer]:
    """The nginx of the example, with addresses and folders of this test."""
    certificate = self_signed_certificate(tmp_path)
    port = free_port()
    text = CONFIGURATION.read_text()
    for number, api in enumerate(apis, start=1):
        text = text.replace(f"10.0.{number}.10:3021", f"127.0.0.1:{api.port}")
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    text = text.replace("/etc/nginx/unmangle.crt", str(certificate.path))
    text = text.replace("/etc/nginx/unmangle.key", str(certificate.key_path))
    text = text.replace("/run/nginx.pid", str(tmp_path / "nginx.pid"))
    text = text.replace("/var/log/nginx/error.log", "stderr")
    folders = "".join(
        f"    {kind}_temp_path {tmp_path / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = tmp_path / "nginx.conf"
    file.write_text("daemon off;\n" + text.replace("http {\n", f"http {{\n{folders}", 1))
    assert not re.search(r"10\.0\.|/etc/|/var/", re.sub("#.*", "", file.read_text()))
    assert NGINX is not None
    with (tmp_path / "nginx.log").open("wb") as log:
        process = subprocess.Popen([NGINX, "-p", str(tmp_path), "-e", "stderr", "-c", str(file)], stderr=log)
        try:
            yield Balancer(port, certificate)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_S)


async def up(balancer: Balancer) -> None:
    for _ in range(600):
        with contextlib.suppress(aiohttp.ClientError):
            async with balancer.session() as session, session.get("/readiness") as reply:
                if reply.status == 200:
                    return
        await asyncio.sleep(0.05)
    raise TimeoutError("nginx did not come up")


async def test_two_cells_answer_each_others_polls_and_one_goes_on_without_the_other(cells, apis, balancer, server):
    await up(balancer)
    answers = [await balancer.submit(request_to(server, "/none.js")) for _ in range(24)]
    assert {status for status, _ in answers} == {200}
    ids = [answer["request_id"] for _, answer in answers]
    assert {request_id[:2] for request_id in ids} == set(CELLS)
    polled = await asyncio.gather(*[balancer.poll(request_id) for request_id in ids])
    assert {(status, orjson.loads(body)["status"]) for status, body in polled} == {(200, "completed")}

    gate = slow_file(server, "/slow.js")
    request = request_to(server, "/slow.js")
    again = [(await balancer.submit(request))[1]["request_id"] for _ in range(4)]
    assert len(set(again)) == 1, "equal requests share one job, so they have to meet in one cell"
    gate.open()
    assert (await balancer.poll(again[0]))[0] == 200

    apis[1].process.popen.kill()
    apis[1].process.popen.wait()
    without = [await balancer.submit(request_to(server, "/none.js"), f"timeout={PATIENCE_S}") for _ in range(12)]
    assert {(status, answer["status"]) for status, answer in without} == {(200, "completed")}
    ids_01 = [request_id for request_id in ids if request_id.startswith("01")]
    assert {status for status, _ in [await balancer.poll(request_id) for request_id in ids_01]} == {200}

    back = cells[1].start_api(PORT=str(apis[1].port))
    await back.wait_until_up()
    last = next(request_id for request_id in ids if request_id.startswith("02"))
    for _ in range(300):  # nginx asks a process that failed again after its fail_timeout
        status, body = await balancer.poll(last)
        if status == 200:
            break
        await asyncio.sleep(0.1)
    assert orjson.loads(body)["status"] == "completed"
