"""``python -m bench.attacks.crowd API SOURCE COUNT``: so many requests at once, each for a release of its own.

It is a process of its own: its work must not be what the neighbours wait for.
"""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import orjson


def main() -> None:
    """Submit them, and wait for no answer."""
    api, source, count = sys.argv[1:]
    asyncio.run(_submit_all(api, source, int(count)))


async def _submit_all(api: str, source: str, count: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(_submit(session, api, source, number) for number in range(count)))


async def _submit(session: aiohttp.ClientSession, api: str, source: str, number: int) -> None:
    body = {
        "source": {"id": "s", "url": f"{source}/{number}", "token": "t"},
        "release": str(number),
        "stacktraces": [{"frames": [{"abs_path": "https://h.test/app.js", "lineno": 1, "colno": 1}]}],
        "scraping": {"enabled": False},
    }
    url = f"{api}/symbolicate-js?timeout=0&scope=attacker"
    headers = {"Content-Type": "application/json"}
    async with session.post(url, data=orjson.dumps(body), headers=headers) as answer:
        await answer.read()


if __name__ == "__main__":
    main()
