"""Requests of measurements, and the files that they are about."""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Callable, Iterator

import orjson

from bench.files import frames, minified_file, source_map
from bench.load import NextBody
from tests.worker.source_server import Pause, Reply, Request, SourceServer, reply

FILES = 3
FRAMES = 10
FUNCTIONS = 20_000
SOURCES = 200
STACKS = 1000


class Traffic:
    """Bodies of requests for files on ``server``, which it puts there."""

    def __init__(self, server: SourceServer) -> None:
        self._server = server
        self._paths = [f"/app{number}.js" for number in range(FILES)]
        self._numbers = itertools.count()
        self._columns: list[int] = []
        for path in self._paths:
            content, self._columns = minified_file(FUNCTIONS, f"{path[1:]}.map")
            server.put(path, reply(content))
            server.put(f"{path}.map", reply(source_map(self._columns, SOURCES, f"src{path}")))

    def distinct(self) -> NextBody:
        """Return requests of ten frames over three files, no two of which are the same."""
        bodies = [self._stack(seed) for seed in range(STACKS)]
        return lambda: self._numbered(bodies)

    def unseen(self) -> NextBody:
        """Return such requests with frames of which no two are the same."""
        bodies = [self._stack(seed) for seed in range(STACKS)]
        return lambda: self._numbered(bodies).replace(b'"function":"e"', b'"function":"e%d"' % next(self._numbers))

    def zipf(self) -> NextBody:
        """Return requests that repeat: the n-th most frequent of a thousand stacks comes 1/n as often as the first."""
        bodies = [self._stack(seed) for seed in range(STACKS)]
        totals = list(itertools.accumulate(1 / rank for rank in range(1, STACKS + 1)))
        chosen = random.Random(1)
        return lambda: bodies[bisect.bisect(totals, chosen.random() * totals[-1])]

    def cold(self, functions: int) -> NextBody:
        """Return requests for one frame each, of a file with that many functions that nobody has asked for."""
        content, columns = minified_file(functions, "cold.map")
        source = reply(source_map(columns, SOURCES))

        def next_body() -> bytes:
            folder = f"/cold{next(self._numbers)}"
            self._server.put(f"{folder}/app.js", reply(content))
            self._server.put(f"{folder}/cold.map", source)
            return self._body(frames([self._server.url(f"{folder}/app.js")], columns, 1))

        return next_body

    def large(self, port: int, column: int) -> NextBody:
        """Return requests for one frame each, of a large file of ``bench.file_server`` that nobody has asked for."""

        def next_body() -> bytes:
            url = f"http://127.0.0.1:{port}/{next(self._numbers)}/large.js"
            return self._body([{"abs_path": url, "lineno": 1, "colno": column + 1}])

        return next_body

    def slow(self, seconds: float) -> NextBody:
        """Return requests for one frame each, of a file whose lookup takes that long."""
        self._server.put_function("/slow", _slow_answer(seconds))

        def next_body() -> bytes:
            return orjson.dumps(
                {
                    "source": {"id": "bench", "url": self._server.url("/slow"), "token": ""},
                    "release": "bench",
                    "scraping": {"enabled": False},
                    "stacktraces": [
                        {"frames": [{"abs_path": f"https://h.test/{next(self._numbers)}.js", "lineno": 1}]}
                    ],
                }
            )

        return next_body

    def _stack(self, seed: int) -> bytes:
        return self._body(frames([self._server.url(path) for path in self._paths], self._columns, FRAMES, seed))

    def _body(self, stack: list[dict[str, object]]) -> bytes:
        return orjson.dumps(
            {
                "source": {"id": "bench", "url": self._server.url("/none"), "token": ""},
                "stacktraces": [{"frames": stack}],
            }
        )

    def _numbered(self, bodies: list[bytes]) -> bytes:
        number = next(self._numbers)  # in a key that nobody reads
        return b'%b,"number":%d}' % (bodies[number % len(bodies)][:-1], number)


def mixed(often: NextBody, seldom: NextBody, every: int) -> NextBody:
    """Return requests of two kinds, of which every so many-th one is of the second."""
    numbers: Iterator[int] = itertools.count(1)
    return lambda: seldom() if next(numbers) % every == 0 else often()


def _slow_answer(seconds: float) -> Callable[[Request], Reply]:
    immediate = reply(b"[]")

    def answer(_: Request) -> Reply:
        return lambda: [Pause(seconds), *immediate()]

    return answer
