"""``unmangle upload`` and ``unmangle artifacts``, against a service, also behind a server that fails."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from core.store.access_tokens import Right
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import a_token
from worker.command import store_client
from worker.command.main import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAP = '{"version":3,"sources":["%s.ts"],"sourcesContent":["%s"],"names":[],"mappings":"AAAA"}'


class Run:
    """Runs a command as a person does."""

    def __init__(self, origin: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.where = ["--server", origin, "--org", "acme"]
        self._capsys = capsys
        self.out = self.err = ""

    async def __call__(self, *words: str) -> int:
        code = await asyncio.to_thread(main, [*words, *self.where])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def run(service: StoreService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("UNMANGLE_TOKEN", ADMIN_TOKEN)
    monkeypatch.setattr(store_client, "_FIRST_PAUSE_S", 0.01)
    return Run(service.origin, capsys)


@pytest.fixture
def dist(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder as a bundler writes it, another one for each test."""
    folder, name = tmp_path / "dist", request.node.name
    (folder / "assets").mkdir(parents=True)
    (folder / "assets/app.js").write_text(f"{name}();\n//# sourceMappingURL=app.js.map\n")
    (folder / "assets/app.js.map").write_text(MAP % (name, name))
    return folder


class Gate:
    """A server in front of another, which fails a number of requests of a path."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.failures: dict[str, list[int]] = {}
        self.seen: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        for part, statuses in self.failures.items():
            if part in request.path and statuses:
                status = statuses.pop(0)
                if status == 0:
                    assert request.transport is not None
                    request.transport.close()
                    return web.Response()
                headers = {"Location": "https://elsewhere.example/"} if status == 301 else {}
                return web.json_response({"detail": f"no {part}"}, status=status, headers=headers)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method, f"{self._origin}{request.path_qs}", data=await request.read(), headers=headers
            ) as reply,
        ):
            return web.Response(status=reply.status, body=await reply.read(), content_type="application/json")


@pytest_asyncio.fixture(loop_scope="module")
async def gate(service: StoreService, run: Run) -> AsyncIterator[Gate]:
    gate = Gate(service.origin)
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", gate.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    run.where[1] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield gate
    await runner.cleanup()


async def test_a_folder_is_uploaded_and_its_files_get_their_ids(run, dist, service):
    assert await run("upload", str(dist), "--project", "shop", "--release", "web@1.0", "--dist", "7") == 0, run.err
    lines = run.out.splitlines()
    assert lines[0] == "wrote debug ids into 2 files: deploy as they are now"
    assert "to acme/shop, release web@1.0, dist 7: 2 files, 1 source maps, 1 debug ids" in lines[1]
    assert len(lines) == 2
    assert "debugId=" in (dist / "assets/app.js").read_text()
    assert await run("upload", str(dist), "--project", "shop", "--release", "web@1.0", "--dist", "7") == 0
    assert run.out.splitlines()[0] == lines[1]


async def test_without_ids_files_stay_as_they_are(run, dist):
    before = (dist / "assets/app.js").read_bytes()
    assert await run("upload", str(dist), "--project", "shop", "--release", "plain", "--no-inject") == 0
    assert (dist / "assets/app.js").read_bytes() == before
    assert await run("upload", str(dist), "--project", "shop", "--no-inject") == 1
    assert "nothing_to_find_by" in run.err


async def test_warnings_are_printed_and_strict_ends_with_3(run, dist):
    (dist / "assets/lonely.js").write_text("lonely();\n//# sourceMappingURL=nowhere.map\n")
    words = ["upload", str(dist), "--project", "shop", "--release", "warned"]
    assert await run(*words) == 0
    assert "reference_not_found ~/assets/lonely.js: " in run.out
    assert await run(*words, "--strict") == 3
    assert await run(*words, "--strict", "--json") == 3
    document = json.loads(run.out)
    assert document["upload"]["report"]["warnings"] == 1
    assert document["files"] == 3


async def test_a_large_folder_goes_in_pieces(run, dist):
    noise = random.Random(1).randbytes(10 << 20).hex()
    (dist / "assets/large.js").write_text(f"'{noise}'\n//# sourceMappingURL=app.js.map\n")
    assert await run("upload", str(dist), "--project", "shop", "--release", "large", "--no-inject") == 0, run.err
    assert "3 files" in run.out


async def test_broken_connections_and_5xx_are_tried_again(run, dist, gate):
    gate.failures = {"chunk-upload": [502, 0, 503], "assemble": [0, 504, 500]}
    assert await run("upload", str(dist), "--project", "shop") == 0, run.err
    assert "uploaded 1" in run.out


@pytest.mark.parametrize(
    "failures, said",
    [
        pytest.param({"chunk-upload": [503] * 6}, "says 503: no chunk-upload (tried 6 times)", id="away"),
        pytest.param({"chunk-upload": [0] * 20}, "can't be reached", id="breaks"),
        pytest.param({"chunk-upload": [401]}, "says 401: no chunk-upload", id="token"),
        pytest.param({"assemble": [413]}, "says 413: no assemble", id="too-large"),
        pytest.param({"chunk-upload": [301]}, "leads to https://elsewhere.example/: give that server", id="moved"),
        pytest.param({"chunk-upload": [200]}, "the server answers no options of uploads", id="no-options"),
        pytest.param({"assemble": [200]}, "something else than the state of an upload", id="no-state"),
    ],
)
async def test_what_fails_is_one_line(run, dist, gate, failures, said):
    gate.failures = failures
    assert await run("upload", str(dist), "--project", "shop") == 1
    (line,) = run.err.splitlines()
    assert said in line


async def test_nobody_there_is_one_line(run, dist):
    run.where[1] = "http://127.0.0.1:1"
    assert await run("upload", str(dist), "--project", "shop") == 1
    assert "can't be reached" in run.err
    assert len(run.err.splitlines()) == 1


@pytest.mark.parametrize(
    "where, token, said",
    [
        pytest.param([], "", "there is no token: set UNMANGLE_TOKEN", id="no-token"),
        pytest.param([], "umt_abc", "there is no --server, and the token names none", id="no-server"),
        pytest.param(["--server", "https://a"], "umt_abc", "there is no --org", id="no-org"),
        pytest.param(["--server", "a.example", "--org", "acme"], "umt_abc", "expected a URL", id="no-url"),
    ],
)
async def test_what_is_missing_is_said(run, dist, monkeypatch, where, token, said):
    monkeypatch.setenv("UNMANGLE_TOKEN", token)
    monkeypatch.delenv("SENTRY_AUTH_TOKEN", raising=False)
    run.where = where
    assert await run("upload", str(dist), "--project", "shop") == 1
    assert said in run.err


async def test_the_token_names_server_and_organization(run, dist, service, monkeypatch, tmp_path):
    monkeypatch.setenv("UNMANGLE_STORE_URL", service.folder.as_uri())
    run.where = []
    assert await run("token", "create", "--org", "acme", "--url", service.origin) == 0
    (tmp_path / "token").write_text(run.out)
    monkeypatch.delenv("UNMANGLE_TOKEN")
    words = ["upload", str(dist), "--project", "shop"]
    assert await run(*words, "--token-file", str(tmp_path / "token")) == 0, run.err
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", run.out.strip() and (tmp_path / "token").read_text().strip())
    assert await run(*words) == 0


async def test_uploads_are_listed_shown_and_deleted(run, dist):
    await run("upload", str(dist), "--project", "shop", "--release", "shown", "--json")
    upload = json.loads(run.out)["upload"]["id"]
    assert await run("artifacts", "list", "--release", "shown") == 0
    assert run.out.startswith(f"{upload}  ")
    assert len(run.out.splitlines()) == 1
    assert await run("artifacts", "show", upload) == 0
    assert "minified_source  ~/assets/app.js" in run.out
    assert await run("artifacts", "show", upload, "--json") == 0
    assert len(json.loads(run.out)["files"]) == 2
    assert await run("artifacts", "delete", upload) == 0
    assert await run("artifacts", "show", upload) == 1
    assert "says 404: there is no upload" in run.err
    await run("upload", str(dist), "--project", "shop", "--release", "shown")
    assert await run("artifacts", "delete", "--release", "shown") == 0
    assert run.out.startswith("deleted 1 uploads")
    assert await run("artifacts", "list", "--release", "shown") == 0
    assert run.out == ""
    assert await run("artifacts", "delete") == 1


async def test_a_token_that_may_only_upload_lists_nothing(run, service, monkeypatch):
    monkeypatch.setenv("UNMANGLE_TOKEN", a_token(service.folder, allow=[Right.UPLOAD]))
    assert await run("artifacts", "list") == 1
    assert "says 403: this token may not read" in run.err
