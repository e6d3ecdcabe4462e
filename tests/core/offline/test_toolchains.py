"""Stack traces of programs that many toolchains built: see ``tests/data/toolchains/README.md``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.offline.artifact_collection import collect
from core.offline.map_search import MapSearch
from core.offline.original_frames import OriginalFrame, original_frames
from core.offline.text_frames import find_frames

TOOLCHAINS = Path(__file__).parent.parent.parent / "data" / "toolchains"
EXPECTED = {
    folder.name: json.loads((folder / "expected.json").read_text())
    for folder in sorted((TOOLCHAINS / "bundles").iterdir())
}
TRACES = [(name, trace) for name, traces in EXPECTED.items() for trace in traces]
FOLDERS = {
    "src": "src",
    "components": "components",
    "../traces/src": "src",
    "angular": "src",
    "next/app/run": "app/run",
    "kotlin": "src",
    "clojurescript": "out",
}
"""Where sources are, and where they were when they were built."""
INITIALIZER = "<instance_members_initializer>"
Frame = tuple[str, int, str | None]


def frames_of(name: str, trace: dict[str, object]) -> list[Frame]:
    """Return the frames of the sources, without those that only some targets have."""
    text = (TOOLCHAINS / "texts" / str(trace["text"])).read_text()
    outcomes = original_frames(find_frames(text), MapSearch(collect([TOOLCHAINS / "bundles" / name])).mapped_file)
    return [
        (found.file, found.lineno, found.function)
        for found in outcomes
        if isinstance(found, OriginalFrame) and (found.file, found.lineno) in marks()
    ]


def marks() -> set[tuple[str, int]]:
    return {
        (f"{built}/{file.name}", lineno)
        for folder, built in FOLDERS.items()
        for file in (TOOLCHAINS / folder).iterdir()
        if file.is_file()
        for lineno, line in enumerate(file.read_text().splitlines(), 1)
        if "//= " in line or ";;= " in line
    }


@pytest.mark.parametrize(
    "name, trace", [pytest.param(*both, id=both[1]["text"].removesuffix(".txt")) for both in TRACES]
)
def test_every_frame_is_where_the_source_has_it_and_called_so(name: str, trace: dict[str, object]):
    expected = [(frame["file"], frame["lineno"], frame["function"]) for frame in trace["frames"]]
    found = frames_of(name, trace)
    # A field is filled by a function of its own, or by the constructor: that is the target's choice.
    assert [(*place, "new Panel" if function == INITIALIZER else function) for *place, function in found] == expected


def test_the_traces_are_of_many_toolchains_and_name_their_functions():
    assert len(EXPECTED) >= 17
    names = [frame["function"] for _, trace in TRACES for frame in trace["frames"]]
    assert len(TRACES) >= 149
    assert sum(name is not None for name in names) > 700
