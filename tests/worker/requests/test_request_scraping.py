import gzip
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.failures import Failure, FailureKind
from core.files.file_keys import EmbeddedMap, File, FileEntry, FileKey, FileType, RemoteMap, ResolvedWith, ScrapedFile
from core.settings import Settings
from core.web.scraping_policy import ScrapingPolicy
from core.wire.request import Scraping, SymbolicateRequest
from core.wire.request_sources import Source
from core.wire.response import ScrapingAttempt
from tests.worker.source_server import (
    Reply,
    SourceServer,
    encoded,
    redirect,
    reply,
    self_signed_certificate,
    silence,
)
from worker.caches.keys import Namespace
from worker.requests.prefetch import RequestTexts
from worker.requests.request_scraping import RequestScraping, Scraped, scraping_policy
from worker.requests.resources import Resources

SETTINGS = Settings(cache_dir=None, download_tries=1, head_timeout_s=1, deny_list_enabled=False)
AT_HOME = replace(SETTINGS, connect_to_reserved_ips=True)
DISABLED = Scraping(enabled=False)


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as running:
        yield running


def a_request(scraping: Scraping) -> SymbolicateRequest:
    return SymbolicateRequest(source=Source(id="s", url="https://s.test/"), stacktraces=[], scraping=scraping)


async def scraped(abs_path: str | None, scraping: Scraping | None = None, settings: Settings = SETTINGS) -> Scraped:
    """Scrape a file for a request of its own, in a process of its own."""
    request = a_request(scraping or Scraping())
    async with Resources(settings) as resources:
        texts = RequestTexts(resources.texts)
        of_request = RequestScraping(resources.web, texts, Namespace.of(request, None), request)
        return await of_request.scrape(FileKey(FileType.MINIFIED_SOURCE, abs_path))


async def scraped_at_home(abs_path: str, scraping: Scraping | None = None) -> Scraped:
    return await scraped(abs_path, scraping, AT_HOME)


def a_failure(abs_path: str, reason: str, details: str | None = None) -> ScrapingAttempt:
    return ScrapingAttempt(url=abs_path, status="failure", reason=reason, details=details)


def result_of(outcome: Scraped) -> File:
    assert isinstance(outcome.entry.result, File)
    return outcome.entry.result


NOT_A_URL = [
    pytest.param("/srv/app.js", id="a-path"),
    pytest.param("<anonymous>", id="anonymous"),
    pytest.param("native", id="native"),
    pytest.param("http//h.test/x.js", id="no-colon"),
    pytest.param("", id="empty"),
    pytest.param("http://", id="no-host"),
    pytest.param("https://h.test:99999/", id="no-such-port"),
]


@pytest.mark.parametrize("scraping", [Scraping(), DISABLED], ids=["enabled", "disabled"])
@pytest.mark.parametrize("abs_path", NOT_A_URL)
async def test_what_is_not_a_url_is_not_mentioned(abs_path: str, scraping: Scraping) -> None:
    outcome = await scraped(abs_path, scraping)
    assert outcome.attempt is None
    assert isinstance(outcome.entry.result, Failure)
    assert outcome.entry.result.kind is FailureKind.DOWNLOAD_ERROR
    assert outcome.entry.resolved_with is ResolvedWith.UNKNOWN


@pytest.mark.parametrize("scraping", [Scraping(), DISABLED], ids=["enabled", "disabled"])
async def test_a_file_without_a_path_is_not_found(scraping: Scraping) -> None:
    outcome = await scraped(None, scraping)
    assert outcome == Scraped(FileEntry(None, Failure(FailureKind.NOT_FOUND), ResolvedWith.UNKNOWN), None)


@pytest.mark.parametrize("abs_path", ["https://h.test/a.js", "app:///a.js", "http://localhost/"])
async def test_disabled_comes_before_all_that_looks_at_the_url(abs_path: str) -> None:
    outcome = await scraped(abs_path, Scraping(enabled=False, allowed_origins=[]))
    assert outcome.entry == FileEntry(None, Failure(FailureKind.SCRAPING_DISABLED), ResolvedWith.UNKNOWN)
    assert outcome.attempt == a_failure(abs_path, "disabled")


