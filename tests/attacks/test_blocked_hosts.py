"""Nobody can have a host blocked for others: not by what it never did, and not alone."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from core.failures import Failure
from core.wire.request import Scraping
from tests.worker.artifact_source import a_request, minified
from tests.worker.source_server import SourceServer, redirect, reply
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

Opened = Callable[..., Resources]

THRESHOLD = 5


async def scraped(
    resources: Resources, url: str, scope: str = "attacker", headers: dict[str, str] | None = None
) -> str | None:
    """Return what is said of the attempt to get a file, None if it succeeded."""
    scraping = Scraping(headers=headers or {})
    files = RequestFiles(resources, a_request("http://127.0.0.1:9/lookup/", scraping=scraping), scope)
    entry = await files.get_file(minified(url))
    return files.attempts[-1].details if isinstance(entry.result, Failure) else None


async def attack(resources: Resources, urls: list[str], **options: Any) -> None:
    for url in urls:
        assert await scraped(resources, url, **options) is not None


def a_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"X": "\n"}, id="value-that-cannot-be-sent"),
        pytest.param({"X": "\x00" * 500}, id="long-value-that-cannot-be-sent"),
    ],
)
async def test_headers_that_cannot_be_sent_are_no_failure_of_the_host(server: SourceServer, opened: Opened, header):
    url = server.put("/good.js", reply(b"run()"))
    async with opened(deny_list_threshold=THRESHOLD) as resources:
        await attack(resources, [server.url(f"/{n}.js") for n in range(2 * THRESHOLD)], headers=header)
        assert await scraped(resources, url, "attacker") is None
    assert server.requests_for("/0.js") == []


async def test_a_closed_port_blocks_no_other_and_not_even_itself(server: SourceServer, opened: Opened):
    port = a_closed_port()
    async with opened(deny_list_threshold=THRESHOLD, download_tries=1) as resources:
        await attack(resources, [f"http://127.0.0.1:{port}/{n}.js" for n in range(2 * THRESHOLD)])
        assert await scraped(resources, server.put("/good.js", reply(b"run()")), "attacker") is None
        assert "blocked" not in str(await scraped(resources, f"http://127.0.0.1:{port}/more.js"))


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "/{number}.js"])
async def test_an_open_redirect_to_where_we_do_not_go_blocks_nobody(server: SourceServer, opened: Opened, target):
    urls = [server.put(f"/{n}.js", redirect(target.format(number=n))) for n in range(2 * THRESHOLD)]
    async with opened(deny_list_threshold=THRESHOLD, scraping_ports=(server.port,)) as resources:
        await attack(resources, urls)
        assert await scraped(resources, server.put("/good.js", reply(b"run()")), "attacker") is None


async def test_a_redirect_leaves_the_blame_where_it_leads(server: SourceServer, opened: Opened):
    with SourceServer() as failing:
        for n in range(THRESHOLD):
            server.put(f"/{n}.js", redirect(failing.put(f"/{n}.js", reply(status=503))))
        async with opened(deny_list_threshold=THRESHOLD, download_tries=1) as resources:
            await attack(resources, [server.url(f"/{n}.js") for n in range(THRESHOLD)])
            assert await scraped(resources, server.put("/good.js", reply(b"run()")), "attacker") is None
            assert "temporarily blocked" in str(await scraped(resources, failing.url("/more.js")))


async def test_one_tenants_failures_block_a_host_for_that_tenant_only(server: SourceServer, opened: Opened):
    urls = [server.put(f"/{n}.js", reply(status=503)) for n in range(2 * THRESHOLD)]
    good = server.put("/good.js", reply(b"run()"))
    async with opened(deny_list_threshold=THRESHOLD, download_tries=1) as resources, opened() as elsewhere:
        await attack(resources, urls)
        assert "temporarily blocked" in str(await scraped(resources, good, "attacker"))
        assert await scraped(resources, good, "neighbour") is None
        assert await scraped(elsewhere, good, "another") is None


async def test_what_a_block_says_is_nothing_that_anybody_wrote(server: SourceServer, opened: Opened, redis_url: str):
    secret = "<script>alert(1)</script>" * 20
    refusals = [
        reply(status=503, headers=[("X", secret)]),
        reply(b"\x1f\x8bgarbage", headers=[("Content-Encoding", "gzip")]),
        reply(headers=[("Content-Encoding", secret)]),
    ]
    async with opened(deny_list_threshold=3, download_tries=1, deny_list_scopes=1) as resources:
        for number, refusal in enumerate(refusals):
            url = f"{server.put(f'/{number}.js', refusal)}?{secret}"
            assert await scraped(resources, url, headers={"X": secret}) is not None
        said = await scraped(resources, server.url("/more.js"), "neighbour")
    assert said is not None
    assert said.startswith("Host 127.0.0.1 is temporarily blocked because there were too many download failures.")
    assert said.endswith("was: `download failed: Unsupported content encoding`.")
    with Redis.from_url(redis_url) as client:
        stored = [client.get(key) for key in client.scan_iter("unmangle:blocked:*")]
    assert stored == [b"download failed: Unsupported content encoding"]
