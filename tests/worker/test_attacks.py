"""Attempts to make a worker connect to where it must not: none connects, and each is reported by its right reason.

The victims listen on this machine, on every address that the attacks aim at and that this machine has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import orjson
import pytest

from core.errors import FetchFailed
from core.settings import Settings
from core.web.urls import parse_url
from core.wire.request import decode_request, parse_document
from core.wire.response import ScrapingAttempt
from tests.worker.name_server import Names, NameServer
from tests.worker.source_server import SourceServer, redirect, reply
from worker.fetch.client import Client, Fetch
from worker.requests.resources import Resources
from worker.requests.symbolicate import symbolicate

RESTRICTED = ("download_error", "destination is restricted")
NO_URL = None
UNREACHABLE = "2606:2800:220:1::1"  # a public address; hosts without IPv6 can't even try

# Addresses in every disguise.  {port} is where a victim listens.
LITERALS = [
    pytest.param("http://127.0.0.1:{port}/a.js", "127.0.0.1", id="loopback"),
    pytest.param("http://localhost:{port}/a.js", "localhost", id="localhost"),
    pytest.param("http://LOCALHOST:{port}/a.js", "localhost", id="capitals"),
    pytest.param("http://127.1:{port}/a.js", "127.0.0.1", id="two-parts"),
    pytest.param("http://127.0.1:{port}/a.js", "127.0.0.1", id="three-parts"),
    pytest.param("http://2130706433:{port}/a.js", "127.0.0.1", id="decimal"),
    pytest.param("http://0x7f000001:{port}/a.js", "127.0.0.1", id="hexadecimal"),
    pytest.param("http://0x7f.1:{port}/a.js", "127.0.0.1", id="hexadecimal-part"),
    pytest.param("http://0177.0.0.1:{port}/a.js", "127.0.0.1", id="octal"),
    pytest.param("http://017700000001:{port}/a.js", "127.0.0.1", id="octal-in-one"),
    pytest.param("http://127.0.0.1.:{port}/a.js", "127.0.0.1", id="number-with-trailing-dot"),
    pytest.param("http://１２７.０.０.１:{port}/a.js", "127.0.0.1", id="full-width-digits"),
    pytest.param("http://①②⑦.⓪.⓪.①:{port}/a.js", "127.0.0.1", id="circled-digits"),
    pytest.param("http://127。0。0。1:{port}/a.js", "127.0.0.1", id="ideographic-full-stops"),
    pytest.param("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/a.js", "localhost", id="circled-letters"),
    pytest.param("http://loc%61lhost:{port}/a.js", "localhost", id="percent-encoded"),
    pytest.param("http://loc\talhost:{port}/a.js", "localhost", id="tab-inside"),
    pytest.param("http:\\\\127.0.0.1:{port}\\a.js", "127.0.0.1", id="backslashes"),
    pytest.param("http:127.0.0.1:{port}/a.js", "127.0.0.1", id="no-slashes"),
    pytest.param("http:///127.0.0.1:{port}/a.js", "127.0.0.1", id="three-slashes"),
    pytest.param("http://good.test@127.0.0.1:{port}/a.js", "127.0.0.1", id="user-that-looks-like-a-host"),
    pytest.param("http://a:b@good.test@127.0.0.1:{port}/a.js", "127.0.0.1", id="two-at-signs"),
]
NUMBERS = [
    pytest.param("http://127.0.0.2:{port}/a.js", id="another-loopback"),
    pytest.param("http://127.255.255.254:{port}/a.js", id="the-last-loopback"),
    pytest.param("http://0.0.0.0:{port}/a.js", id="this-host"),
    pytest.param("http://0:{port}/a.js", id="this-host-as-a-figure"),
    pytest.param("http://[::1]:{port}/a.js", id="ipv6-loopback"),
    pytest.param("http://[0:0:0:0:0:0:0:1]:{port}/a.js", id="ipv6-loopback-in-full"),
    pytest.param("http://[::]:{port}/a.js", id="ipv6-this-host"),
    pytest.param("http://[::ffff:127.0.0.1]:{port}/a.js", id="mapped"),
    pytest.param("http://[::ffff:7f00:1]:{port}/a.js", id="mapped-hexadecimal"),
    pytest.param("http://[::127.0.0.1]:{port}/a.js", id="compatible"),
    pytest.param("http://[64:ff9b::127.0.0.1]:{port}/a.js", id="nat64"),
    pytest.param("http://[64:ff9b:1::127.0.0.1]:{port}/a.js", id="local-nat64"),
    pytest.param("http://[2002:7f00:1::]:{port}/a.js", id="6to4"),
    pytest.param("http://[2001:0:7f00:1::]:{port}/a.js", id="teredo"),
    pytest.param("http://[fe80::1]:{port}/a.js", id="link-local"),
    pytest.param("http://[fd00::1]:{port}/a.js", id="unique-local"),
    pytest.param("http://[ff02::1]:{port}/a.js", id="multicast"),
    pytest.param("http://169.254.169.254/latest/meta-data/a.js", id="cloud-metadata"),
    pytest.param("http://[::ffff:169.254.169.254]/latest/a.js", id="cloud-metadata-mapped"),
    pytest.param("http://[fd00:ec2::254]/latest/a.js", id="cloud-metadata-ipv6"),
    pytest.param("http://100.100.100.200/a.js", id="other-cloud-metadata"),
    pytest.param("http://10.0.0.1/a.js", id="private-a"),
    pytest.param("http://172.16.0.1/a.js", id="private-b"),
    pytest.param("http://192.168.0.1:6379/a.js", id="private-c-redis"),
    pytest.param("https://10.0.0.1/a.js", id="private-over-tls"),
    pytest.param("http://3232235521/a.js", id="private-decimal"),
    pytest.param("http://user:password@10.0.0.1/a.js", id="private-with-user"),
]
NAMES = [
    pytest.param([["127.0.0.1"]], id="name-of-loopback"),
    pytest.param([["::1"]], id="name-of-ipv6-loopback"),
    pytest.param([["::ffff:127.0.0.1"]], id="name-of-a-mapped-address"),
    pytest.param([["64:ff9b::7f00:1"]], id="name-of-a-nat64-address"),
    pytest.param([["2002:7f00:1::"]], id="name-of-a-6to4-address"),
    pytest.param([["0.0.0.0"]], id="name-of-this-host"),
    pytest.param([["127.0.0.1", "::1", "10.0.0.1", "fd00::1"]], id="name-of-many"),
    pytest.param([["169.254.169.254"]], id="name-of-cloud-metadata"),
    pytest.param(["other.test"], id="alias-of-loopback"),
    pytest.param([["127.0.0.1"], ["127.0.0.2"]], id="name-that-moves"),
    pytest.param([[UNREACHABLE], ["127.0.0.1"]], id="name-that-turns-to-loopback-after-it-was-judged"),
]
HOSTS = ["a.test", "A.test", "a.test.", "ａ.test"]
SCHEMES = [
    "file",
    "ftp",
    "gopher",
    "data",
    "javascript",
    "blob",
    "ws",
    "wss",
    "unix",
    "dict",
    "ldap",
    "jar",
    "view-source",
]
NOT_URLS = [
    "http://[fe80::1%25lo]:{port}/a.js",
    "http://[::1%lo]:{port}/a.js",
    "http://127.0.0.1:{port}0000/a.js",
    "http://256.0.0.1:{port}/a.js",
    "http://0x100000000:{port}/a.js",
    "http://[127.0.0.1]:{port}/a.js",
    "http://127.0.0.1 :{port}/a.js",
]
# Where a server that may be connected to sends us.  {other} is a victim's port.
REDIRECTS = [
    pytest.param("http://127.0.0.1:{other}/a.js", RESTRICTED[1], id="loopback"),
    pytest.param("//127.0.0.1:{other}/a.js", RESTRICTED[1], id="without-scheme"),
    pytest.param("http://[::1]:{other}/a.js", RESTRICTED[1], id="ipv6"),
    pytest.param("http://[::ffff:127.0.0.1]:{other}/a.js", RESTRICTED[1], id="mapped"),
    pytest.param("http://2130706433:{other}/a.js", RESTRICTED[1], id="decimal"),
    pytest.param("http://localhost:{other}/a.js", RESTRICTED[1], id="localhost"),
    pytest.param("http://good.test@127.0.0.1:{other}/a.js", RESTRICTED[1], id="user"),
    pytest.param("\\\\127.0.0.1:{other}\\a.js", RESTRICTED[1], id="backslashes"),
    pytest.param("http://other.test:{other}/a.js", RESTRICTED[1], id="name"),
    pytest.param("https://127.0.0.1:{other}/a.js", RESTRICTED[1], id="tls"),
    pytest.param("http://169.254.169.254/latest/a.js", RESTRICTED[1], id="cloud-metadata"),
    pytest.param("file:///etc/passwd", "URL scheme is not allowed", id="file"),
    pytest.param("ftp://127.0.0.1:{other}/a.js", "URL scheme is not allowed", id="ftp"),
    pytest.param("gopher://127.0.0.1:{other}/_x", "URL scheme is not allowed", id="gopher"),
    pytest.param("data:text/javascript,run()", "URL scheme is not allowed", id="data"),
    pytest.param("javascript:run()", "URL scheme is not allowed", id="javascript"),
]


@pytest.fixture(scope="module")
def listening() -> Iterator[list[SourceServer]]:
    """Servers on every address of this machine that an attack may reach."""
    with ExitStack() as stack:
        servers = [stack.enter_context(SourceServer(host)) for host in ("127.0.0.1", "127.0.0.2", "::1")]
        for server in servers:
            server.put("/a.js", reply(b"secret"))
        yield servers


@pytest.fixture
def victims(listening: list[SourceServer]) -> Iterator[list[SourceServer]]:
    """The same servers, which must never be connected to."""
    yield listening
    assert [server.accepted for server in listening] == [0] * len(listening), "a victim was connected to"


@pytest.fixture(scope="module")
def name_server() -> Iterator[NameServer]:
    with NameServer() as name_server:
        yield name_server


@pytest.fixture
def names(name_server: NameServer) -> NameServer:
    """A name server that knows two names of a victim."""
    name_server.forget()
    name_server.put("other.test", ["127.0.0.1"])
    name_server.put("localhost", ["127.0.0.1"])
    return name_server


async def attempt_at(names: NameServer, abs_path: str, **scraping: Any) -> ScrapingAttempt | None:
    """Return what a request for one file says of it."""
    request = {
        "source": {"id": "s", "url": "http://source.test/", "token": ""},
        "stacktraces": [{"frames": [{"abs_path": abs_path, "lineno": 1, "colno": 1}]}],
        "scraping": scraping,
    }
    async with Resources(Settings(), Names(names)) as resources:
        answer = await symbolicate(resources, decode_request(parse_document(orjson.dumps(request))), None)
    assert [error.type for error in answer.errors] == ["missing_source"]
    return answer.scraping_attempts[0] if answer.scraping_attempts else None


def said(attempt: ScrapingAttempt | None) -> tuple[str | None, str | None] | None:
    return attempt and (attempt.reason, attempt.details)


@pytest.mark.parametrize("url, host", LITERALS)
async def test_hosts_that_are_refused_by_name(victims, names, url, host):
    attempt = await attempt_at(names, url.format(port=victims[0].port))
    assert said(attempt) == ("invalid_host", f"Can't connect to restricted host {host}")


@pytest.mark.parametrize("url", NUMBERS)
async def test_reserved_addresses(victims, names, url):
    victim = victims[2 if "[" in url else 1 if "127.0.0.2" in url else 0]
    assert said(await attempt_at(names, url.format(port=victim.port))) == RESTRICTED
    assert names.asked == []


@pytest.mark.parametrize("answers", NAMES)
async def test_names_of_reserved_addresses(victims, names, answers):
    names.put("a.test", *answers)
    for victim in victims:
        assert said(await attempt_at(names, f"http://a.test:{victim.port}/a.js")) == RESTRICTED


@pytest.mark.parametrize("host", HOSTS)
async def test_spellings_of_a_name(victims, names, host):
    names.put("a.test", ["127.0.0.1"])
    assert said(await attempt_at(names, f"http://{host}:{victims[0].port}/a.js")) == RESTRICTED


async def test_what_a_name_means_is_asked_once_for_a_connection(victims, names):
    names.put("a.test", [UNREACHABLE], ["127.0.0.1"])
    url = parse_url(f"http://a.test:{victims[0].port}/a.js")
    assert url is not None
    async with Client(Settings(download_tries=1), Names(names)) as client:
        with pytest.raises(FetchFailed) as raised:
            await client.get(Fetch(url=url, max_bytes=1000))
    assert raised.value.failure.text in ("Network is unreachable", "No route to host")
    assert names.asked == ["a.test"]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_schemes(victims, names, scheme):
    attempt = await attempt_at(names, f"{scheme}://127.0.0.1/a.js")
    assert said(attempt) == ("invalid_host", f"`{scheme}` is not an allowed download scheme")


@pytest.mark.parametrize("abs_path", NOT_URLS)
async def test_what_is_no_url(victims, names, abs_path):
    assert await attempt_at(names, abs_path.format(port=victims[0].port)) is NO_URL


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://good.test#@127.0.0.1:{port}/a.js", id="fragment"),
        pytest.param("http://good.test?@127.0.0.1:{port}/a.js", id="query"),
        pytest.param("http://good.test\\@127.0.0.1:{port}/a.js", id="backslash"),
        pytest.param("http://good.test/@127.0.0.1:{port}/a.js", id="path"),
        pytest.param("http://127.0.0.1:{port}@good.test/a.js", id="victim-as-user"),
        pytest.param("http://good.test%2f@good.test/127.0.0.1:{port}", id="encoded-slash-in-user"),
    ],
)
async def test_urls_that_other_parsers_read_otherwise(victims, names, url):
    attempt = await attempt_at(names, url.format(port=victims[0].port))
    assert said(attempt) == ("download_error", "Name or service not known")
    assert set(names.asked) == {"good.test"}


@pytest.mark.parametrize("location, text", REDIRECTS)
async def test_redirects(victims, names, server, location, text):
    for status in (301, 302, 303, 307, 308):
        url = parse_url(server.put(f"/{status}.js", redirect(location.format(other=victims[0].port), status)))
        assert url is not None
        async with Client(Settings(), Names(names)) as client:
            with pytest.raises(FetchFailed) as raised:
                await client.get(Fetch(url=url, max_bytes=1000, allow_reserved=True))
        assert raised.value.failure.text == text


async def test_a_redirect_at_the_end_of_a_chain(victims, names, server):
    for hop in range(9):
        server.put(f"/{hop}", redirect(f"/{hop + 1}"))
    server.put("/9", redirect(f"http://127.0.0.1:{victims[0].port}/a.js"))
    url = parse_url(server.url("/0"))
    assert url is not None
    async with Client(Settings(), Names(names)) as client:
        with pytest.raises(FetchFailed) as raised:
            await client.get(Fetch(url=url, max_bytes=1000, allow_reserved=True))
    assert raised.value.failure.text == RESTRICTED[1]


@pytest.mark.parametrize(
    "name, value",
    [
        ("Host", "127.0.0.1"),
        ("host", "metadata.internal"),
        ("Proxy-Authorization", "Basic x"),
        ("Connection", "keep-alive, host"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
        ("Upgrade", "h2c"),
        ("TE", "trailers"),
        ("Trailer", "host"),
    ],
)
async def test_headers_that_say_how_a_message_is_sent_are_ours(server, name, value):
    url = parse_url(server.put("/a.js", reply(b"run()")))
    assert url is not None
    async with Client(Settings()) as client:
        await client.get(Fetch(url=url, max_bytes=1000, headers=((name, value),), allow_reserved=True))
    (request,) = server.requests
    assert request.header("Host") == f"127.0.0.1:{server.port}"
    assert value not in request.header_lines(name)


@pytest.mark.parametrize("value", ["a\r\nHost: 127.0.0.1", "a\nX: y", "a\0b"])
async def test_headers_that_hold_another_header_are_refused(victims, names, value):
    attempt = await attempt_at(names, "http://a.test/a.js", headers={"X-Evil": value})
    assert attempt is not None
    assert attempt.reason == "download_error"
    assert "127.0.0.1" not in str(attempt.details)
    assert names.asked == []


def test_the_table_is_long_enough():
    tables = (LITERALS, NUMBERS, NAMES, HOSTS, SCHEMES, NOT_URLS, REDIRECTS)
    assert sum(map(len, tables)) >= 60


async def test_jobs_beside_an_attack_are_not_held_up(names, server):
    names.put("a.test", ["127.0.0.1"])
    fine = server.put("/fine.js", reply(b"run()"))
    url = parse_url(fine)
    assert url is not None
    async with Client(Settings(), Names(names)) as client:
        attacks = [asyncio.create_task(attempt_at(names, f"http://a.test:{port}/a.js")) for port in range(1, 20)]
        assert await client.get(Fetch(url=url, max_bytes=1000, allow_reserved=True)) == b"run()"
        assert {said(attempt) for attempt in await asyncio.gather(*attacks)} == {RESTRICTED}