@pytest.mark.parametrize(
    "abs_path, scheme",
    [
        pytest.param("app:///a.js", "app", id="app"),
        pytest.param("webpack:///./a.js", "webpack", id="webpack"),
        pytest.param("file:///a.js", "file", id="file"),
        pytest.param("blob:https://h.test/u", "blob", id="blob"),
        pytest.param("node:internal/x", "node", id="node"),
        pytest.param("C:\\app\\a.js", "c", id="a-drive-letter-is-a-scheme"),
        pytest.param("FTP://h.test/a.js", "ftp", id="ftp"),
    ],
)
async def test_other_schemes_are_refused_before_origins(abs_path: str, scheme: str) -> None:
    outcome = await scraped(abs_path, Scraping(allowed_origins=[]))
    text = f"`{scheme}` is not an allowed download scheme"
    assert outcome.entry == FileEntry(None, Failure(FailureKind.DOWNLOAD_ERROR, text), ResolvedWith.UNKNOWN)
    assert outcome.attempt == a_failure(abs_path, "invalid_host", text)


@pytest.mark.parametrize("abs_path", [" https://H.test/a.js ", "http://localhost/a.js"])
async def test_other_origins_are_refused_before_hosts_and_named_as_they_came(abs_path: str) -> None:
    outcome = await scraped(abs_path, Scraping(allowed_origins=["shop.test"]))
    text = f"{abs_path} is not an allowed download origin"
    assert outcome.entry == FileEntry(None, Failure(FailureKind.DOWNLOAD_ERROR, text), ResolvedWith.UNKNOWN)
    assert outcome.attempt == a_failure(abs_path, "invalid_host", text)


@pytest.mark.parametrize(
    "abs_path, host",
    [
        pytest.param("http://localhost/a.js", "localhost", id="localhost"),
        pytest.param("https://LOCALHOST:8080/", "localhost", id="localhost-in-upper-case"),
        pytest.param("http://127.0.0.1/a.js", "127.0.0.1", id="number"),
        pytest.param("http://127.1/x", "127.0.0.1", id="short-number"),
        pytest.param("http://0x7f000001/", "127.0.0.1", id="hexadecimal-number"),
        pytest.param("http://2130706433/", "127.0.0.1", id="one-number"),
    ],
)
async def test_this_machine_is_refused(abs_path: str, host: str) -> None:
    outcome = await scraped(abs_path)
    failure = Failure(FailureKind.DOWNLOAD_ERROR, "Invalid host")
    assert outcome.entry == FileEntry(None, failure, ResolvedWith.UNKNOWN)
    assert outcome.attempt == a_failure(abs_path, "invalid_host", f"Can't connect to restricted host {host}")


async def test_a_file_from_the_web(server: SourceServer) -> None:
    abs_path = server.put("/js/a.js", reply(b"run()\n//# sourceMappingURL=../a.js.map"))
    outcome = await scraped_at_home(abs_path)
    uri = outcome.entry.origin.uri if isinstance(outcome.entry.origin, ScrapedFile) else ""
    assert int(uri.removeprefix(f"{abs_path}#")) <= time.time()
    assert outcome.attempt == ScrapingAttempt(url=abs_path, status="success")
    assert outcome.entry == FileEntry(
        ScrapedFile(uri),
        File(b"run()\n//# sourceMappingURL=../a.js.map", RemoteMap(server.url("/a.js.map"))),
        ResolvedWith.SCRAPING,
    )


async def test_an_empty_file_is_a_success(server: SourceServer) -> None:
    outcome = await scraped_at_home(server.put("/a.js", reply(b"")))
    assert result_of(outcome) == File(b"")
    assert outcome.attempt is not None
    assert outcome.attempt.status == "success"


