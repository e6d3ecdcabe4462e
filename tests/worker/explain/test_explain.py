"""What explained answers hold, and what they don't."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from core.explain.explainer import MOST_FRAMES
from tests.worker.explain.world import (
    APP_URL,
    FRAME,
    ID,
    World,
    a_map,
    debug_id,
    frame,
    request,
    scraping,
    step,
    upload,
    web,
)
from tests.worker.source_server import reply


@pytest.fixture
def world(server, source) -> World:
    return World(server, source)


async def explained(world: World, *steps: Any) -> list[Any]:
    for change in steps:
        change(world, ())
    return [answered.get("explanation") for answered in await world.frames_answered()]


async def test_what_decided_is_named(world):
    [explanation] = await explained(world, upload())
    assert explanation["decided_by"] == {
        "minified": {
            "name": APP_URL,
            "origin": {"bundled": ["sentry://project_debug_file/7", {"minified_source": {"abs_path": APP_URL}}]},
            "resolved_with": "release",
        },
        "source_map": {
            "name": f"{APP_URL}.map",
            "origin": {"bundled": ["sentry://project_debug_file/7", {"source_map": {"abs_path": f"{APP_URL}.map"}}]},
            "resolved_with": "release",
        },
        "token": {
            "lineno": 1,
            "colno": 26,
            "source": "../src/app.js",
            "original_lineno": 3,
            "original_colno": 5,
        },
    }


async def test_what_was_done_is_told_in_order(world):
    [explanation] = await explained(world, upload())
    assert [(each["file"], each["tried"], each["found"]) for each in explanation["steps"]] == [
        ("minified_source", "lookup", False),
        ("minified_source", "name", False),
        ("minified_source", "name", True),
        ("minified_source", "result", True),
        ("source_map", "name", False),
        ("source_map", "name", True),
        ("source_map", "result", True),
    ]


async def test_a_debug_id_that_decided_is_named(world):
    [explanation] = await explained(world, upload(by_url=False, debug_id=ID), debug_id(), request(release=None))
    assert {explanation["decided_by"][name]["debug_id"] for name in ("minified", "source_map")} == {ID}
    assert "debug_id" in [each["tried"] for each in explanation["steps"] if each["found"]]


async def test_no_secret_is_told(world):
    """Neither of what is sent to the source and the web, nor of where the source keeps its files."""
    secrets = ["t0k", "c00kie", "h34der", "s1gned", "qu3ry"]
    world.source.put_reply("7", reply(status=403))
    world.source.entries[0]["url"] += "?signature=s1gned"
    source = {"id": "s", "url": world.source.url + "?key=qu3ry"}
    for credential in ({"token": "t0k"}, {"cookies": "c00kie"}):
        [explanation] = await explained(
            world,
            web(app=reply(status=403)),
            request(source=source | credential, release="web@2"),
            scraping(headers={"X-Token": "h34der"}),
        )
        assert explanation["code"] == "bundle_unavailable"
        assert not [secret for secret in secrets if secret in orjson.dumps(explanation).decode()]


async def test_files_of_the_request_that_were_found_before_are_explained_as_well(world):
    """The second file is looked for in what the first one brought."""
    other = {"files/other.js": ("x()", {"type": "minified_source", "url": "~/js/other.js"})}
    world.frames.append(FRAME | {"abs_path": "https://shop.test/js/other.js", "colno": 1})
    explanations = await explained(world, upload(beside=other))
    assert [each["code"] for each in explanations] == ["resolved", "no_reference"]
    assert [each["tried"] for each in explanations[1]["steps"]] == ["name", "name", "result"]


async def test_frames_of_a_path_with_async_in_front_are_explained(world):
    [explanation] = await explained(world, upload(), frame(abs_path=f"async {APP_URL}"))
    assert explanation["code"] == "resolved"


async def test_without_context_nobody_misses_the_text_of_sources(world):
    without = a_map(sourcesContent=None)
    [explanation] = await explained(world, upload(source_map=without), no_context())
    assert explanation["code"] == "resolved"


async def test_the_column_may_be_missing_where_it_makes_no_difference(world):
    """One original line for the whole generated one: as in code that is not minified."""
    [explanation] = await explained(world, upload(source_map=a_map(mappings="AAEI,SAAI")), frame(colno=None))
    assert explanation["code"] == "resolved"


async def test_a_map_without_names_of_code_that_has_them_is_well(world):
    """TypeScript's compiler writes no names, as it renames nothing."""
    code = "function price(item){if(!item.cost)throw 1}\n//# sourceMappingURL=app.min.js.map"
    [explanation] = await explained(world, upload(app=code, source_map=a_map(names=[], mappings="AAAA,mBAEI")))
    assert explanation["code"] == "resolved"


async def test_the_bytecode_of_hermes_is_no_file_that_could_be_too_short(world):
    """Sentry keeps it as an empty file with a header."""
    world.source.put_artifact("501", "~/js/app.min.js", b"", headers={"Sourcemap": "app.min.js.map"})
    world.source.put_artifact("502", "~/js/app.min.js.map", a_map().encode())
    [explanation] = await explained(world)
    assert explanation["code"] == "resolved"


async def test_only_so_many_frames_are_explained(world):
    world.frames = [FRAME] * (MOST_FRAMES + 1)
    explanations = await explained(world, upload())
    assert [each is None for each in explanations] == [False] * MOST_FRAMES + [True]


async def test_frames_without_explanations_are_those_of_the_same_answer(world):
    upload()(world, ())
    frames = await world.frames_answered()
    world.options = {}
    plain = await world.frames_answered()
    for answered in frames:
        del answered["explanation"]
    assert orjson.dumps(frames) == orjson.dumps(plain)


@step
def no_context(world: World) -> None:
    world.options |= {"apply_source_context": False}
