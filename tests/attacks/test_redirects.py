"""Where redirects of scraped files may lead: anywhere, as with the peer; or only where the request allows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.files.file_keys import File
from core.wire.request import Scraping
from tests.worker.artifact_source import a_request, minified
from tests.worker.source_server import SourceServer, redirect, reply
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

Opened = Callable[..., Resources]


async def scraped(resources: Resources, url: str, *allowed: str) -> str:
    """Return the file, or what is said of the attempt to get it."""
    files = RequestFiles(
        resources, a_request("http://127.0.0.1:9/lookup/", scraping=Scraping(allowed_origins=list(allowed))), None
    )
    result = (await files.get_file(minified(url))).result
    return bytes(result.content).decode() if isinstance(result, File) else str(files.attempts[-1].details)


@pytest.fixture
def led_away(server: SourceServer):
    """A URL on one port that leads to another one; and the patterns that allow the two."""
    with SourceServer() as other:
        url = server.put("/a.js", redirect(other.put("/b.js", reply(b"elsewhere()"))))
        yield url, f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"


async def test_by_default_only_the_first_url_is_judged(led_away, opened: Opened):
    url, here, _ = led_away
    async with opened() as resources:
        assert await scraped(resources, url, here) == "elsewhere()"


async def test_redirects_can_be_kept_within_the_allowed_origins(led_away, opened: Opened):
    url, here, there = led_away
    async with opened(scraping_redirects="allowed") as resources:
        assert await scraped(resources, url, here) == "redirect to an origin that is not allowed"
        assert await scraped(resources, url, here, there) == "elsewhere()"
        assert await scraped(resources, url, "*") == "elsewhere()"
        # Also now that it is cached for others.
        assert await scraped(resources, url, here) == "redirect to an origin that is not allowed"


async def test_redirects_within_an_origin_are_followed_all_the_same(server: SourceServer, opened: Opened):
    url = server.put("/a.js", redirect("/b.js"))
    server.put("/b.js", reply(b"here()"))
    async with opened(scraping_redirects="allowed") as resources:
        assert await scraped(resources, url, f"127.0.0.1:{server.port}") == "here()"
