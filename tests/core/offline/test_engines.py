"""Stack traces of six engines for functions with all kinds of names: see ``tests/data/engines/README.md``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from core.offline.artifact_collection import collect
from core.offline.map_search import MapSearch
from core.offline.original_frames import OriginalFrame, original_frames
from core.offline.text_frames import find_frames

ENGINES = Path(__file__).parent.parent.parent / "data" / "engines"
EXPECTED: dict[str, list[int]] = json.loads((ENGINES / "expected.json").read_text())
MARKS = {
    lineno: line.partition("//= ")[2]
    for lineno, line in enumerate((ENGINES / "src" / "cases.js").read_text().splitlines(), 1)
    if "//= " in line
}
LEAVE_OUT_TAIL_CALLS = {"bun", "javascriptcore"}


def cases_of(engine: str) -> dict[str, str]:
    text = (ENGINES / "texts" / f"{engine}.txt").read_text()
    sections = [section.partition("\n") for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]
    return {name: trace for name, _, trace in sections if name != "end"}


def marked_frames(trace: str) -> list[tuple[int, str]]:
    with collect([ENGINES / "dist"]) as artifacts:
        outcomes = original_frames(find_frames(trace), MapSearch(artifacts).mapped_file)
    originals = [found for found in outcomes if isinstance(found, OriginalFrame) and found.lineno in MARKS]
    assert all(found.file == "src/cases.js" for found in originals)
    return [(found.lineno, found.function or "-") for found in originals]


@pytest.mark.parametrize("engine", ["bun", "chromium", "deno", "firefox", "javascriptcore", "node"])
@pytest.mark.parametrize("case", EXPECTED)
def test_every_function_is_called_as_the_source_calls_it(engine, case):
    trace = cases_of(engine).get(case)
    if trace is None:
        pytest.skip("the engine has no timers")
    frames = marked_frames(trace)
    assert frames == [(lineno, MARKS[lineno]) for lineno, _ in frames]
    lines = [lineno for lineno, _ in frames]
    if engine in LEAVE_OUT_TAIL_CALLS:
        left = iter(EXPECTED[case])
        assert all(lineno in left for lineno in lines)
        assert lines[0] == EXPECTED[case][0]
    else:
        assert lines == EXPECTED[case]
