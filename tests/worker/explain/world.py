"""A shop whose stack traces must become readable: everything is right until a test breaks something.

A ``Situation`` breaks one thing, says what the explanation must say of it, and then does what its advice says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import orjson
import pytest

from core.observing.counts import Counts
from core.settings import Settings
from tests.worker.artifact_source import TOKEN, ArtifactSource
from tests.worker.source_server import Reply, SourceServer, reply
from worker.job_types import Job
from worker.requests.symbolicate import open_symbolication

P = ParamSpec("P")

ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
OTHER_ID = "aaaaaaaa-58b7-44cb-d7cd-de1505e7e718"

PATH = "/js/app.min.js"
APP_URL = f"https://shop.test{PATH}"
MINIFIED = 'function n(o){if(!o.cost)throw new Error("no cost");return o.cost}function t(o){return n(o[0])}t([{}]);'
COMMENT = "//# sourceMappingURL=app.min.js.map"
APP = f"{MINIFIED}\n{COMMENT}"
ORIGINAL = (
    'function price(item) {\n  if (!item.cost) {\n    throw new Error("no cost");\n  }\n  return item.cost;\n}\n'
    "function total(items) {\n  return price(items[0]);\n}\ntotal([{}]);\n"
)
MAPPINGS = (
    "AAAA,SAASA,EAAMC,GACb,GAAI,CAACA,EAAKC,KACR,MAAM,IAAIC,MAAM,WAElB,OAAOF,EAAKC,KAEd,"
    "SAASE,EAAMC,GACb,OAAOL,EAAMK,MAEfD,EAAM"
)
FRAME = {"abs_path": APP_URL, "lineno": 1, "colno": 26, "function": "n"}
RIGHT = ("price", 3, 5)

Files = dict[str, tuple[str | bytes, dict[str, Any]]]


def a_map(**changes: Any) -> str:
    """The app's source map; None removes a member."""
    usual = {
        "version": 3,
        "sources": ["../src/app.js"],
        "sourcesContent": [ORIGINAL],
        "names": ["price", "item", "cost", "Error", "total", "items"],
        "mappings": MAPPINGS,
    }
    return orjson.dumps({name: value for name, value in (usual | changes).items() if value is not None}).decode()


def a_bundle(
    name: str = "~/js/app.min.js",
    map_name: str | None = None,
    app: str | bytes | None = APP,
    source_map: str | bytes | None = None,
    debug_id: str | None = None,
    by_url: bool = True,
) -> Files:
    """The files of an artifact bundle; an empty ``map_name`` or an ``app`` of None leaves that file out."""
    map_name = f"{name}.map" if map_name is None else map_name
    headers = {} if debug_id is None else {"headers": {"debug-id": debug_id}}
    files: Files = {}
    for path, content, kind in ((name, app, "minified_source"), (map_name, source_map, "source_map")):
        if path and (content is not None or kind == "source_map"):
            url = {"url": path} if by_url else {}
            files[f"files/_/_{path.lstrip('~')}"] = (content or a_map(), {"type": kind, **url, **headers})
    return files


class World:
    """A source of artifacts, the web, and an event.  What a test changes counts from the next question on."""

    def __init__(self, server: SourceServer, source: ArtifactSource) -> None:
        self.server = server
        self.source = source
        self.frames: list[dict[str, Any]] = [dict(FRAME)]
        self.settings: dict[str, Any] = {}
        self.sentry: dict[str, Any] = {}
        self.questions = 1
        self.options: dict[str, Any] = {"explain": True}
        self.request: dict[str, Any] = {
            "source": {"id": "sentry:project", "url": source.url, "token": TOKEN},
            "release": "web@2",
            "scraping": {"enabled": False},
        }

    async def frames_answered(self) -> list[Any]:
        """Ask a worker that knows nothing yet; return the frames of its last answer."""
        request = self.request | {"stacktraces": [{"frames": self.frames}], "options": self.options}
        usual = {"connect_to_reserved_ips": True, "cache_dir": None, "deny_list_enabled": False, "download_tries": 1}
        async with open_symbolication(Settings(**(usual | self.settings)), Counts()) as answer:
            for _ in range(self.questions):
                answered = await answer(Job("1", orjson.dumps(request), 60.0, None))
        frames: list[Any] = orjson.loads(answered.body)["stacktraces"][0]["frames"]
        return frames


@dataclass(frozen=True)
class Quoted:
    """Stands for what the advice has between backticks, the first one or a later one."""

    number: int = 0


Step = Callable[[World, Sequence[str]], None]
"""Changes the world; what is quoted in the advice, if there is one already, is at hand."""


