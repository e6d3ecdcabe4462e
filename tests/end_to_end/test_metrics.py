"""Metrics of a deployment with several processes of each kind: whoever is asked tells of all."""

from __future__ import annotations

import aiohttp
import orjson
from prometheus_client.parser import text_string_to_metric_families

from tests.deployment import Api, Deployment
from tests.waiting import until

COMPLETED = ("unmangle_job_outcomes_total", ("completed",))
ACCEPTED = ("unmangle_requests_accepted_total", ("symbolicate_js",))
WORKERS = ("unmangle_workers", ())
EACH = 3


async def samples(api: Api) -> dict[tuple[str, tuple[str, ...]], float]:
    async with aiohttp.ClientSession() as session, session.get(api.url("/metrics")) as answer:
        text = await answer.text()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def all_tell(apis: list[Api], key: tuple[str, tuple[str, ...]], value: float) -> None:
    """Return when all of them answer with a value; nothing is lost, so it is never more."""

    async def do_tell() -> bool:
        return [(await samples(api)).get(key) for api in apis] == [value] * len(apis)

    await until(do_tell)


def a_request(number: int) -> bytes:
    frames = [{"abs_path": "https://h.test/a.js", "lineno": 1, "platform": f"p{number}"}]
    source = {"id": "s", "url": "http://127.0.0.1/", "token": ""}
    return orjson.dumps({"source": source, "stacktraces": [{"frames": frames}], "allow_scraping": False})


async def test_every_api_process_tells_of_all_api_processes_and_workers(redis_url):
    with Deployment(redis_url, {"UNMANGLE_SHARE_REQUESTS": "false"}) as deployment:
        apis = [deployment.start_api(), deployment.start_api()]
        workers = [deployment.start_worker(), deployment.start_worker()]
        for api in apis:
            await api.wait_until_up()
        await all_tell(apis, WORKERS, 2)
        for number in range(EACH):
            for api in apis:
                await api.submit(a_request(number))
        await all_tell(apis, ACCEPTED, 2 * EACH)
        await all_tell(apis, COMPLETED, 2 * EACH)
        await all_tell(apis, ("unmangle_frame_errors_total", ("scraping_disabled",)), 2 * EACH)
        workers[0].stop()
        await all_tell(apis, WORKERS, 1)
        assert (await samples(apis[0]))[COMPLETED] == 2 * EACH
