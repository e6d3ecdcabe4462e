"""Requests about real files: warm ones, found in every way that there is, and new ones."""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import orjson

from bench.bundle_template import BundleTemplate
from bench.files import minified_file, source_map
from bench.load import NextBody
from bench.real_files import Place, RealFile, map_tail
from tests.worker.source_server import Reply, Request, SourceServer, reply

FILES = 3
FRAMES = 10

_ORIGIN = "https://shop.test/static"
_SMALL_BUNDLE = slice(6, 30, 2)  # twelve files, of 49 KB to 1.7 MB
_SOURCES = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewFiles:
    """Requests for one frame each of a file that is new, and which files these are in turn: texts and place."""

    bodies: NextBody
    files: Sequence[tuple[bytes, bytes, Place]]
    bundle_bytes: int = 0


class RealTraffic:
    """Requests about ``files``, which it puts on ``server``."""

    def __init__(self, server: SourceServer, files: Sequence[RealFile]) -> None:
        self._server = server
        self._files = files
        self._chance = random.Random(1)
        self._numbers = itertools.count(1)
        self._unasked = {file.name: iter(file.places) for file in files}

    def by_debug_id(self, places: Callable[[RealFile], Place] | None = None) -> NextBody:
        """Return requests for three of forty files in an artifact bundle, with their debug ids."""
        bundle = BundleTemplate(self._files, _ORIGIN).bundle()
        url = self._server.put("/warm-bundle", reply(bundle))
        answer: list[dict[str, object]] = [{"type": "bundle", "id": "warm", "url": url, "resolved_with": "debug-id"}]
        self._server.put("/by-id", reply(orjson.dumps(answer)))
        return self._stacks("/by-id", _ORIGIN, places, with_ids=True)

    def by_release(self) -> NextBody:
        """Return requests for three of forty artifacts of a release."""
        entries: dict[str, list[dict[str, object]]] = {}
        for file in self._files:
            for name, content in ((file.name, file.generated), (file.map_name, file.source_map)):
                url = self._server.put(f"/artifacts/{name}", reply(content))
                entry: dict[str, object] = {"type": "file", "id": name, "url": url, "abs_path": f"~/static/{name}"}
                entries[name] = [entry | {"resolved_with": "release"}]

        def listed(request: Request) -> Reply:
            name = dict(request.query)["url"].rpartition("/")[2]
            return reply(orjson.dumps(entries.get(f"{name}.js", []) + entries.get(f"{name}.js.map", [])))

        self._server.put_function("/by-release", listed)
        return self._stacks("/by-release", _ORIGIN, None, release="shop@1.0")

    def scraped(self) -> NextBody:
        """Return requests for three of forty files that are on the web."""
        for file in self._files:
            self._server.put(f"/web/{file.name}", reply(file.generated))
            self._server.put(f"/web/{file.map_name}", reply(file.source_map))
        return self._stacks("/none", self._server.url("/web"), None)

    def zipf(self) -> NextBody:
        """Return requests as ``by_debug_id``, but files and places repeat as errors do."""
        chosen = {file.name: _Zipf(file.places[:1000], self._chance) for file in self._files}
        return self.by_debug_id(lambda file: chosen[file.name].next())

    def new_bundles(self) -> NewFiles:
        """Return requests for one frame each, in a bundle of twelve pairs that nobody has seen."""
        files = self._files[_SMALL_BUNDLE]
        template, turns = BundleTemplate(files, _ORIGIN), itertools.cycle(files)
        bundle_bytes = len(template.bundle())

        def next_body() -> bytes:
            number, file = next(self._numbers), next(turns)
            debug_id = UUID(int=0xBAD << 64 | number)
            url = f"/new-bundles/{number}"
            self._server.put_function(url, lambda _: reply(template.bundle(file, number, debug_id)))
            answer = [{"type": "bundle", "id": str(number), "url": self._server.url(url)}]
            self._server.put(f"/new-lookups/{number}", reply(orjson.dumps(answer)))
            path = f"{_ORIGIN}/{file.name}"
            modules = [_module(path, debug_id)]
            frames = [_frame(path, self._never_asked(file))]
            return self._body(f"/new-lookups/{number}", frames, {"modules": modules})

        return NewFiles(next_body, [(each.generated, each.source_map, each.places[0]) for each in files], bundle_bytes)

    def new_scraped(self) -> NewFiles:
        """Return requests for one frame each, of a file on the web that nobody has seen."""
        order = list(self._files)
        random.Random(2).shuffle(order)
        turns = itertools.cycle(order)

        def next_body() -> bytes:
            number, file = next(self._numbers), next(turns)
            self._server.put_function(f"/new/{number}/{file.name}", lambda _: reply(file.new(number)[0]))
            self._server.put_function(f"/new/{number}/{file.map_name}", lambda _: reply(file.new(number)[1]))
            url = self._server.url(f"/new/{number}/{file.name}")
            return self._body("/none", [_frame(url, self._never_asked(file))])

        return NewFiles(next_body, [(each.generated, each.source_map, each.places[0]) for each in order])

    def synthetic(self, functions: int, *, is_new: bool) -> NewFiles:
        """Return requests for one frame each, of a generated file of one line that nobody has asked for by its URL.

        Its content is new, too, or always the same.
        """
        generated, columns = minified_file(functions, "app.js.map")
        text = source_map(columns, _SOURCES)
        chance = random.Random(3)

        def next_body() -> bytes:
            number = next(self._numbers)
            tails = (b"//%d\n" % number, map_tail(number)) if is_new else (b"", b"}")
            self._server.put_function(f"/one/{number}/app.js", lambda _: reply(generated + tails[0]))
            self._server.put_function(f"/one/{number}/app.js.map", lambda _: reply(text[:-1] + tails[1]))
            return self._body("/none", [_frame(self._server.url(f"/one/{number}/app.js"), (0, chance.choice(columns)))])

        return NewFiles(next_body, [(generated, text, (0, columns[functions // 2]))])

    def _stacks(
        self,
        lookup: str,
        base: str,
        places: Callable[[RealFile], Place] | None,
        *,
        with_ids: bool = False,
        release: str | None = None,
    ) -> NextBody:
        places = places or self._never_asked
        files = _Zipf(random.Random(4).sample(self._files, len(self._files)), self._chance)

        def next_body() -> bytes:
            chosen = self._chance.sample(self._files, FILES) if places is self._never_asked else files.several(FILES)
            frames = [
                _frame(f"{base}/{file.name}", places(file))
                for file in itertools.islice(itertools.cycle(chosen), FRAMES)
            ]
            more: dict[str, object] = {"release": release, "number": next(self._numbers)}
            if with_ids:
                more["modules"] = [_module(f"{base}/{file.name}", file.debug_id) for file in chosen]
            return self._body(lookup, frames, more)

        return next_body

    def _never_asked(self, file: RealFile) -> Place:
        """Return the next place of a file that no request of this workload had."""
        place = next(self._unasked[file.name], None)
        if place is None:
            self._unasked[file.name] = iter(file.places)
            place = next(self._unasked[file.name])
        return place

    def _body(self, lookup: str, frames: list[dict[str, object]], more: dict[str, object] | None = None) -> bytes:
        source = {"id": "sentry:project", "url": self._server.url(lookup), "token": "t0k"}
        return orjson.dumps({"source": source, "stacktraces": [{"frames": frames}], **(more or {})})


class _Zipf(Generic[T]):
    """Chooses among things, of which the n-th comes 1/n as often as the first."""

    def __init__(self, things: Sequence[T], chance: random.Random) -> None:
        self._things = list(things)
        self._chance = chance
        self._totals = list(itertools.accumulate(1 / rank for rank in range(1, len(things) + 1)))

    def next(self) -> T:
        return self._things[bisect.bisect(self._totals, self._chance.random() * self._totals[-1])]

    def several(self, count: int) -> list[T]:
        """Return so many different things."""
        chosen: dict[int, T] = {}
        while len(chosen) < count:
            thing = self.next()
            chosen[id(thing)] = thing
        return list(chosen.values())


def _frame(path: str, place: Place) -> dict[str, object]:
    return {"abs_path": path, "lineno": place[0] + 1, "colno": place[1] + 1, "function": "e"}


def _module(path: str, debug_id: UUID) -> dict[str, object]:
    return {"type": "sourcemap", "code_file": path, "debug_id": str(debug_id)}
