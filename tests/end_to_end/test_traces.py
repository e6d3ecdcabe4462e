"""``/trace`` all the way: the shop's traces as texts, polls, and what is left in Redis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import orjson

from core.queue.jobs import TRACE_PREFIX
from tests.deployment import Api
from tests.end_to_end.test_examples import lookup_port  # noqa: F401  (a fixture)

EXAMPLES = Path(__file__).parents[2] / "examples"


def body(port: int) -> dict[str, Any]:
    request = orjson.loads((EXAMPLES / "requests" / "release.json").read_bytes())
    source = {**request["source"], "url": f"http://127.0.0.1:{port}/artifact-lookup/"}
    text = (EXAMPLES / "traces" / "release.txt").read_text()
    return {"trace": text, "source": source, "release": request["release"], "scraping": request["scraping"]}


async def send(api: Api, method: str, target: str, document: Any = None, accept: str = "*/*") -> bytes:
    async with aiohttp.ClientSession() as session:
        call = session.request(method, api.url(target), json=document, headers={"Accept": accept})
        async with call as reply:
            assert reply.status == 200, await reply.text()
            return await reply.read()


async def test_a_trace_of_the_shop_is_rewritten(api, lookup_port):  # noqa: F811
    answer = orjson.loads(await send(api, "POST", "/trace", body(lookup_port)))
    frames = [frame for trace in answer["stacktraces"] for frame in trace["frames"]]
    mapped = [frame for frame in frames if frame["data"]["symbolicated"]]
    assert len(mapped) >= 7
    for frame in mapped:
        assert frame["context_line"]
        assert f"{frame['lineno']}:{frame['colno']}" in answer["text"]
    assert "shop.min.js" not in answer["text"]
    assert {frame["explanation"]["code"] for frame in mapped} == {"resolved"}
    text = await send(api, "POST", "/trace", body(lookup_port), "text/plain")
    assert text.decode() == answer["text"]


async def test_the_text_of_a_pending_trace_is_there_for_who_polls_and_goes(api, lookup_port, redis):  # noqa: F811
    document = {**body(lookup_port), "release": "shop@1.0.0", "scope": "polls"}
    pending = orjson.loads(await send(api, "POST", "/trace?timeout=0", document))
    assert pending["status"] == "pending"
    key = f"{TRACE_PREFIX}{pending['request_id']}"
    assert 0 < redis.pttl(key) <= (900 + 3600) * 1000
    answer = orjson.loads(await send(api, "GET", f"/trace/{pending['request_id']}"))
    assert answer["status"] == "completed"
    assert "shop.min.js" not in answer["text"]


async def test_nothing_is_kept_of_a_trace_that_is_answered(api, lookup_port, redis):  # noqa: F811
    before = redis.keys(f"{TRACE_PREFIX}*")
    await send(api, "POST", "/trace", {**body(lookup_port), "scope": "waits"})
    assert redis.keys(f"{TRACE_PREFIX}*") == before
