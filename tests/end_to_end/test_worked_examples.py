"""Whole answers: the worked examples of the wire contract, with real files on a real server.

The files in ``tests/data/worked_examples`` name hosts that don't exist; here they stand for the local server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from core.files.artifact_bundle import write_bundle
from core.web.urls import cache_busting_number, parse_url
from tests.deployment import Api
from tests.worker.source_server import Reply, SourceServer, reply

EXAMPLES = Path(__file__).parents[1] / "data" / "worked_examples"

APP = (
    b'function n(o){if(!o.cost)throw new Error("no cost");return o.cost}function t(o){return n(o[0])}t([{}]);\n'
    b"//# sourceMappingURL=app.min.js.map\n"
)
APP_MAP = {
    "version": 3,
    "file": "app.min.js",
    "sources": ["../src/app.js"],
    "sourcesContent": [
        'function price(item) {\n  if (!item.cost) {\n    throw new Error("no cost");\n  }\n  return item.cost;\n}\n'
        "function total(items) {\n  return price(items[0]);\n}\ntotal([{}]);\n"
    ],
    "names": ["price", "item", "cost", "Error", "total", "items"],
    "mappings": "AAAA,SAASA,EAAMC,GACb,GAAI,CAACA,EAAKC,KACR,MAAM,IAAIC,MAAM,WAElB,OAAOF,EAAKC,KAEd,SAASE,EAAMC,GACb,"
    "OAAOL,EAAMK,MAEfD,EAAM",
}
DEBUG_ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
LOOKUP = "/api/0/projects/o/p/artifact-lookup/"

World = Callable[[SourceServer], None]


def json_reply(document: Any) -> Reply:
    return reply(orjson.dumps(document))


def release_files(server: SourceServer, source_map: dict[str, Any] = APP_MAP) -> None:
    """The lookup API lists the minified file and its map, and nothing else, as individual files."""
    listed = [
        {
            "type": "file",
            "id": file_id,
            "url": server.url(f"/dl/{file_id}"),
            "abs_path": path,
            "resolved_with": "release",
        }
        for file_id, path in (("501", "~/assets/app.min.js"), ("502", "~/assets/app.min.js.map"))
    ]
    server.put_function(LOOKUP, lambda request: json_reply(listed if ("url", "/assets/app") in request.query else []))
    server.put("/dl/501", reply(APP))
    server.put("/dl/502", json_reply(source_map))


def release_files_without_contents(server: SourceServer) -> None:
    release_files(server, {key: value for key, value in APP_MAP.items() if key != "sourcesContent"})


def debug_id_bundle(server: SourceServer) -> None:
    headers = {"debug-id": DEBUG_ID}
    bundle = write_bundle(
        {
            "files/a.js": (
                APP,
                {
                    "type": "minified_source",
                    "url": "~/other.js",
                    "headers": headers | {"sourcemap": "app.min.js.map"},
                },
            ),
            "files/a.js.map": (
                orjson.dumps(APP_MAP),
                {"type": "source_map", "url": "~/other.js.map", "headers": headers},
            ),
        }
    )
    listed = [{"type": "bundle", "id": "77", "url": server.url("/dl/77"), "resolved_with": "debug-id"}]
    server.put_function(LOOKUP, lambda request: json_reply(listed if ("debug_id", DEBUG_ID) in request.query else []))
    server.put("/dl/77", reply(bundle))


def some_files_refused(server: SourceServer) -> None:
    server.put("/b.js", reply(status=404))
    server.put("/a.js", reply(status=403))


def html_instead_of_a_map(server: SourceServer) -> None:
    server.put("/assets/bad.js", reply(b"boom();\n//# sourceMappingURL=bad.js.map\n"))
    server.put("/assets/bad.js.map", reply(b"<!DOCTYPE html><title>404</title>"))


def plain_file(server: SourceServer) -> None:
    server.put("/plain.js", reply(b"function go() {\n  throw 1;\n}\ngo();"))


def nothing(server: SourceServer) -> None:
    """Not even a lookup API."""


WORLDS: dict[str, World] = {
    "happy-path-caller-first": release_files,
    "callee-first-debug-id-no-context": debug_id_bundle,
    "original-source-text-missing": release_files_without_contents,
    "scraping-disabled": nothing,
    "missing-source": some_files_refused,
    "invalid-location": nothing,
    "paths-that-cannot-be-scraped": nothing,
    "malformed-source-map": html_instead_of_a_map,
    "plain-source-without-map": plain_file,
}


def here(text: str, server: SourceServer) -> str:
    """Return the example with the local server in the place of the hosts it names."""
    for host in ("https://cdn.shop.test", "https://sentry.test"):
        text = text.replace(host, server.origin)
    url = parse_url(server.url("/assets/bad.js.map"))
    assert url is not None
    return text.replace("1763868582", str(cache_busting_number(url, int(time.time()), 3600)))


async def explained(api: Api, request: Any, accept: str) -> bytes:
    """Return what ``POST /explain`` answers."""
    headers = {"Content-Type": "application/json", "Accept": accept}
    async with (
        aiohttp.ClientSession() as session,
        session.post(api.url("/explain?scope=7"), data=orjson.dumps(request), headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith(accept)
        return await answer.read()


@pytest.mark.parametrize("name", WORLDS)
async def test_the_whole_answer_is_the_one_of_the_contract(api, server, name):
    WORLDS[name](server)
    example = orjson.loads(here((EXAMPLES / f"{name}.json").read_text(), server))
    answer = await api.submit(example["request"], "?scope=7")
    assert orjson.dumps(answer) == orjson.dumps(example["response"])


@pytest.mark.parametrize("name", WORLDS)
async def test_an_explained_answer_is_the_same_but_for_its_explanations(api, server, name):
    WORLDS[name](server)
    example = orjson.loads(here((EXAMPLES / f"{name}.json").read_text(), server))
    answer = orjson.loads(await explained(api, example["request"], "application/json"))
    for trace in answer["stacktraces"]:
        assert all(frame.pop("explanation")["cause"] for frame in trace["frames"])
    assert orjson.dumps(answer) == orjson.dumps(example["response"])
    page = await explained(api, example["request"], "text/plain")
    assert page.count(b"\n1. ") == 1


@pytest.mark.parametrize("traces", [{}, {"stacktraces": []}], ids=["no-key", "empty"])
async def test_a_request_without_frames_is_completed(api, traces):
    source = {"id": "sentry:project", "url": "https://sentry.test/", "token": "t0k"}
    assert await api.submit({"source": source, **traces}) == {
        "status": "completed",
        "stacktraces": [],
        "raw_stacktraces": [],
    }


def test_every_example_has_its_world():
    assert {path.stem for path in EXAMPLES.iterdir()} == set(WORLDS)