def step(change: Callable[Concatenate[World, P], None]) -> Callable[P, Step]:
    """Make a step of what changes the world, whose arguments may be ``Quoted``."""

    @wraps(change)
    def prepared(*given: P.args, **named: P.kwargs) -> Step:
        def act(world: World, quoted: Sequence[str]) -> None:
            def told(value: Any) -> Any:
                return quoted[value.number] if isinstance(value, Quoted) else value

            change(world, *map(told, given), **{name: told(value) for name, value in named.items()})  # type: ignore[arg-type]

        return act

    return prepared


@step
def request(world: World, **members: Any) -> None:
    """The request has other members."""
    world.request |= members


@step
def settings(world: World, **values: Any) -> None:
    """The worker is set up otherwise."""
    world.settings |= values


@step
def frame(world: World, **members: Any) -> None:
    """The last frame has other members."""
    world.frames[-1] |= members


@step
def another_frame(world: World, **members: Any) -> None:
    """The event has one more frame."""
    world.frames.append(FRAME | members)


@step
def no_other_frame(world: World) -> None:
    """The event has no more than its first frame."""
    del world.frames[1:]


@step
def debug_id(world: World, sent: str = ID, code_file: str = APP_URL) -> None:
    """The event has a debug id."""
    world.request["modules"] = [{"type": "sourcemap", "code_file": code_file, "debug_id": sent}]


@step
def upload(world: World, *given: Any, file_id: str = "7", beside: Files | None = None, **bundle: Any) -> None:
    """The source lists a bundle: of whatever bytes, or with changes to the right one."""
    _forget(world, file_id)
    files = given[0] if given and isinstance(given[0], bytes) else a_bundle(*given, **bundle) | (beside or {})
    world.source.put_bundle(file_id, files, "release")


@step
def artifacts(world: World, app: Reply | str | bytes = APP, name: str = "~/js/app.min.js") -> None:
    """The source lists the app and its map as files of their own."""
    world.source.entries = []
    world.source.put_artifact("501", name, app.encode() if isinstance(app, str) else app)
    world.source.put_artifact("502", "~/js/app.min.js.map", a_map().encode())


@step
def no_bundle(world: World, file_id: str) -> None:
    """The source doesn't list a bundle any more."""
    _forget(world, file_id)


@step
def listed_for(world: World, release: str, dist: str | None = None) -> None:
    """The uploads belong to one release and dist, and to nothing else."""
    world.source.select = lambda query: (query.get("release"), query.get("dist")) == (release, dist)


@step
def web(world: World, path: str = PATH, app: Reply | str = APP, source_map: Reply | str | None = None) -> None:
    """The app is on the web, where the event comes from."""
    for target, served in ((path, app), (f"{path}.map", a_map() if source_map is None else source_map)):
        world.server.put(target, reply(served.encode()) if isinstance(served, str) else served)
    world.request |= {"release": None, "scraping": {"enabled": True}}
    world.frames[-1]["abs_path"] = world.server.url(path)


@step
def scraping(world: World, **members: Any) -> None:
    """Scraping has other rules."""
    world.request["scraping"] |= members


@step
def allowed_origin(world: World, pattern: str) -> None:
    """Scraping is allowed at one origin."""
    world.request["scraping"] |= {"allowed_origins": [pattern]}


@dataclass(frozen=True)
class Situation:
    """Something that is wrong, the code of the true cause, words of cause or advice, and how it is mended.

    ``file`` is what the cause must be about.
    """

    id: str
    broken: Sequence[Step]
    code: str
    says: Sequence[str]
    mended: Sequence[Step]
    file: str | None = field(default=None, kw_only=True)


def situations(rows: Iterable[Situation]) -> list[Any]:
    """Return the rows of a table for pytest."""
    return [pytest.param(row, id=row.id) for row in rows]


async def check(world: World, row: Situation) -> None:
    """Break the world; the last frame's explanation must name the cause; its advice must mend every frame."""
    for change in row.broken:
        change(world, ())
    explanation = (await world.frames_answered())[-1]["explanation"]
    said = f"{explanation['cause']}\n{explanation['advice']}"
    assert (explanation["code"], explanation.get("file")) == (row.code, row.file), said
    for words in row.says:
        assert words in said, said
    assert TOKEN not in orjson.dumps(explanation).decode()
    quoted = re.findall(r"`([^`]+)`", explanation["advice"])
    for change in row.mended:
        change(world, quoted)
    for answered in await world.frames_answered():
        assert answered["explanation"]["code"] == "resolved", answered["explanation"]["cause"]
        place = answered["function"], answered["lineno"], answered["colno"]
        assert place == RIGHT, place


def _forget(world: World, file_id: str) -> None:
    world.source.entries = [entry for entry in world.source.entries if entry["id"] != file_id]