async def test_the_map_is_sought_from_where_the_frame_points_not_from_where_a_redirect_ends(
    server: SourceServer,
) -> None:
    server.put("/v2/a.js", reply(b"//# sourceMappingURL=a.js.map"))
    outcome = await scraped_at_home(server.put("/a.js?v=1", redirect("/v2/a.js")))
    assert result_of(outcome).source_map == RemoteMap(server.url("/a.js.map"))


async def test_response_headers_say_nothing_about_the_map(server: SourceServer) -> None:
    headers = [("SourceMap", "b.map"), ("X-SourceMap", "c.map"), ("Content-Type", "text/html; charset=latin-1")]
    outcome = await scraped_at_home(server.put("/a.js", reply("ü".encode(), headers=headers)))
    assert result_of(outcome) == File("ü".encode())


@pytest.mark.parametrize(
    "comment, source_map",
    [
        pytest.param(b"data:application/json;base64,e30=", EmbeddedMap(b"{}"), id="decodable"),
        pytest.param(b"data:application/json;base64,!!!", None, id="not-decodable-is-no-reference"),
    ],
)
async def test_an_embedded_map(server: SourceServer, comment: bytes, source_map: EmbeddedMap | None) -> None:
    outcome = await scraped_at_home(server.put("/a.js", reply(b"//# sourceMappingURL=" + comment)))
    assert result_of(outcome).source_map == source_map


async def test_an_embedded_debug_id(server: SourceServer) -> None:
    body = b"run()\n//# debugId=2f259f80-58b7-44cb-d7cd-de1505e7e718"
    outcome = await scraped_at_home(server.put("/a.js", reply(body)))
    assert result_of(outcome).debug_id == "2f259f80-58b7-44cb-d7cd-de1505e7e718"


@pytest.mark.parametrize(
    "body", [gzip.compress(b"run()"), gzip.compress(b"run") + gzip.compress(b"()")], ids=["gzip", "two-members"]
)
async def test_wrapped_contents(server: SourceServer, body: bytes) -> None:
    assert result_of(await scraped_at_home(server.put("/a.js", reply(body)))) == File(b"run()")


async def test_wrapped_contents_in_a_content_encoding(server: SourceServer) -> None:
    url = server.put("/a.js", encoded(gzip.compress(b"run()"), "br"))
    assert result_of(await scraped_at_home(url)) == File(b"run()")


async def test_a_byte_order_mark_and_line_ends_stay(server: SourceServer) -> None:
    body = b"\xef\xbb\xbfrun()\r\n\x0b"
    assert result_of(await scraped_at_home(server.put("/a.js", reply(body)))).content == body


@pytest.mark.parametrize(
    "answer, kind, reason, details",
    [
        pytest.param(reply(status=404), FailureKind.NOT_FOUND, "not_found", None, id="404"),
        pytest.param(reply(status=429), FailureKind.NOT_FOUND, "not_found", None, id="429"),
        pytest.param(
            reply(status=401), FailureKind.PERMISSION_DENIED, "permission_denied", "401 Unauthorized", id="401"
        ),
        pytest.param(reply(status=403), FailureKind.PERMISSION_DENIED, "permission_denied", "403 Forbidden", id="403"),
        pytest.param(
            reply(status=302),
            FailureKind.PERMISSION_DENIED,
            "permission_denied",
            "Potential login page detected",
            id="login-page",
        ),
        pytest.param(
            reply(status=503), FailureKind.DOWNLOAD_ERROR, "download_error", "503 Service Unavailable", id="503"
        ),
        pytest.param(reply(status=304), FailureKind.DOWNLOAD_ERROR, "download_error", "304 Not Modified", id="304"),
        pytest.param(
            redirect("ftp://h.test/"),
            FailureKind.DOWNLOAD_ERROR,
            "download_error",
            "URL scheme is not allowed",
            id="redirect-to-another-scheme",
        ),
        pytest.param(
            redirect("/a.js"), FailureKind.DOWNLOAD_ERROR, "download_error", "too many redirects", id="redirect-loop"
        ),
        pytest.param(
            reply(headers=[("Content-Encoding", "compress")]),
            FailureKind.DOWNLOAD_ERROR,
            "download_error",
            "Unsupported content encoding",
            id="content-encoding",
        ),
        pytest.param(silence(), FailureKind.TIMEOUT, "timeout", "Timeout after 1s", id="timeout"),
    ],
)
async def test_failures(
    server: SourceServer, answer: Reply, kind: FailureKind, reason: str, details: str | None
) -> None:
    abs_path = server.put("/a.js", answer)
    outcome = await scraped_at_home(abs_path)
    assert isinstance(outcome.entry.result, Failure)
    assert outcome.entry.result.kind is kind
    assert outcome.entry.resolved_with is ResolvedWith.SCRAPING
    assert outcome.attempt == a_failure(abs_path, reason, details)


