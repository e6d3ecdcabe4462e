import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FetchFailed
from core.failures import TOO_LARGE, Failure, FailureKind
from core.settings import Settings
from core.web.urls import Url, parse_url
from tests.worker.source_server import (
    Certificate,
    Reply,
    SourceServer,
    bomb,
    chunked,
    dripping,
    encoded,
    gated,
    half_a_body,
    hang_up,
    raw,
    redirect,
    reply,
    self_signed_certificate,
    silence,
    stalled_body,
)
from worker.fetch.client import IDENTITY, USER_AGENT, Client, Fetch
from worker.fetch.response_outcomes import lookup_status_failure

SETTINGS = Settings(download_tries=1)
RESTRICTED = Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted")
TOKEN = ("Authorization", "Bearer t0ken")

GARBAGE = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"220 mail.h.test ESMTP\r\n\r\n", id="another-protocol"),
    pytest.param(b"HTTP/1.1 200 OK\r\n", id="half-a-head"),
    pytest.param(b"HTTP/1.1 banana OK\r\n\r\n", id="status-is-no-number"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", id="negative-length"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two-lengths"),
    pytest.param(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", id="header-without-colon"),
    pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", id="endless-header"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", id="bad-chunk-size"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", id="half-a-chunk"),
    pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="upgrade-nobody-asked-for"),
]


