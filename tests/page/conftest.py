"""The page in a real browser, with a real deployment behind it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from api.serving.redis_server import redis_server
from examples.lookup_server import start_server
from tests.deployment import Api, Deployment
from tests.waiting import PATIENCE_S
from tests.worker.source_server import SourceServer

EXAMPLES = Path(__file__).parents[2] / "examples"
AXE = Path(__file__).parent / "axe"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass
class Visitor:
    """A tab of the browser, and whatever went wrong in it."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)

    async def open(self, target: str = "/") -> None:
        """Open the page and wait until it can be used."""
        await self.page.goto(self.origin + target)
        await self.page.wait_for_selector("html[data-ready]")

    async def paste(self, text: str) -> None:
        """Paste a text where the cursor is."""
        await self.page.keyboard.insert_text(text)

    async def map(self, text: str) -> None:
        """Paste a text, press Enter, and wait for the frames."""
        await self.paste(text)
        await self.page.keyboard.press("Enter")
        await self.frames()

    async def frames(self) -> list[str]:
        """Wait for the frames, and return the first line of each."""
        await self.page.wait_for_selector(".frames")
        return await self.page.locator(".frame > details > summary").all_inner_texts()

    async def status(self) -> str:
        """Return what the view says of its work."""
        return await self.page.inner_text("#trace-status")

    async def violations(self) -> list[str]:
        """Return what axe-core finds against WCAG 2.2 AA."""
        await self.page.evaluate((AXE / "node_modules" / "axe-core" / "axe.min.js").read_text())
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The path of a Chromium; without one these tests are left out."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("NO BROWSER: the page is NOT tested (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def axe() -> None:
    """Provide axe-core, from npm; without Node these tests are left out."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: whether everybody can use the page is NOT tested")
    with (AXE / "package.json").open() as lock:  # several processes of tests may be the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (AXE / "node_modules").exists():
            done = subprocess.run([npm, "ci", "--silent"], cwd=AXE, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"npm ci failed: whether everybody can use the page is NOT tested: {done.stderr[-500:]}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def example_source() -> Iterator[dict[str, Any]]:
    """Source and release of the example's shop, served while the tests of a module run."""
    request = orjson.loads((EXAMPLES / "requests" / "release.json").read_bytes())
    with start_server(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        source = {**request["source"], "url": f"http://127.0.0.1:{server.server_port}/artifact-lookup/"}
        yield {"source": source, "release": request["release"]}
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def trace_defaults(example_source: dict[str, Any]) -> dict[str, Any]:
    """What traces mean that say nothing else: the example."""
    return example_source


@pytest.fixture(scope="module")
def deployment(trace_defaults: dict[str, Any]) -> Iterator[Deployment]:
    """A deployment of the module's own."""
    settings = {"UNMANGLE_TRACE_DEFAULTS": orjson.dumps(trace_defaults).decode()}
    with redis_server() as url, Deployment(url, settings) as deployment:
        yield deployment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(deployment: Deployment) -> Api:
    api = deployment.start_api()
    deployment.start_worker()
    await api.wait_for_workers()
    return api


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(browser: Browser, api: Api) -> AsyncIterator[Visitor]:
    """A visitor of the page, in whose tab nothing may go wrong."""
    async with visiting(browser, f"http://127.0.0.1:{api.port}") as visitor:
        yield visitor


class visiting:  # noqa: N801  (read as a verb)
    """Opens a tab; its end checks that nothing went wrong in it."""

    def __init__(self, browser: Browser, origin: str, **context: Any) -> None:
        self._browser, self._origin, self._context_options = browser, origin, context

    async def __aenter__(self) -> Visitor:
        permissions = ["clipboard-read", "clipboard-write"]
        self._context = await self._browser.new_context(permissions=permissions, **self._context_options)
        page = await self._context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        self._visitor = Visitor(page, self._origin)

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error" and "Failed to load resource" not in message.text:
                self._visitor.faults.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: self._visitor.faults.append(str(error)))
        page.on("dialog", lambda dialog: self._visitor.faults.append(f"dialog {dialog.message}"))
        return self._visitor

    async def __aexit__(self, *_: object) -> None:
        await self._context.close()
        assert self._visitor.faults == []


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server
