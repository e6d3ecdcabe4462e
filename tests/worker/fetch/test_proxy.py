"""The way out by a proxy: by http and https, with a password, and around it for hosts that are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.settings import Settings
from core.web.urls import Url, parse_url
from tests.worker.fetch.proxy_server import ProxyServer
from tests.worker.source_server import SourceServer, redirect, reply, self_signed_certificate
from worker.fetch.client import Client, Fetch
from worker.fetch.connections import looks_reserved, open_proxy

RESTRICTED = Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted")
REFUSED = Failure(FailureKind.DOWNLOAD_ERROR, "the proxy refused the connection")


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


def client_by(proxy: ProxyServer, credentials: str = "", **settings: Any) -> Client:
    address = f"http://{credentials}127.0.0.1:{proxy.port}"
    return Client(Settings(proxy=address, download_tries=1, **settings))


async def got(client: Client, url: str, **options: Any) -> bytes | Failure:
    try:
        return await client.get(Fetch(url=a_url(url), max_bytes=1000, **options))
    except FetchFailed as error:
        return error.failure


@pytest.fixture
def proxy(server: SourceServer) -> Iterator[ProxyServer]:
    with ProxyServer(server.port) as proxy:
        yield proxy


async def test_files_come_by_the_proxy_which_resolves_the_names(server: SourceServer, proxy: ProxyServer):
    server.put("/a.js?b=c", reply(b"run()"))
    async with client_by(proxy) as client:
        assert await got(client, "http://nowhere.test/a.js?b=c") == b"run()"
    assert proxy.asked == ["http://nowhere.test/a.js?b=c"]
    assert server.requests[0].header("Host") == "nowhere.test"
    assert server.requests[0].header("Proxy-Authorization") is None


async def test_https_goes_through_a_tunnel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate = self_signed_certificate(tmp_path, "DNS:shop.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with SourceServer(certificate=certificate) as server, ProxyServer(server.port) as proxy:
        server.put("/a.js", reply(b"run()"))
        async with client_by(proxy) as client:
            assert await got(client, "https://shop.test/a.js") == b"run()"
            other = await got(client, "https://other.test/a.js")
    assert proxy.asked == ["shop.test:443", "other.test:443"]
    assert other == Failure(FailureKind.DOWNLOAD_ERROR, "certificate verify failed")


@pytest.mark.parametrize("credentials, expected", [("user:p%40ss@", b"run()"), ("user:wrong@", REFUSED), ("", REFUSED)])
async def test_a_proxy_may_ask_for_a_password(server: SourceServer, credentials, expected):
    server.put("/a.js", reply(b"run()"))
    with ProxyServer(server.port, "user:p@ss") as proxy:
        async with client_by(proxy, credentials) as client:
            assert await got(client, "http://shop.test/a.js") == expected
            if expected is REFUSED:
                assert await got(client, "https://shop.test/a.js") == REFUSED


async def test_a_proxy_that_is_not_there_is_named(server: SourceServer):
    with ProxyServer(server.port) as proxy:
        pass
    async with client_by(proxy) as client:
        assert await got(client, "http://shop.test/a.js") == REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.js",
        "http://10.0.0.1/a.js",
        "http://[::1]/a.js",
        "http://2130706433/a.js",
        "http://localhost/a.js",
        "http://localhost./a.js",
        "http://a.localhost/a.js",
    ],
)
async def test_reserved_addresses_that_are_written_out_are_refused(proxy: ProxyServer, url):
    async with client_by(proxy) as client:
        assert await got(client, url) == RESTRICTED
    assert proxy.asked == []


async def test_a_redirect_to_a_reserved_address_is_refused_as_well(server: SourceServer, proxy: ProxyServer):
    server.put("/a.js", redirect("http://169.254.169.254/latest"))
    async with client_by(proxy) as client:
        assert await got(client, "http://shop.test/a.js") == RESTRICTED
    assert proxy.asked == ["http://shop.test/a.js"]


async def test_some_hosts_are_reached_without_it(server: SourceServer, proxy: ProxyServer):
    url = server.put("/a.js", reply(b"run()"))
    async with client_by(proxy, no_proxy=("127.0.0.1",)) as client:
        assert await got(client, url, allow_reserved=True) == b"run()"
    assert proxy.asked == []


@pytest.mark.parametrize(
    "not_for, url, goes_by",
    [
        ("h.test", "http://h.test/", False),
        ("h.test", "http://a.h.test/", False),
        (".h.test", "http://a.h.test/", False),
        (".h.test", "http://h.test/", False),
        ("H.test", "http://h.test/", False),
        ("h.test", "http://bh.test/", True),
        ("h.test", "http://h.test.evil/", True),
        ("*", "http://h.test/", False),
        ("::1", "http://[::1]/", False),
        ("", "http://h.test/", True),
    ],
)
def test_which_hosts_are_reached_by_it(not_for, url, goes_by):
    settings = Settings.from_environ({"UNMANGLE_PROXY": "http://p.test:3128", "UNMANGLE_NO_PROXY": not_for})
    proxy = open_proxy(settings)
    assert proxy is not None
    assert proxy.is_for(a_url(url)) == goes_by


def test_names_are_not_judged_by_how_they_look():
    assert not looks_reserved(a_url("http://10.0.0.1.nip.test/"))
    assert not looks_reserved(a_url("http://93.184.216.34/"))


def test_no_password_shows():
    settings = Settings.from_environ({"UNMANGLE_PROXY": "http://user:s3cret@p.test:3128"})
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in repr(open_proxy(settings))