class Names(AbstractResolver):
    """Answers for the names it knows; what isn't known doesn't exist."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host.partition(".")[0] not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses[host.partition(".")[0]]
        ]

    async def close(self) -> None:
        pass


def url_of(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


def a_fetch(url: str, **changes: Any) -> Fetch:
    """What may go to the servers of these tests, which are at reserved addresses."""
    return replace(
        Fetch(url=url_of(url), max_bytes=1 << 20, allow_reserved=True, allow_reserved_elsewhere=True), **changes
    )


async def failure_of(client: Client, fetch: Fetch) -> Failure:
    with pytest.raises(FetchFailed) as raised:
        await client.get(fetch)
    return raised.value.failure


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[SourceServer]:
    """A server of another origin."""
    with SourceServer() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(SETTINGS) as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed_certificate(tmp_path_factory.mktemp("certificate"), "DNS:localhost")


async def test_the_body_comes_back(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply("rün()".encode()))
    assert await client.get(a_fetch(url)) == "rün()".encode()


async def test_an_ipv6_address_is_a_host_too(client: Client) -> None:
    with SourceServer(host="::1") as server:
        assert await client.get(a_fetch(server.put("/a.js", reply(b"run()")))) == b"run()"
        assert server.requests[0].header("Host") == f"[::1]:{server.port}"


async def test_an_empty_body_is_a_file(server: SourceServer, client: Client) -> None:
    assert await client.get(a_fetch(server.put("/a.js", reply(b"")))) == b""


async def test_a_body_without_a_length_ends_with_the_connection(server: SourceServer, client: Client) -> None:
    assert await client.get(a_fetch(server.put("/a.js", raw(b"HTTP/1.1 200 OK\r\n\r\nrun()")))) == b"run()"


@pytest.mark.parametrize(
    "path",
    [
        "/a%20b.js?x=%2F&y=a+b&z",
        "/a%2fb/%7Euser//x.js",
        "/%C3%BC.js?q=%C3%BC&q=(|)",
        "/[a]^b.js?[x]",
        "/a;b=c,d@e:f.js",
    ],
)
async def test_the_url_goes_out_as_it_is(server: SourceServer, client: Client, path: str) -> None:
    server.put(url_of(server.url(path)).path, reply())
    await client.get(a_fetch(server.url(path)))
    assert server.requests[0].target == path.replace("^", "%5E")


async def test_the_fragment_is_not_sent(server: SourceServer, client: Client) -> None:
    await client.get(a_fetch(server.put("/a.js", reply()) + "#1699997847"))
    assert server.requests[0].target == "/a.js"


async def test_what_is_said_about_us(server: SourceServer, client: Client) -> None:
    await client.get(a_fetch(server.put("/a.js", reply())))
    (request,) = server.requests
    assert request.method == "GET"
    assert request.header("User-Agent") == USER_AGENT
    assert USER_AGENT.startswith("unmangle/")
    assert request.header("Accept-Encoding") == "br, deflate, gzip, zstd"
    assert request.header("Host") == f"127.0.0.1:{server.port}"
    assert request.header("Range") is None
    assert request.header("Referer") is None


async def test_given_headers_are_sent_and_replace_ours(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply())
    headers = (("X-A", "1"), ("x-a", "ü"), ("accept-encoding", "gzip"), ("user-agent", "me"), ("Host", "evil.test"))
    await client.get(a_fetch(url, headers=headers))
    (request,) = server.requests
    assert request.header_lines("X-A") == ["1", "ü".encode().decode("latin-1")]
    assert request.header("Accept-Encoding") == "gzip"
    assert request.header("User-Agent") == "me"
    assert request.header("Host") == f"127.0.0.1:{server.port}"


async def test_a_lookup_asks_for_plain_bytes(server: SourceServer, client: Client) -> None:
    await client.get(a_fetch(server.put("/lookup", reply(b"[]")), accept_encoding=IDENTITY))
    assert server.requests[0].header("Accept-Encoding") == "identity"


async def test_cookies_are_sent_verbatim_and_none_are_kept(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply(headers=[("Set-Cookie", "session=1; Path=/")]))
    await client.get(a_fetch(url, headers=(("Cookie", 'a=1; b="x y"; ;c'),)))
    await client.get(a_fetch(url))
    assert [request.header("Cookie") for request in server.requests] == ['a=1; b="x y"; ;c', None]


@pytest.mark.parametrize(
    "headers, authorization",
    [
        pytest.param((), "Basic dTpw", id="user-of-the-url"),
        pytest.param((TOKEN,), "Bearer t0ken", id="a-token-wins"),
    ],
)
async def test_a_user_in_the_url(
    server: SourceServer, client: Client, headers: tuple[tuple[str, str], ...], authorization: str
) -> None:
    url = server.put("/a.js", reply()).replace("//", "//u:p@")
    await client.get(a_fetch(url, headers=headers))
    assert server.requests[0].header("Authorization") == authorization


async def test_proxies_of_the_environment_are_ignored(
    server: SourceServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert await client.get(a_fetch(server.put("/a.js", reply(b"run()")))) == b"run()"


async def test_a_header_value_that_cannot_be_sent_fails_before_anything_is_sent(
    server: SourceServer, client: Client
) -> None:
    failure = await failure_of(client, a_fetch(server.put("/a.js", reply()), headers=(("X-A", "a\r\nX-B: c"),)))
    assert failure.kind is FailureKind.DOWNLOAD_ERROR
    assert server.requests == []


async def test_secrets_are_not_in_the_repr() -> None:
    assert "t0ken" not in repr(a_fetch("http://h.test/", headers=(TOKEN,)))


# -- content encodings


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_content_encodings(server: SourceServer, client: Client, encoding: str) -> None:
    body = b"run();" * 50_000
    assert await client.get(a_fetch(server.put("/a.js", encoded(body, encoding)))) == body


@pytest.mark.parametrize(
    "lines, body, content",
    [
        pytest.param([""], b"run()", b"run()", id="empty"),
        pytest.param(["identity"], b"run()", b"run()", id="identity"),
        pytest.param(["x-gzip"], gzip.compress(b"run()"), b"run()", id="x-gzip"),
        pytest.param([" gzip  "], gzip.compress(b"run()"), b"run()", id="spaces-around"),
        pytest.param(["gzip"], gzip.compress(b"run") + gzip.compress(b"()"), b"run()", id="two-members"),
        pytest.param(["gzip"], b"", b"", id="an-empty-body-is-not-compressed"),
    ],
)
async def test_spellings_of_content_encodings(
    server: SourceServer, client: Client, lines: list[str], body: bytes, content: bytes
) -> None:
    headers = [("Content-Encoding", line) for line in lines]
    assert await client.get(a_fetch(server.put("/a.js", reply(body, headers=headers)))) == content


@pytest.mark.parametrize(
    "lines, text",
    [
        pytest.param(["gzip", "br"], "Multiple content encodings not supported", id="two-lines"),
        pytest.param(["identity", "identity"], "Multiple content encodings not supported", id="two-equal-lines"),
        pytest.param(["gzip, br"], "Unsupported content encoding", id="a-list"),
        pytest.param(["compress"], "Unsupported content encoding", id="compress"),
        pytest.param(["GZIP"], "Unsupported content encoding", id="upper-case"),
    ],
)
async def test_content_encodings_that_are_not_supported(
    server: SourceServer, client: Client, lines: list[str], text: str
) -> None:
    url = server.put("/a.js", reply(b"run()", headers=[("Content-Encoding", line) for line in lines]))
    assert await failure_of(client, a_fetch(url)) == Failure(FailureKind.DOWNLOAD_ERROR, text)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_bad_compressed_body_is_a_download_error(server: SourceServer, client: Client, encoding: str) -> None:
    url = server.put("/a.js", reply(b"garbage", headers=[("Content-Encoding", encoding)]))
    assert (await failure_of(client, a_fetch(url))).kind is FailureKind.DOWNLOAD_ERROR


async def test_a_compressed_body_that_ends_early_is_a_download_error(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply(gzip.compress(b"run()")[:-4], headers=[("Content-Encoding", "gzip")]))
    assert (await failure_of(client, a_fetch(url))).kind is FailureKind.DOWNLOAD_ERROR


# -- sizes


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda body: reply(body), id="with-a-length"),
        pytest.param(lambda body: chunked(lambda: [body[:7], body[7:]]), id="in-chunks"),
        pytest.param(lambda body: encoded(body, "zstd"), id="compressed"),
    ],
)
async def test_the_size_limit_is_the_first_byte_over(server: SourceServer, client: Client, make: Any) -> None:
    url = server.put("/a.js", make(bytes(1000)))
    assert await client.get(a_fetch(url, max_bytes=1000)) == bytes(1000)
    assert await failure_of(client, a_fetch(url, max_bytes=999)) == TOO_LARGE


async def test_a_length_over_the_limit_is_refused_before_the_body(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", stalled_body(bytes(1001)))
    assert await failure_of(client, a_fetch(url, max_bytes=1000)) == TOO_LARGE


async def test_a_compressed_body_over_the_limit_is_refused(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", encoded(b"", "gzip"))
    assert await failure_of(client, a_fetch(url, max_bytes=5)) == TOO_LARGE


async def test_a_body_without_end_is_refused(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", dripping(bytes(10_000), interval_s=0))
    assert await failure_of(client, a_fetch(url)) == TOO_LARGE
    await asyncio.to_thread(server.wait_until_idle)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_bomb_stops_at_the_limit(server: SourceServer, encoding: str) -> None:
    async with Client(Settings()) as client:
        assert await failure_of(client, a_fetch(server.put("/a.js", bomb(encoding)), max_bytes=1 << 20)) == TOO_LARGE
    assert len(server.requests) == 1, "a file that is too large doesn't shrink"


# -- what goes wrong on the wire


@pytest.mark.parametrize("status", [400, 404, 429])
async def test_statuses_become_failures(server: SourceServer, client: Client, status: int) -> None:
    assert await failure_of(client, a_fetch(server.put("/a.js", reply(status=status)))) == Failure(
        FailureKind.NOT_FOUND
    )


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(hang_up(), id="hangs-up-before-the-answer"),
        pytest.param(half_a_body(b"run();" * 10), id="hangs-up-within-the-body"),
        pytest.param(half_a_body(gzip.compress(b"run()"), [("Content-Encoding", "gzip")]), id="compressed-too"),
    ],
)
async def test_a_server_that_hangs_up_is_a_download_error(server: SourceServer, client: Client, first: Reply) -> None:
    failure = await failure_of(client, a_fetch(server.put("/a.js", first)))
    assert failure.kind is FailureKind.DOWNLOAD_ERROR
    assert failure.text
    assert len(server.requests) == 1, "the library sent the request again by itself"


@pytest.mark.parametrize("sent", GARBAGE)
async def test_garbage_instead_of_http_is_a_download_error(server: SourceServer, client: Client, sent: bytes) -> None:
    failure = await failure_of(client, a_fetch(server.put("/a.js", raw(sent))))
    assert failure.kind is FailureKind.DOWNLOAD_ERROR
    assert failure.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 F\r\nLocation: "]), rest=st.binary())
def test_whatever_a_server_sends_nothing_but_fetch_failed_comes_of_it(
    server: SourceServer, start: bytes, rest: bytes
) -> None:
    async def get() -> None:
        async with Client(Settings(download_tries=1, head_timeout_s=2)) as client:
            await client.get(a_fetch(server.put("/a.js", raw(start + rest)), allow_reserved_elsewhere=False))

    with contextlib.suppress(FetchFailed):
        asyncio.run(get())


async def test_a_refused_connection_is_a_download_error(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await failure_of(client, a_fetch(f"http://127.0.0.1:{port}/")) == Failure(
        FailureKind.DOWNLOAD_ERROR, "Connection refused"
    )


async def test_a_name_that_does_not_exist_is_a_download_error() -> None:
    async with Client(SETTINGS, Names()) as client:
        assert await failure_of(client, a_fetch("http://gone.test/")) == Failure(
            FailureKind.DOWNLOAD_ERROR, "Name or service not known"
        )


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", "x_y.test.", "a!b.test"])
async def test_a_name_that_cannot_exist_is_a_download_error(client: Client, host: str) -> None:
    assert (await failure_of(client, a_fetch(f"http://{host}/"))).kind is FailureKind.DOWNLOAD_ERROR


async def test_a_host_that_does_not_take_connections_is_a_download_error() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):  # it waits in the queue, and the queue is full
            async with Client(Settings(download_tries=1, connect_timeout_s=1)) as client:
                failure = await failure_of(client, a_fetch(f"http://127.0.0.1:{full.getsockname()[1]}/"))
    assert failure == Failure(FailureKind.DOWNLOAD_ERROR, "connection timed out")


# -- time


async def test_no_head_in_time_is_a_timeout(server: SourceServer) -> None:
    async with Client(Settings(download_tries=1, head_timeout_s=1)) as client:
        failure = await failure_of(client, a_fetch(server.put("/a.js", silence())))
    assert failure == Failure(FailureKind.TIMEOUT, "1s")


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param(stalled_body(bytes(1000)), id="stalls-within-the-body"),
        pytest.param(stalled_body(b"x"), id="never-starts-the-body"),
        pytest.param(dripping(b"drop"), id="sends-little-but-always"),
    ],
)
async def test_no_body_in_time_is_a_timeout_of_the_whole(server: SourceServer, slow: Reply) -> None:
    async with Client(Settings(max_download_timeout_s=1)) as client:
        failure = await failure_of(client, a_fetch(server.put("/a.js", slow), max_bytes=1 << 30))
    assert failure == Failure(FailureKind.TIMEOUT, "1s")


async def test_the_tries_share_the_time_of_the_whole(server: SourceServer) -> None:
    url = server.put("/a.js", silence())
    async with Client(Settings(head_timeout_s=1, download_tries=100)) as client:
        assert await failure_of(client, a_fetch(url, total_s=2.5)) == Failure(FailureKind.TIMEOUT, "2s 500ms")
    assert len(server.requests) < 100


async def test_a_slow_answer_within_the_limits_is_fine(server: SourceServer, client: Client) -> None:
    gate = server.gate()
    url = server.put("/a.js", gated(gate, reply(b"run()")))
    getting = asyncio.create_task(client.get(a_fetch(url)))
    await asyncio.to_thread(server.wait_for_requests, "/a.js")
    assert not getting.done()
    gate.open()
    assert await getting == b"run()"


# -- tries


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(reply(status=500), id="500"),
        pytest.param(reply(status=304), id="304"),
        pytest.param(hang_up(), id="hang-up"),
        pytest.param(half_a_body(b"run()"), id="half-a-body"),
        pytest.param(raw(b"garbage\r\n\r\n"), id="garbage"),
        pytest.param(reply(b"x", headers=[("Content-Encoding", "gzip")]), id="bad-body"),
        pytest.param(silence(), id="timeout"),
    ],
)
async def test_the_third_try_may_succeed(server: SourceServer, first: Reply) -> None:
    url = server.put("/a.js", first, first, reply(b"run()"))
    async with Client(Settings(head_timeout_s=1)) as client:
        assert await client.get(a_fetch(url)) == b"run()"
    assert len(server.requests) == 3


async def test_there_is_no_fourth_try(server: SourceServer) -> None:
    url = server.put("/a.js", reply(status=503))
    async with Client(Settings()) as client:
        failure = await failure_of(client, a_fetch(url))
    assert failure == Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(status=404), id="not-found"),
        pytest.param(reply(status=429), id="too-many-requests"),
        pytest.param(reply(status=401), id="unauthorized"),
        pytest.param(reply(status=302), id="login-page"),
        pytest.param(reply(bytes(2 << 20)), id="too-large"),
        pytest.param(redirect("ftp://o.test/"), id="redirect-to-another-scheme"),
        pytest.param(redirect("http://10.0.0.1/"), id="redirect-to-a-reserved-address"),
    ],
)
async def test_what_will_not_heal_is_not_tried_again(server: SourceServer, answer: Reply) -> None:
    async with Client(Settings()) as client:
        await failure_of(client, a_fetch(server.put("/a.js", answer), allow_reserved_elsewhere=False))
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429, 302, 500])
async def test_a_lookup_is_tried_again_whatever_the_status(server: SourceServer, status: int) -> None:
    url = server.put("/lookup", reply(status=status), reply(status=status), reply(b"[]"))
    async with Client(Settings()) as client:
        assert await client.get(a_fetch(url, status_failure=lookup_status_failure)) == b"[]"


# -- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(server: SourceServer, client: Client, status: int) -> None:
    url = server.put("/a/old.js", redirect("../new.js?x=1", status))
    server.put("/new.js?x=1", reply(b"run()"))
    assert await client.get(a_fetch(url)) == b"run()"
    assert [request.method for request in server.requests] == ["GET", "GET"]


async def test_ten_redirects_are_followed_and_an_eleventh_is_not(server: SourceServer) -> None:
    for number in range(11):
        server.put(f"/{number}", redirect(f"/{number + 1}"))
    server.put("/11", reply(b"run()"))
    async with Client(Settings()) as client:
        assert await client.get(a_fetch(server.url("/1"))) == b"run()"
        failure = await failure_of(client, a_fetch(server.url("/0")))
    assert failure == Failure(FailureKind.DOWNLOAD_ERROR, "too many redirects")
    assert len(server.requests) == 22


@pytest.mark.parametrize("location", ["ftp://h.test/a.js", "file:///etc/passwd", "data:text/plain,run()", "about:x"])
async def test_a_redirect_to_another_scheme_is_refused(server: SourceServer, client: Client, location: str) -> None:
    assert await failure_of(client, a_fetch(server.put("/a.js", redirect(location)))) == Failure(
        FailureKind.DOWNLOAD_ERROR, "URL scheme is not allowed"
    )


async def test_the_body_of_a_redirect_is_not_read(server: SourceServer, client: Client) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /new.js\r\nContent-Length: 999999999\r\n\r\n"
    server.put("/new.js", reply(b"run()"))
    assert await client.get(a_fetch(server.put("/old.js", lambda: chain([head], dripping()())))) == b"run()"


async def test_headers_stay_on_the_way_within_an_origin(server: SourceServer, client: Client) -> None:
    server.put("/b.js", reply())
    await client.get(a_fetch(server.put("/a.js", redirect("/b.js")), headers=(TOKEN, ("X-A", "1"))))
    for request in server.requests:
        assert request.header("Authorization") == "Bearer t0ken"
        assert request.header("X-A") == "1"


async def test_headers_are_dropped_for_good_where_the_origin_changes(
    server: SourceServer, other: SourceServer, client: Client
) -> None:
    given_headers = (TOKEN, ("Cookie", "a=1"), ("Proxy-Authorization", "x"), ("X-A", "1"), ("Accept-Encoding", "gzip"))
    url = server.put("/start", redirect("/next"))
    server.put("/next", redirect(other.url("/there")))
    other.put("/there", redirect(server.url("/back")))
    server.put("/back", reply(b"run()"))
    assert await client.get(a_fetch(url, headers=given_headers)) == b"run()"
    (there,) = other.requests
    (back,) = server.requests_for("/back")
    for request in (there, back):
        for name in ("Authorization", "Cookie", "Proxy-Authorization", "X-A", "Referer"):
            assert request.header(name) is None
        assert request.header("Accept-Encoding") == "br, deflate, gzip, zstd"
    assert server.requests_for("/next")[0].header("Cookie") == "a=1"


async def test_the_same_host_on_another_scheme_is_another_origin() -> None:
    fetch = a_fetch("https://h.test/a.js", headers=(TOKEN,), allow_reserved_elsewhere=False)
    elsewhere = fetch.at(url_of("http://h.test/a.js"))
    assert elsewhere.headers == ()
    assert not elsewhere.allow_reserved
    assert not elsewhere.at(url_of("https://h.test/a.js")).allow_reserved
    assert fetch.at(url_of("https://H.test:443/b.js")).headers == (TOKEN,)


# -- addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://0:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST:{port}/",
        "http://[::1]:{port}/",
        "http://[::]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
    ],
)
async def test_reserved_addresses_are_refused(server: SourceServer, url: str) -> None:
    async with Client(Settings()) as client:
        fetch = a_fetch(url.format(port=server.port), allow_reserved=False)
        assert await failure_of(client, fetch) == RESTRICTED
    assert server.accepted == 0


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST", "localhost.shop.test", "localhost.."])
async def test_names_of_this_machine_are_refused(server: SourceServer, host: str) -> None:
    async with Client(Settings(), Names(localhost=["127.0.0.1"])) as client:
        fetch = a_fetch(f"http://{host}:{server.port}/", allow_reserved=False)
        assert await failure_of(client, fetch) == RESTRICTED
    assert server.accepted == 0


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["127.0.0.1"], id="one"),
        pytest.param(["127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0"], id="many"),
        pytest.param(["::ffff:127.0.0.1"], id="mapped"),
    ],
)
async def test_names_of_reserved_addresses_are_refused(server: SourceServer, addresses: list[str]) -> None:
    async with Client(Settings(), Names(evil=addresses)) as client:
        fetch = a_fetch(f"http://evil.test:{server.port}/", allow_reserved=False)
        assert await failure_of(client, fetch) == RESTRICTED
    assert server.accepted == 0


async def test_a_name_is_connected_to_at_its_public_address_only(server: SourceServer) -> None:
    names = Names(mixed=["127.0.0.1", "192.0.2.1", "255.255.255.255", "2001:4860:4860::8888"])
    async with Client(Settings(download_tries=1, connect_timeout_s=1), names) as client:
        failure = await failure_of(client, a_fetch(f"http://mixed.test:{server.port}/", allow_reserved=False))
    assert failure.kind is FailureKind.DOWNLOAD_ERROR
    assert failure != RESTRICTED, "there was an address left"
    assert server.accepted == 0


async def test_a_redirect_to_a_reserved_address_is_refused(
    server: SourceServer, other: SourceServer, client: Client
) -> None:
    url = server.put("/a.js", redirect(other.put("/b.js", reply(b"run()"))))
    assert await client.get(a_fetch(url)) == b"run()"
    assert await failure_of(client, a_fetch(url, allow_reserved_elsewhere=False)) == RESTRICTED
    assert len(other.requests) == 1


async def test_a_connection_opened_under_a_laxer_policy_is_not_used_again(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply(b"run()"))
    await client.get(a_fetch(url))
    assert await failure_of(client, a_fetch(url, allow_reserved=False)) == RESTRICTED
    await client.get(a_fetch(url))
    assert server.accepted == 1, "the first connection is still good for its own policy"


async def test_names_are_resolved_anew_for_each_connection(server: SourceServer) -> None:
    names = Names(shop=["127.0.0.1"])
    url = f"http://shop.test:{server.port}/a.js"
    server.put("/a.js", raw(b"HTTP/1.1 200 OK\r\n\r\nrun()"))
    async with Client(SETTINGS, names) as client:
        await client.get(a_fetch(url))
        names.addresses["shop"] = ["127.0.0.2"]
        await failure_of(client, a_fetch(url))  # the server isn't there
    assert names.asked == ["shop.test", "shop.test"]


# -- TLS


def trusted(url: str, monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> Fetch:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    return a_fetch(url)


async def test_a_trusted_certificate_is_fine(
    certificate: Certificate, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SourceServer(certificate=certificate) as server:
        url = server.put("/a.js", reply(b"run()")).replace("127.0.0.1", "localhost")
        assert await client.get(trusted(url, monkeypatch, certificate)) == b"run()"


async def test_an_unknown_certificate_is_not_trusted(certificate: Certificate, client: Client) -> None:
    with SourceServer(certificate=certificate) as server:
        url = server.put("/a.js", reply(b"run()")).replace("127.0.0.1", "localhost")
        failure = await failure_of(client, a_fetch(url))
        assert failure == Failure(FailureKind.DOWNLOAD_ERROR, "certificate verify failed")
        assert await client.get(a_fetch(url, verify_ssl=False)) == b"run()"
        assert await failure_of(client, a_fetch(url)) == failure, "a connection without checks was used again"


async def test_a_certificate_for_another_name_is_not_trusted(
    certificate: Certificate, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SourceServer(certificate=certificate) as server:
        failure = await failure_of(client, trusted(server.put("/a.js", reply()), monkeypatch, certificate))
    assert failure == Failure(FailureKind.DOWNLOAD_ERROR, "certificate verify failed")


async def test_certificates_are_not_checked_on_redirects_either_if_that_is_off(
    certificate: Certificate, server: SourceServer, client: Client
) -> None:
    with SourceServer(certificate=certificate) as secure:
        url = server.put("/a.js", redirect(secure.put("/b.js", reply(b"run()"))))
        assert await client.get(a_fetch(url, verify_ssl=False)) == b"run()"


@pytest.mark.parametrize("verify_ssl", [True, False])
async def test_a_server_without_tls_is_an_ssl_error(server: SourceServer, client: Client, verify_ssl: bool) -> None:
    url = server.put("/a.js", reply()).replace("http:", "https:")
    assert await failure_of(client, a_fetch(url, verify_ssl=verify_ssl)) == Failure(
        FailureKind.DOWNLOAD_ERROR, "SSL error"
    )


async def test_http_to_a_server_with_tls_is_a_download_error(certificate: Certificate, client: Client) -> None:
    with SourceServer(certificate=certificate) as server:
        failure = await failure_of(client, a_fetch(server.put("/a.js", reply()).replace("https:", "http:")))
    assert failure.kind is FailureKind.DOWNLOAD_ERROR


# -- connections


async def test_connections_are_kept_for_the_next_file(server: SourceServer, client: Client) -> None:
    url = server.put("/a.js", reply(b"run()"))
    for _ in range(3):
        await client.get(a_fetch(url))
    assert server.accepted == 1


@pytest.mark.parametrize(
    "slow",
    [pytest.param(silence(), id="before-the-head"), pytest.param(stalled_body(bytes(1000)), id="within-the-body")],
)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
async def test_a_cancelled_get_leaves_no_connection(
    certificate: Certificate, client: Client, slow: Reply, secure: bool
) -> None:
    with SourceServer(certificate=certificate if secure else None) as server:
        getting = asyncio.create_task(client.get(a_fetch(server.put("/a.js", slow), verify_ssl=False)))
        await asyncio.to_thread(server.wait_for_requests, "/a.js")
        getting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await getting
        await asyncio.to_thread(server.wait_until_idle)


async def test_a_closed_client_leaves_no_connection(server: SourceServer) -> None:
    async with Client(SETTINGS) as client:
        await client.get(a_fetch(server.put("/a.js", reply(b"run()"))))
    await asyncio.to_thread(server.wait_until_idle)


async def test_many_files_at_once(server: SourceServer, client: Client) -> None:
    gate = server.gate()
    url = server.put("/a.js", gated(gate, reply(b"run()")))
    getting = asyncio.gather(*(client.get(a_fetch(url)) for _ in range(150)))
    await asyncio.to_thread(server.wait_for_requests, "/a.js", 150)
    gate.open()
    assert await getting == [b"run()"] * 150