@pytest.mark.parametrize(
    "body", [b"\xff\xfer\x00u\x00n\x00", b"\xed\xa0\x80", b"\xc0\x80"], ids=["utf-16", "half-a-pair", "overlong"]
)
async def test_what_is_not_utf8_is_malformed(server: SourceServer, body: bytes) -> None:
    outcome = await scraped_at_home(server.put("/a.js", reply(body)))
    assert isinstance(outcome.entry.result, Failure)
    assert outcome.entry.result.kind is FailureKind.MALFORMED
    assert outcome.attempt is not None
    assert outcome.attempt.reason == "other"


@pytest.mark.parametrize("body", [bytes(2000), gzip.compress(bytes(2000))], ids=["plain", "wrapped"])
async def test_the_operators_limit_counts_where_it_is_lower(server: SourceServer, body: bytes) -> None:
    settings = replace(AT_HOME, max_download_size=1000)
    outcome = await scraped(server.put("/a.js", reply(body)), settings=settings)
    assert outcome.entry.result == Failure(FailureKind.MALFORMED, "Maximum file size exceeded")


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "10.0.0.1", "127.0.0.3"])
async def test_reserved_addresses_are_refused(host: str) -> None:
    outcome = await scraped(f"http://{host}:1/")
    assert outcome.entry.result == Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted")


async def test_headers_and_checks_of_certificates_are_the_requests(tmp_path: Path) -> None:
    headers = {"X-Token": "t", "Accept-Encoding": "gzip"}
    with SourceServer(certificate=self_signed_certificate(tmp_path)) as server:
        abs_path = server.put("/a.js", reply(b"run()"))
        assert (await scraped_at_home(abs_path, Scraping(headers=headers))).attempt == a_failure(
            abs_path, "download_error", "certificate verify failed"
        )
        await scraped_at_home(abs_path, Scraping(headers=headers, verify_ssl=False))
        (request,) = server.requests
    assert request.header("X-Token") == "t"
    assert request.header("Accept-Encoding") == "gzip"


async def test_policy_of_a_request() -> None:
    scraping = Scraping(enabled=True, allowed_origins=["b.test", "a.test"], headers={"X-A": "1"}, verify_ssl=False)
    async with Resources(replace(AT_HOME, scraping_redirects="allowed")) as resources:
        assert scraping_policy(a_request(scraping), resources.web) == ScrapingPolicy(
            enabled=True,
            allowed_origins=("b.test", "a.test"),
            headers=(("X-A", "1"),),
            verify_ssl=False,
            allow_reserved=True,
            redirects_within=("a.test", "b.test"),
        )


async def test_the_older_switch_disables_scraping_too() -> None:
    request = SymbolicateRequest(source=Source(id="s", url="https://s.test/"), stacktraces=[], allow_scraping=False)
    async with Resources(SETTINGS) as resources:
        assert not scraping_policy(request, resources.web).enabled
