"""Large bodies are checked in a process of their own.

To read their JSON takes seconds in which an interpreter does nothing else, whatever thread does it, and many times
their size in memory, which comes back only when the process ends.  ``python -m api.large_bodies`` checks its input.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile

import orjson
from starlette.concurrency import run_in_threadpool

from core.errors import InvalidJson, InvalidRequest
from core.wire.document import parse_document
from core.wire.request import decode_request

LARGE_BYTES = 2 << 20
"""From here on a process is worth what it takes to start one."""

_REFUSALS = {refusal.__name__: refusal for refusal in (InvalidJson, InvalidRequest)}


class LargeBodies:
    """Checks one body at a time, as each takes a core."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def check(self, body: bytes) -> None:
        """Raise InvalidJson or InvalidRequest unless ``body`` is a valid request."""
        async with self._turn:
            verdict = await run_in_threadpool(_verdict_of_process, body)
        if verdict:
            kind, *arguments = orjson.loads(verdict)
            raise _REFUSALS[kind](*arguments)


def _verdict_of_process(body: bytes) -> bytes:
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        command = [sys.executable, "-m", "api.large_bodies"]
        return subprocess.run(command, stdin=file, stdout=subprocess.PIPE, check=True).stdout


def verdict_on(body: bytes) -> bytes:
    """Return nothing for a valid request, else the name of the exception and its arguments, as JSON."""
    try:
        decode_request(parse_document(body))
    except tuple(_REFUSALS.values()) as refusal:
        return orjson.dumps([type(refusal).__name__, *refusal.args])
    return b""


if __name__ == "__main__":
    sys.stdout.buffer.write(verdict_on(sys.stdin.buffer.read()))
