"""One request, seen from outside: its trace goes on from the client to the worker, and the logs name it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.deployment import Deployment
from tests.waiting import until

TRACE_ID, CLIENT_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
EVENT_ID = "fc6d8c0c43fc4630ad850ee518f1b9d0"
TOKEN = "s3cret-t0ken"


@dataclass
class Span:
    service: str
    name: str
    trace_id: str
    parent: str


@dataclass
class Collector:
    """An OTLP collector."""

    url: str
    spans: dict[str, Span] = field(default_factory=dict)

    def receive(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            )
            for each in (span for scope in resource.scope_spans for span in scope.spans):
                span = Span(service, each.name, each.trace_id.hex(), each.parent_span_id.hex())
                self.spans[each.span_id.hex()] = span

    def chain(self, name: str) -> list[str] | None:
        """The names from a span up to the client's; None if not all of them have come yet."""
        span = next((span for span in self.spans.values() if span.name == name and span.trace_id == TRACE_ID), None)
        names = []
        while span is not None:
            names.append(f"{span.service} {span.name.partition(' /')[0]}")  # without the route
            if span.parent == CLIENT_SPAN:
                return names
            span = self.spans.get(span.parent)
        return None


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.receive(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


async def test_a_request_can_be_followed_from_the_client_to_the_worker(redis_url, collector):
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "UNMANGLE_LOG_FORMAT": "json",
        "UNMANGLE_LOG_LEVEL": "debug",
    }
    with Deployment(redis_url, settings) as deployment:
        api, worker = deployment.start_api(), deployment.start_worker()
        await api.wait_for_workers()
        request = {
            "source": {"id": "s", "url": f"{collector.url}/lookup/", "token": TOKEN},
            "release": "1",
            "stacktraces": [{"frames": [{"abs_path": f"{collector.url}/a.js", "lineno": 1, "colno": 1}]}],
        }
        headers = {
            "traceparent": f"00-{TRACE_ID}-{CLIENT_SPAN}-01",
            "Content-Type": "application/json",
            "X-Sentry-Event-Id": EVENT_ID,
            "X-Request-Id": "theirs\t1",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(api.url("/symbolicate-js"), data=orjson.dumps(request), headers=headers) as answer,
        ):
            assert answer.status == 200
            job_id = answer.headers["X-Request-Id"]
        above = ["unmangle-worker job", "unmangle-api POST"]
        await until(lambda: collector.chain("lookup") and collector.chain("fetch"))
        assert collector.chain("lookup") == ["unmangle-worker lookup", *above]
        chain = collector.chain("fetch")
        assert chain is not None
        assert chain[-2:] == above
        logs = [api.process.log(), worker.log()]
    accepted = [orjson.loads(line) for line in logs[0].splitlines() if '"accepted"' in line]
    ids = {line["request_id"] for line in accepted}
    completed = [orjson.loads(line) for line in logs[1].splitlines() if '"completed after' in line]
    assert accepted
    assert ids == {line["request_id"] for line in completed}
    about = [line for line in [*accepted, *completed] if line["request_id"] == job_id]
    assert [(line["event_id"], line["client_request_id"]) for line in about] == [(EVENT_ID, "theirs?1")] * 2
    assert TOKEN not in "".join(logs)
