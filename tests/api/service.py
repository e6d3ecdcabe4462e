"""A real server around the API on a free port, with jobs that live in memory."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
import uvicorn
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from api.api_process import http_limits
from api.asgi_app import create_app
from api.deployment import BeatingWorker, Overview
from api.http_protocol import http_protocol
from core.errors import StoreUnavailable
from core.observing.counts import Counts
from core.observing.health import HealthFinding, Level
from core.observing.history import HistorySample
from core.observing.logs import REQUEST_ID
from core.settings import Settings
from core.wire.response import pending_body
from tests.waiting import PATIENCE_S

S = {"id": "sentry:project", "url": "https://sentry.test/api/0/projects/o/p/artifact-lookup/", "token": "t0k"}
ANSWER = b'{"status":"completed","stacktraces":[],"raw_stacktraces":[]}'
JSON = (("Content-Type", "application/json"),)

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return orjson.loads(self.body)

    @property
    def error(self) -> str:
        """The text of an error answer, whose shape is checked on the way."""
        assert self.headers["content-type"] == "application/json"
        document = orjson.loads(self.body)
        assert list(document) == ["error"]
        assert isinstance(document["error"], str)
        return document["error"]

    @property
    def path(self) -> str:
        """What an error answer names: its text up to the first colon."""
        return self.error.partition(": ")[0]


def read_answer(response: http.client.HTTPResponse) -> Answer:
    body = response.read()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


class MemoryDeployment:
    """A deployment of one API process, without Redis."""

    workers = 1
    is_away = False
    samples: ClassVar[list[HistorySample]] = []

    async def overview(self) -> Overview:
        self._fail_if_away()
        return Overview(in_flight=0, running=0, workers=self.workers, queues={}, cache_bytes={}, counts={})

    async def share(self, _: Counts) -> None:
        self._fail_if_away()

    async def worker_states(self) -> list[BeatingWorker]:
        return [BeatingWorker("gone", 60, 0), BeatingWorker("host:1", 0.5, 2)]

    async def history(self) -> list[HistorySample]:
        return self.samples

    async def findings(self) -> list[HealthFinding]:
        return [HealthFinding("redis", Level.OK, "it is Redis 8.0.0")]

    @contextlib.asynccontextmanager
    async def sharing(self, _: Counts) -> AsyncIterator[None]:
        yield

    async def check_writable(self) -> int:
        self._fail_if_away()
        return self.workers

    def _fail_if_away(self) -> None:
        if self.is_away:
            raise StoreUnavailable("refused")


@dataclass
class MemoryJobs:
    """Jobs that are done at once, or never: those submitted with ``timeout_s`` 0."""

    submitted: list[tuple[bytes, str | None, int | None]] = field(default_factory=list)
    polled: list[tuple[str, int | None]] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    failure: Exception | None = None
    answer: bytes = ANSWER
    answers_after_s: float = 0
    deployment: MemoryDeployment = field(default_factory=lambda: MemoryDeployment())

    async def submit(
        self, body: bytes, scope: str | None, timeout_s: int | None, stored: Callable[[bool], None]
    ) -> bytes:
        self._fail_if_asked_to()
        stored(True)
        await asyncio.sleep(self.answers_after_s)
        self.submitted.append((body, scope, timeout_s))
        if timeout_s != 0:
            return self.answer
        request_id = str(uuid.uuid4())
        REQUEST_ID.set(request_id)
        self.answers[request_id] = pending_body(request_id, 30)
        return self.answers[request_id]

    async def poll(self, request_id: str, timeout_s: int | None, _: Callable[[float], None]) -> bytes | None:
        self._fail_if_asked_to()
        self.polled.append((request_id, timeout_s))
        return self.answers.get(request_id)

    async def keep_text(self, request_id: str, text: bytes) -> None:
        self.texts[request_id] = text

    async def kept_text(self, request_id: str) -> bytes | None:
        return self.texts.get(request_id)

    def _fail_if_asked_to(self) -> None:
        if self.failure is not None:
            raise self.failure


@dataclass
class Service:
    """The API as its clients see it, and what is behind it."""

    port: int
    app: Starlette
    jobs: MemoryJobs

    def request(self, method: str, target: str, body: bytes | None = None, headers: Headers = ()) -> Answer:
        """Speak HTTP; ``target`` goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return read_answer(connection.getresponse())

    def submit(self, document: Any, query: str = "") -> Answer:
        return self.submit_bytes(orjson.dumps(document), query)

    def submit_bytes(self, body: bytes, query: str = "") -> Answer:
        return self.request("POST", f"/symbolicate-js{query}", body, JSON)

    @contextlib.contextmanager
    def failing(self, failure: Exception) -> Iterator[None]:
        self.jobs.failure = failure
        try:
            yield
        finally:
            self.jobs.failure = None

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def metric(self, name: str, **labels: str) -> float:
        """The value of a sample as ``/metrics`` tells it; 0 if it isn't there."""
        text = self.request("GET", "/metrics").body.decode()
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return sum(
            sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items()
        )


@contextlib.contextmanager
def running_service(settings: Settings) -> Iterator[Service]:
    jobs = MemoryJobs()

    @contextlib.asynccontextmanager
    async def open_jobs(_: Settings) -> AsyncIterator[MemoryJobs]:
        yield jobs

    app = create_app(settings, open_jobs)
    protocol = http_protocol(http_limits(settings), app.state.metrics.counts)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", http=protocol))
    with socket.create_server(("127.0.0.1", 0)) as listener:  # clients queue up here until the server is ready
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Service(listener.getsockname()[1], app, jobs)
        finally:
            server.should_exit = True
            thread.join()
