"""Stack traces that Node, Chromium, Firefox and Hermes printed: see ``tests/data/traces/README.md``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.offline.artifact_collection import collect
from core.offline.map_search import MapSearch
from core.offline.original_frames import OriginalFrame, original_frames
from core.offline.text_frames import find_frames

TRACES = Path(__file__).parent.parent.parent / "data" / "traces"
EXPECTED = json.loads((TRACES / "expected.json").read_text())


def application_frames(text: str, artifacts: Path) -> list[tuple[str, int, str | None]]:
    outcomes = original_frames(find_frames(text), MapSearch(collect([artifacts])).mapped_file)
    return [
        (found.file, found.lineno, found.function)
        for found in outcomes
        if isinstance(found, OriginalFrame) and found.file.startswith("src/")
    ]


@pytest.mark.parametrize("trace", [pytest.param(trace, id=trace["text"].removesuffix(".txt")) for trace in EXPECTED])
def test_every_frame_of_the_application_is_where_the_source_has_it(trace):
    frames = application_frames((TRACES / "texts" / trace["text"]).read_text(), TRACES / "bundles" / trace["artifacts"])
    expected = [(frame["file"], frame["lineno"], frame["function"]) for frame in trace["frames"]]
    assert frames[: len(expected)] == expected
    # What a bundler wraps around everything is nowhere in the source, and in none of its functions.
    assert {function for _, _, function in frames[len(expected) :]} <= {None}


def test_the_traces_are_of_many_bundlers_and_engines():
    bundlers, engines = zip(*(trace["text"].split("-")[:2] for trace in EXPECTED), strict=True)
    assert len(set(bundlers)) == 8
    assert set(engines) == {"node", "chromium", "firefox", "hermes"}


def test_all_bundles_at_once_are_told_apart():
    for trace in EXPECTED[:4]:
        text = (TRACES / "texts" / trace["text"]).read_text()
        assert application_frames(text, TRACES / "bundles")[0][2] == "refuse"
