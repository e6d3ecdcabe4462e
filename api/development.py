"""``make run``: a Redis server if there is none, the processes of the Procfile, and a request to try."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
from honcho.environ import parse_procfile
from honcho.manager import Manager
from redis.exceptions import RedisError

from api.redis_clients import open_redis
from api.redis_server import redis_server
from core.errors import CannotStart, InvalidSetting
from core.settings import Settings

_ROOT = Path(__file__).parent.parent
_EXAMPLE_PORT = 3022  # the example requests name it
_EXAMPLE_SERVER = f"exec python -m examples.lookup_server --port {_EXAMPLE_PORT}"
_EXAMPLE_REQUEST = "examples/requests/release.json"
_START_PATIENCE_S = 60.0
_PAUSE_S = 0.1
_STOPPED = (130, 143)  # by Ctrl-C, or politely from outside: that is how it is meant to end
_PROBE = {"source": {"id": "probe", "url": "http://127.0.0.1/", "token": ""}}  # a request that needs no file


def main() -> None:
    """Run everything until Ctrl-C, or until one process ends."""
    try:
        settings = Settings.from_environ(os.environ)
        _require_free_port(settings)
        with _redis_url(settings) as url:
            sys.exit(_run_processes(settings, url))
    except (InvalidSetting, CannotStart) as error:
        sys.exit(f"unmangle: {error}")


def _require_free_port(settings: Settings) -> None:
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        raise CannotStart(
            f"can't listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0)}): set PORT to a free one"
        ) from None


@contextlib.contextmanager
def _redis_url(settings: Settings) -> Iterator[str]:
    if not os.environ.get("REDIS_URL"):
        with redis_server() as url:
            yield url
        return
    try:
        asyncio.run(_ping(settings))
    except (RedisError, ValueError) as error:
        raise CannotStart(f"can't reach the Redis server of REDIS_URL: {error}") from None
    yield settings.redis_url


async def _ping(settings: Settings) -> None:
    redis = open_redis(settings)
    try:
        await redis.ping()
    finally:
        await redis.aclose()


def _run_processes(settings: Settings, redis_url: str) -> int:
    environment = {
        **os.environ,
        "REDIS_URL": redis_url,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
    }
    manager = Manager()
    for name, command in _commands().items():
        manager.add_process(name, command, env=environment, cwd=str(_ROOT))
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in _STOPPED else int(manager.returncode)


def _commands() -> Mapping[str, str]:
    commands = dict(parse_procfile((_ROOT / "Procfile").read_text()).processes)
    if _is_free(_EXAMPLE_PORT):
        commands["example"] = _EXAMPLE_SERVER
    else:
        print(f"port {_EXAMPLE_PORT} is taken: the example's lookup server is not started", flush=True)
    return commands


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _announce(settings: Settings) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    address = f"http://{host}:{settings.port}"
    give_up_at = time.monotonic() + _START_PATIENCE_S
    while not _answers(address):
        if time.monotonic() > give_up_at:
            print(f"no answer from {address} yet: see the log above", flush=True)
            return
        time.sleep(_PAUSE_S)
    print(
        f"\nUnmangle is ready on {address} (Ctrl-C stops it).  Try it from another terminal:\n\n"
        f"  curl -s '{address}/symbolicate-js?timeout=5' -H 'Content-Type: application/json' \\\n"
        f"    --data-binary @{_EXAMPLE_REQUEST}\n",
        flush=True,
    )


def _answers(address: str) -> bool:
    """Tell if a job goes all the way: API, Redis and a worker are up."""
    request = urllib.request.Request(  # noqa: S310  (our own address)
        f"{address}/symbolicate-js?timeout=1", orjson.dumps(_PROBE), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            return bool(orjson.loads(response.read())["status"] == "completed")
    except (OSError, urllib.error.URLError, ValueError):
        return False


if __name__ == "__main__":
    main()
