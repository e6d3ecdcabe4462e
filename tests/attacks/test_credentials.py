"""A token opens what it opens, for nobody else; and it goes nowhere but below its source."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from core.failures import Failure
from core.files.artifact_bundle import write_bundle
from core.files.file_keys import File
from core.wire.request_sources import Source
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import Reply, Request, SourceServer, redirect, reply
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

Opened = Callable[..., Resources]


async def got(resources: Resources, source: ArtifactSource, token: str, path: str) -> bytes | None:
    request = a_request(source.url, release="r", source=Source(id="sentry:project", url=source.url, token=token))
    result = (await RequestFiles(resources, request, "scope").get_file(minified(path))).result
    return result.content[:] if isinstance(result, File) else None


@pytest.fixture
def guarded(source: ArtifactSource) -> ArtifactSource:
    """A source whose files are for the token ``good`` only, though it lists them to everybody."""
    bundle = write_bundle({"a": (b"bundled()", {"type": "minified_source", "url": "~/bundled.js"})})
    source.put_bundle("1", bundle)
    source.put_artifact("2", "~/artifact.js", b"artifact()")
    for target, content in (("/lookup/files/1", bundle), ("/lookup/files/2", b"artifact()")):
        source.server.put_function(target, partial(_for_good_only, content))
    return source


def _for_good_only(content: bytes, request: Request) -> Reply:
    return reply(content) if request.header("Authorization") == "Bearer good" else reply(status=403)


FILES = [
    pytest.param("https://h.test/bundled.js", b"bundled()", id="bundle"),
    pytest.param("https://h.test/artifact.js", b"artifact()", id="artifact"),
]


@pytest.mark.parametrize("path, content", FILES)
async def test_no_other_token_gets_what_one_token_got(guarded, opened: Opened, path, content):
    for _ in range(2):  # from memory, and after a restart from disk
        async with opened() as resources:
            assert await got(resources, guarded, "good", path) == content
            assert await got(resources, guarded, "bad", path) is None


@pytest.mark.parametrize("path, content", FILES)
async def test_a_refusal_of_one_token_is_none_of_another(guarded, opened: Opened, path, content):
    for _ in range(2):
        async with opened() as resources:
            assert await got(resources, guarded, "bad", path) is None
            assert await got(resources, guarded, "good", path) == content


@pytest.mark.parametrize("path, content", FILES)
async def test_hosts_that_share_a_cache_tell_tokens_apart_too(guarded, opened: Opened, tmp_path, path, content):
    shared = (tmp_path / "shared").as_uri()
    for host, (token, expected) in enumerate((("good", content), ("bad", None), ("good", content))):
        async with opened(cache_dir=tmp_path / str(host), shared_cache_url=shared) as resources:
            assert await got(resources, guarded, token, path) == expected
            await resources.shared.uploaded()  # type: ignore[attr-defined]
    assert len(guarded.downloads("1")) == 2


@pytest.mark.parametrize(
    "location, gets_token",
    [
        pytest.param("/lookup/files/moved", True, id="below-the-source"),
        pytest.param("/files/moved", False, id="beside-the-source"),
        pytest.param("/lookup-of-others/moved", False, id="same-beginning"),
        pytest.param("/lookup/../moved", False, id="dots"),
    ],
)
async def test_a_redirect_within_the_origin_takes_no_token_out_of_the_source(
    server: SourceServer, source: ArtifactSource, opened: Opened, location, gets_token
):
    source.put_artifact("1", "~/a.js", redirect(location))
    for target in ("/lookup/files/moved", "/files/moved", "/lookup-of-others/moved", "/moved"):
        server.put(target, reply(b"run()"))
    async with opened() as resources:
        assert await got(resources, source, "t0k", "https://h.test/a.js") == b"run()"
    (request,) = [request for request in server.requests if request.path.endswith("moved")]
    assert request.header("Authorization") == ("Bearer t0k" if gets_token else None)


async def test_a_token_that_left_the_source_does_not_come_back(server, source, opened: Opened):
    source.put_artifact("1", "~/a.js", redirect("/out"))
    server.put("/out", redirect("/lookup/files/back"))
    server.put("/lookup/files/back", reply(b"run()"))
    async with opened() as resources:
        assert await got(resources, source, "t0k", "https://h.test/a.js") == b"run()"
    (request,) = server.requests_for("/lookup/files/back")
    assert request.header("Authorization") is None


async def test_lookups_that_are_redirected_out_of_the_source_lose_the_token_too(server, opened: Opened):
    asked = server.put("/lookup/", redirect("/elsewhere"))
    server.put("/elsewhere", reply(b"[]"))
    async with opened() as resources:
        files = RequestFiles(resources, a_request(asked, release="r"), None)
        assert isinstance((await files.get_file(minified("https://h.test/a.js"))).result, Failure)
    (request,) = server.requests_for("/elsewhere")
    assert request.header("Authorization") is None
