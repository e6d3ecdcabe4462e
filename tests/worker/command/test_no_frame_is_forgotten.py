"""A general rule: what looks like a frame is mapped, or named on standard error with its reason, in any text."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.offline.escape_reader import read_escapes
from tests.core.offline.written_traces import (
    ENGINES,
    OF_ANY_ENGINE,
    OF_V8,
    SPIDERMONKEY_NAMES,
    V8_NAMES,
    Planted,
)
from tests.worker.command.conftest import TRACES
from worker.command.main import main

KNOWN, UNKNOWN = "https://x.example/app.min.js", "https://x.example/other.min.js"
MAPPED, UNCOVERED = (1, 314), (9, 9)
SAID = re.compile(r"\[(\w+), (\d+) frames?\]$", re.MULTILINE)
PLACE = re.compile(r"(app\.min\.js):\d+:\d+")
MENTIONS = ["see {} for more", "({})", "'{}'", "at {}", "bundle={}", "in {}: boom", "{}, and", "<{}>", "\t{}\t"]


@st.composite
def traces(draw: st.DrawFn) -> tuple[str, list[Planted]]:
    """Draw a log with traces in it, and the frames of those."""
    parts, planted = [], []
    for engine in draw(st.lists(st.sampled_from([*ENGINES]), min_size=1, max_size=3)):
        frames = [draw_frame(draw, engine) for _ in range(draw(st.integers(1, 3)))]
        ways = OF_ANY_ENGINE | OF_V8 if engine == "v8" else OF_ANY_ENGINE
        way = draw(st.sampled_from(sorted(ways)))
        if way not in ("spaces", "cloudwatch") or not any(" at " in frame.function for frame in frames):
            parts.append(ways[way]([ENGINES[engine](frame) for frame in frames]))
            planted += frames
    for mention in draw(st.lists(st.sampled_from(MENTIONS), max_size=2)):
        frame = Planted(
            "", draw(st.sampled_from([KNOWN, "dist/app.min.js"])), *draw(st.sampled_from([MAPPED, UNCOVERED]))
        )
        parts.append(mention.format(frame.place))
        planted.append(frame)
    return "\n".join(draw(st.permutations(parts))), planted


def draw_frame(draw: st.DrawFn, engine: str) -> Planted:
    name = draw(st.sampled_from(V8_NAMES if engine == "v8" else SPIDERMONKEY_NAMES))
    return Planted(name, draw(st.sampled_from([KNOWN, UNKNOWN])), *draw(st.sampled_from([MAPPED, UNCOVERED])))


@pytest.fixture(scope="module")
def files():
    """A folder with a build in it."""
    with TemporaryDirectory() as folder:
        yield Path(shutil.copytree(TRACES / "bundles" / "esbuild", Path(folder) / "dist"))


def traced(capfd: pytest.CaptureFixture[str], dist: Path, text: str) -> tuple[int, str, str]:
    file = dist.parent / "error.log"
    file.write_text(text, newline="")
    code = main(["trace", str(file), "-a", str(dist)])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_every_frame_is_mapped_or_named_with_its_reason(files, capfd):
    @settings(max_examples=150)
    @given(traces())
    def holds(drawn: tuple[str, list[Planted]]) -> None:
        text, planted = drawn
        code, out, err = traced(capfd, files, text)
        counts = Counter(dict.fromkeys(("no_such_file", "not_covered"), 0))
        for reason, count in SAID.findall(err):
            counts[reason] += int(count)
        unknown = sum(frame.path == UNKNOWN for frame in planted)
        uncovered = sum(frame.path != UNKNOWN and (frame.lineno, frame.colno) == UNCOVERED for frame in planted)
        assert counts == {"no_such_file": unknown, "not_covered": uncovered}, text
        left = unknown + uncovered
        assert code == (3 if left == len(planted) else 4 if left else 0), text
        assert len(PLACE.findall(read_escapes(out).text)) == uncovered, out

    holds()
