"""``python -m bench.attacks.flood PORT CONNECTIONS SECONDS MOST_BYTES FIRST BYTE COUNT``: an attacker's connections.

Each sends FIRST (hexadecimal), then COUNT times BYTE again and again, up to MOST_BYTES, as long as that is taken; and
so anew.  It is a process of its own: its work must not be what the neighbours wait for.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

_RECONNECT_S = 0.2


def main() -> None:
    """Attack for so many seconds."""
    port, connections, seconds, most_bytes = map(int, sys.argv[1:5])
    first, then = bytes.fromhex(sys.argv[5]), bytes.fromhex(sys.argv[6]) * int(sys.argv[7])
    with contextlib.suppress(TimeoutError):
        asyncio.run(asyncio.wait_for(_attack(port, connections, first, then, most_bytes), seconds))


async def _attack(port: int, connections: int, first: bytes, then: bytes, most_bytes: int) -> None:
    async def send_on_and_on() -> None:
        while True:
            with contextlib.suppress(OSError):
                await _send(port, first, then, most_bytes)
            await asyncio.sleep(_RECONNECT_S)

    await asyncio.gather(*(send_on_and_on() for _ in range(connections)))


async def _send(port: int, first: bytes, then: bytes, most_bytes: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(first)
        for _ in range(most_bytes // max(len(then), 1)):
            writer.write(then)
            await writer.drain()
        await reader.read()
    finally:
        writer.close()


if __name__ == "__main__":
    main()
