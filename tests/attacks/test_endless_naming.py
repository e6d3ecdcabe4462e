"""Tiny files that are made to keep whoever names their functions busy for ever."""

from __future__ import annotations

import orjson
import pytest

from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.deployment import Deployment
from tests.worker.source_server import SourceServer, reply

NESTED = 300
FILES = [
    pytest.param("class A{m(){p.q();super.x=()=>{throw 1}}}", "throw", "<anonymous>", id="member-of-super"),
    pytest.param("class A{m(){t=p.q,super.x=()=>{}}}", "{}}", "<anonymous>", id="parts-that-are-gone"),
    pytest.param("class A{m(){t=p.q.r;super.x=class{a(){}b(){}}}}", "b()", "b", id="parts-in-a-ring"),
    pytest.param("p.q.r;t?.u.v=class{a(){}b(){throw 1}}", "throw", "b", id="optional-chain"),
    pytest.param("x={0x" + "f" * 300_000 + "n(){throw 1}}", "throw", "<anonymous>", id="a-number-of-300-KB"),
    pytest.param("a" + ".b" * 100_000 + "=()=>{throw 1}", "throw", "<anonymous>", id="a-chain-of-100,000"),
    pytest.param(
        "x={" + "a:{f(){}," * NESTED + "f(){throw 1}" + "}" * NESTED + "}", "throw", "x.{a#300}.f", id="300-levels"
    ),
]


@pytest.fixture
async def api(redis_url: str):
    with Deployment(redis_url) as deployment:
        api = deployment.start_api()
        deployment.start_worker(UNMANGLE_WORKER_CONCURRENCY="1")
        await api.wait_for_workers()
        yield api


async def test_each_file_is_answered_by_the_one_thread_of_a_worker(api, server: SourceServer):
    for number, case in enumerate(FILES):
        minified, place, function = case.values
        column = minified.index(place) + 1 if place == "throw" else minified.index(place)
        code = f"{minified}\n//# sourceMappingURL={number}.js.map\n".encode()
        server.put(f"/{number}.js", reply(code))
        server.put(f"/{number}.js.map", reply(map_of(mappings_of([(0, 0, 0, 0, 0), (0, column, 0, 0, column)]))))
        frame = {"abs_path": server.url(f"/{number}.js"), "lineno": 1, "colno": column + 1}
        source = {"id": "s", "url": server.url("/lookup"), "token": ""}
        server.put("/lookup", reply(orjson.dumps([])))
        answer = await api.submit({"source": source, "stacktraces": [{"frames": [frame]}]}, "?timeout=60")
        (found,) = answer["stacktraces"][0]["frames"]
        assert found["data"]["symbolicated"], case.id
        assert found["function"] == function, case.id
