"""The Map view: a map of the visitor's own, read by the browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.page.conftest import EXAMPLES, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP_MAP = next((EXAMPLES / "shop" / "dist").rglob("*.min.js.map"))


async def open_map(visitor: Visitor, file: Path) -> str:
    await visitor.open("/#map")
    await visitor.page.set_input_files("#map-open", file)
    await visitor.page.locator("#map-status p").filter(has_not_text="Reading").first.wait_for()
    return await visitor.page.inner_text("#map-status")


async def rows(visitor: Visitor) -> list[list[str]]:
    lines = await visitor.page.locator("#map-answer tbody tr").all()
    return [await line.locator("th, td").all_inner_texts() for line in lines]


async def test_a_map_is_measured_by_source(visitor: Visitor, tmp_path: Path):
    # Line 1: 10 columns of a.ts, 20 of b.ts, 5 of nothing, the last token; line 2: one of a.ts.
    map_file = tmp_path / "app.js.map"
    document = {"version": 3, "sources": ["a.ts", "b.ts"], "sourcesContent": ["a", None], "names": []}
    map_file.write_text(json.dumps({**document, "mappings": "AAAA,UCAA,oB,KDAA;AAAA", "debug_id": "d-1"}))
    status = await open_map(visitor, map_file)
    assert status == "app.js.map: 2 sources, 5 tokens, 0 names, debug id d-1."
    assert await rows(visitor) == [["b.ts", "20", "62.5 %", "missing"], ["a.ts", "12", "37.5 %", "yes"]]
    assert await visitor.page.locator(".treemap rect").count() == 2
    assert "1 source without content" in await visitor.page.inner_text("#map-answer")


@pytest.mark.parametrize(
    "text, problem",
    [
        pytest.param("not JSON", "it is no JSON", id="no-json"),
        pytest.param("{}", "it has no mappings", id="no-map"),
        pytest.param('{"mappings": "A!AA", "sources": ["a"]}', "mappings, character 1", id="no-digit"),
        pytest.param('{"mappings": "ACAA", "sources": ["a"]}', "there is no source 1", id="no-source"),
        pytest.param('{"sections": [{}]}', "a section has no map", id="no-section"),
    ],
)
async def test_what_is_no_map_says_why(visitor: Visitor, tmp_path: Path, text: str, problem: str):
    (tmp_path / "x.map").write_text(text)
    assert problem in await open_map(visitor, tmp_path / "x.map")


async def test_sections_count_together(visitor: Visitor, tmp_path: Path):
    part = {"version": 3, "sources": ["a.ts"], "names": [], "mappings": "AAAA,UAAA"}
    (tmp_path / "x.map").write_text(json.dumps({"version": 3, "sections": [{"offset": {}, "map": part}] * 2}))
    assert "2 sections" in await open_map(visitor, tmp_path / "x.map")
    assert (await rows(visitor))[0][:2] == ["a.ts", "22"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_look_into_a_map(browser, api, axe, scheme, tmp_path):
    async with visiting(browser, f"http://127.0.0.1:{api.port}", color_scheme=scheme) as visitor:
        await open_map(visitor, SHOP_MAP)
        assert await visitor.violations() == []
        await visitor.page.screenshot(path=tmp_path / f"map-{scheme}.png", full_page=True)
