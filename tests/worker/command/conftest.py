from __future__ import annotations

import shutil
from pathlib import Path

import pytest

TRACES = Path(__file__).parent.parent.parent / "data" / "traces"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder that esbuild wrote, with a file and its map."""
    return Path(shutil.copytree(TRACES / "bundles" / "esbuild", tmp_path / "dist"))


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """What Chromium printed when that file failed, in a log."""
    text = (TRACES / "texts" / "esbuild-chromium-tooMany.txt").read_text()
    file = tmp_path / "error.log"
    file.write_text(f"12:00:01 ☕ started\n12:00:02 {text}12:00:03 stopped\n")
    return file
