"""What can be wrong with files that are to come from the web."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker.explain.world import (
    APP,
    MINIFIED,
    Quoted,
    Situation,
    World,
    a_map,
    allowed_origin,
    check,
    listed_for,
    request,
    scraping,
    settings,
    situations,
    step,
    upload,
    web,
)
from tests.worker.source_server import (
    SourceServer,
    half_a_body,
    hang_up,
    redirect,
    reply,
    self_signed_certificate,
    silence,
)

MINIFIED_FILE = "minified_source"
MAP_FILE = "source_map"
PAGE = "<!DOCTYPE html>\n<html><title>Shop</title></html>"
NOT_FOUND = reply(status=404)


@step
def asked_twice(world: World) -> None:
    """The worker is asked a second time, and doesn't rely on the failures of the first."""
    world.questions = 2
    world.settings |= {"cache_downloaded_retry_misses_after_s": 0}


@step
def scraping_port_of_the_server(world: World) -> None:
    world.settings |= {"scraping_ports": (443, world.server.port)}


ROWS = [
    Situation(
        "scraping off",
        [web(), scraping(enabled=False)],
        "scraping_disabled",
        ["forbids scraping", "Allow scraping"],
        [scraping(enabled=True)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "scraping off, by the older switch",
        [web(), request(allow_scraping=False)],
        "scraping_disabled",
        ["forbids scraping"],
        [request(allow_scraping=True)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "scraping off, and nothing uploaded for the release",
        [web(), scraping(enabled=False), request(release="web@2")],
        "nothing_uploaded",
        ["release `web@2`"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "origin not allowed",
        [web(), scraping(allowed_origins=["shop.test"])],
        "origin_not_allowed",
        ["(`shop.test`)", "`127.0.0.1:"],
        [allowed_origin(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a pattern with a path, which matches nothing",
        [web(), scraping(allowed_origins=["127.0.0.1/js"])],
        "origin_not_allowed",
        ["(`127.0.0.1/js`)"],
        [allowed_origin(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "no origin is allowed at all",
        [web(), scraping(allowed_origins=[])],
        "origin_not_allowed",
        ["(none)"],
        [allowed_origin(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "404",
        [web(app=NOT_FOUND)],
        "not_on_web",
        ["the server answered 404", "Put it there"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "the map is not deployed",
        [web(source_map=NOT_FOUND)],
        "not_on_web",
        ["app.min.js.map", "answered 404"],
        [web()],
        file=MAP_FILE,
    ),
    Situation(
        "the map is not deployed, but uploaded for another release",
        [web(source_map=NOT_FOUND), upload(), listed_for("web@1"), request(release="web@2")],
        "nothing_uploaded",
        ["release `web@2`", "of another name or with a dist"],
        [request(release="web@1")],
        file=MAP_FILE,
    ),
    Situation(
        "401",
        [web(app=reply(status=401))],
        "web_refused",
        ["401 Unauthorized", "`scraping.headers`"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "403",
        [web(app=reply(status=403))],
        "web_refused",
        ["403 Forbidden", "let it send a release and upload the file"],
        [request(release="web@2"), upload(Quoted(1))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "403, and nothing uploaded for the release",
        [web(app=reply(status=403)), request(release="web@2")],
        "web_refused",
        ["403 Forbidden", "The lookup API lists nothing for the release `web@2`"],
        [upload(Quoted(1))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "only for those who log in",
        [web(app=reply(status=302))],
        "web_refused",
        ["login page"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "timeout",
        [web(app=silence()), settings(head_timeout_s=0.05)],
        "web_timeout",
        ["took longer than 50ms"],
        [web(), settings(head_timeout_s=10)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "5xx",
        [web(app=reply(status=503))],
        "web_failed",
        ["503 Service Unavailable"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation("the server hangs up", [web(app=hang_up())], "web_failed", ["hung up"], [web()], file=MINIFIED_FILE),
    Situation(
        "the file ends in the middle",
        [web(app=half_a_body(APP.encode()))],
        "web_failed",
        ["cut off"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "an encoding that nobody knows",
        [web(app=reply(APP.encode(), headers=[("Content-Encoding", "rot13")]))],
        "web_failed",
        ["Unsupported content encoding"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "redirects without end",
        [web(app=redirect("/js/app.min.js"))],
        "web_redirects",
        ["too many redirects"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "the host is blocked",
        [web(app=reply(status=503)), settings(deny_list_enabled=True, deny_list_threshold=1), asked_twice()],
        "web_blocked",
        ["left alone for a while", "503 Service Unavailable"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a private address",
        [web(), settings(connect_to_reserved_ips=False)],
        "restricted_address",
        ["private or reserved address", "UNMANGLE_CONNECT_TO_RESERVED_IPS"],
        [settings(connect_to_reserved_ips=True)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a port that is not allowed",
        [web(), settings(scraping_ports=(443,))],
        "restricted_address",
        ["a port that is not allowed", "UNMANGLE_SCRAPING_PORTS"],
        [scraping_port_of_the_server()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "too large",
        [web(), settings(max_scraped_file_size=50)],
        "file_too_large",
        ["at most 50 are allowed", "UNMANGLE_MAX_SCRAPED_FILE_SIZE"],
        [settings(max_scraped_file_size=5_000)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a map that is too large",
        [web(), settings(max_scraped_file_size=300)],
        "file_too_large",
        ["at most 300 are allowed", "UNMANGLE_MAX_SCRAPED_FILE_SIZE"],
        [settings(max_scraped_file_size=5_000)],
        file=MAP_FILE,
    ),
    Situation(
        "not UTF-8",
        [web(app=reply(MINIFIED.encode("utf-16")))],
        "file_unreadable",
        ["not UTF-8"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "HTML instead of JavaScript",
        [web(app=PAGE)],
        "html_instead",
        ["is an HTML page"],
        [web()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "HTML instead of the map",
        [web(source_map=PAGE)],
        "html_instead",
        ["app.min.js.map", "is an HTML page"],
        [web()],
        file=MAP_FILE,
    ),
    Situation(
        "a script inside a page",
        [web("/cart", PAGE)],
        "inline_script",
        ["written into it", "a file of its own"],
        [web()],
    ),
    Situation(
        "a data URL that can't be decoded",
        [web(app=f"{MINIFIED}\n//# sourceMappingURL=data:application/json;base64,!!!")],
        "reference_unreadable",
        ["can't be decoded"],
        [web()],
        file=MAP_FILE,
    ),
    Situation(
        "a truncated map",
        [web(source_map=a_map()[:-20])],
        "map_unreadable",
        ["damaged"],
        [web()],
        file=MAP_FILE,
    ),
    Situation(
        "sources that are not deployed",
        [web(source_map=a_map(sourcesContent=None))],
        "source_content_missing",
        ["the server answered 404", "`sourcesContent`"],
        [web()],
        file="source",
    ),
]


@pytest.mark.parametrize("row", situations(ROWS))
async def test_the_cause_is_named_and_the_advice_helps(server, source, row):
    await check(World(server, source), row)


async def test_a_certificate_that_nobody_trusts(server: SourceServer, source, tmp_path: Path):
    with SourceServer(certificate=self_signed_certificate(tmp_path)) as secure:
        world = World(server, source)
        world.server = secure
        row = Situation(
            "untrusted",
            [web()],
            "web_untrusted",
            ["certificate verify failed", "`scraping.verify_ssl`"],
            [scraping(verify_ssl=False)],
            file=MINIFIED_FILE,
        )
        await check(world, row)
