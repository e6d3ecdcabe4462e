"""Redis behind TLS (``rediss://``): every connection is encrypted, and to a server with a good certificate."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.deployment import Deployment
from tests.end_to_end.requests import control, request_to
from tests.waiting import until
from tests.worker.source_server import Certificate, reply, self_signed_certificate


class TlsRedis:
    """Takes off the TLS in front of a Redis server."""

    def __init__(self, redis_port: int) -> None:
        self._redis_port = redis_port
        self._copying: set[asyncio.Task[None]] = set()
        self.connections = 0

    @contextlib.asynccontextmanager
    async def serving(self, certificate: Certificate) -> AsyncIterator[int]:
        """Serve on a free port, which is yielded."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.path, certificate.key_path)
        async with await asyncio.start_server(self._forward, "127.0.0.1", 0, ssl=context) as server:
            yield server.sockets[0].getsockname()[1]
        for task in self._copying:
            task.cancel()
        await asyncio.gather(*self._copying, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", self._redis_port)
        copying = (_copy(reader, redis_writer), _copy(redis_reader, writer))
        self._copying |= {asyncio.create_task(each) for each in copying}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while received := await reader.read(1 << 16):
            writer.write(received)
            await writer.drain()
    except OSError:
        pass  # either side may leave at any time
    finally:
        writer.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return self_signed_certificate(tmp_path)


@pytest.fixture
def tls_redis(redis_url: str) -> TlsRedis:
    port = urlsplit(redis_url).port
    assert port is not None
    return TlsRedis(port)


async def test_requests_are_answered_over_tls(tls_redis, certificate, server):
    server.put("/app.js", reply(b"run()"))
    async with tls_redis.serving(certificate) as port:
        url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={certificate.path}"
        with Deployment(url) as deployment:
            api = deployment.start_api()
            deployment.start_worker()
            await api.wait_for_workers()
            assert (await api.submit(request_to(server)))["status"] == "completed"


async def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(tls_redis, certificate):
    async with tls_redis.serving(certificate) as port:
        url = f"rediss://127.0.0.1:{port}/0"
        with Deployment(url) as deployment:
            worker = deployment.start_worker()
            await until(lambda: re.search("Redis can't be used: .*CERTIFICATE_VERIFY_FAILED", worker.log()))
            with (
                control(url) as app,
                app.connection_for_write() as connection,
                pytest.raises(RedisConnectionError, match="CERTIFICATE_VERIFY_FAILED"),
            ):
                await asyncio.to_thread(connection.connect)
            assert tls_redis.connections == 0
