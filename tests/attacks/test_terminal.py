"""Names by strangers on the terminal of a person who runs the command."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.sourcemap.encoding import map_of, mappings_of

STEERING = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e"
MINIFIED = "function a(){throw 1}\n"
TRACE = f"Error\n    at a (app.js:1:15)\n    {STEERING}\n"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "app.js").write_text(f"{MINIFIED}//# sourceMappingURL=app.js.map\n")
    (folder / "app.js.map").write_bytes(
        map_of(
            mappings_of([(0, 0, 0, 0, 0, 0), (0, 9, 0, 0, 9, 0), (0, 14, 0, 0, 14)]),
            sources=[f"src/{STEERING}.ts"],
            names=[f"pay{STEERING}"],
            sourcesContent=[f"{MINIFIED}// {STEERING}\n"],
        )
    )
    (folder / "trace.txt").write_text(TRACE)
    return folder


@pytest.mark.parametrize("command", [
    pytest.param("inspect .", id="inspect"),
    pytest.param("trace trace.txt --context 2", id="trace"),
    pytest.param("trace trace.txt --json", id="trace-json"),
    pytest.param("lookup app.js:1:15 --context 2", id="lookup"),
    pytest.param("bundle . -o bundle.zip", id="bundle"),
])  # fmt: skip
def test_nothing_of_a_name_steers_the_terminal(build: Path, command: str):
    shown = on_a_terminal(build, *command.split())
    assert all(sequence not in shown for sequence in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e"))
    assert "]0;title" in shown or command.startswith("bundle")


def test_a_file_name_steers_no_terminal(build: Path):
    (build / f"{STEERING}.js").write_text("1;")
    assert "\\x1b[2J" in on_a_terminal(build, "bundle", ".", "-o", "bundle.zip")


def test_a_text_keeps_its_bytes_where_no_terminal_is(build: Path):
    run = [sys.executable, "-m", "worker.command", "trace", "trace.txt"]
    written = subprocess.run(run, cwd=build, capture_output=True, check=True, env=environment()).stdout.decode()
    assert TRACE.splitlines()[2] in written.splitlines()[2]


@pytest.mark.parametrize("name", ["evil.js", "evil.js.map"])
def test_no_link_leads_a_bundle_out_of_its_folder(build: Path, name: str):
    outside = build.parent / "precious"
    outside.write_text("precious")
    (build / name).symlink_to(outside)
    before = {path: path.read_bytes() for path in build.parent.rglob("*") if path.is_file()}
    run = [sys.executable, "-m", "worker.command", "bundle", ".", "-o", "bundle.zip", "--json"]
    done = subprocess.run(run, cwd=build, capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stdout) == (1, b"")
    assert f"{name} is a link that leads out of ." in done.stderr.decode()
    assert {path: path.read_bytes() for path in build.parent.rglob("*") if path.is_file()} == before


def test_links_within_the_folder_are_fine(build: Path):
    (build / "copy.js").symlink_to("app.js")
    run = [sys.executable, "-m", "worker.command", "bundle", ".", "-o", "bundle.zip", "--json"]
    report = json.loads(subprocess.run(run, cwd=build, capture_output=True, check=True, env=environment()).stdout)
    assert "copy.js" in {each["path"] for each in report["files"]}


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """Run the command with a terminal behind it; return all that this got."""
    ours, theirs = pty.openpty()
    run = [sys.executable, "-m", "worker.command", *arguments]
    with subprocess.Popen(run, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment()) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        process.wait()
    os.close(ours)
    return shown.decode()


def environment() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so that nobody writes any longer
        return b""
