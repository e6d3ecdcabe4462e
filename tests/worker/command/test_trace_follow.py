"""``unmangle trace --follow``, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent
FRAME, ORIGINAL = "    at x (app.min.js:1:314)\n", "    at refuse (src/money.js:25:9)\n"


@contextmanager
def following(dist: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "worker.command", "trace", "--follow", *arguments, "-a", str(dist)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=ROOT, preexec_fn=_heed_interrupts, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def _heed_interrupts() -> None:
    """Undo what a shell does to commands in its background, and they to their children: it has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def add(file: Path, text: str) -> None:
    with file.open("a") as log:
        log.write(text)


def test_what_is_added_to_a_file_is_written_with_original_frames(dist, tmp_path):
    log = tmp_path / "app.log"
    log.write_text(f"Error: boom\n{FRAME}")
    with following(dist, str(log)) as process:
        assert [process.stdout.readline(), process.stdout.readline()] == ["Error: boom\n", ORIGINAL]
        add(log, "half a li")
        add(log, f"ne\n{FRAME}")
        assert [process.stdout.readline(), process.stdout.readline()] == ["half a line\n", ORIGINAL]


@pytest.mark.parametrize("change", ["cut", "replaced"])
def test_a_file_that_starts_anew_is_followed(dist, tmp_path, change):
    log = tmp_path / "app.log"
    log.write_text(f"first\n{FRAME}")
    with following(dist, str(log)) as process:
        assert [process.stdout.readline(), process.stdout.readline()] == ["first\n", ORIGINAL]
        if change == "cut":
            log.write_text("anew\n")
        else:
            (tmp_path / "new.log").write_text("anew\n")
            (tmp_path / "new.log").replace(log)
        assert process.stdout.readline() == "anew\n"


def test_what_comes_through_a_pipe_is_written_as_it_comes(dist):
    with following(dist) as process:
        process.stdin.write(f"one\n{FRAME}")
        process.stdin.flush()
        assert [process.stdout.readline(), process.stdout.readline()] == ["one\n", ORIGINAL]
        process.stdin.write("    at y (gone.js:1:2)\nlast")
        process.stdin.close()
        assert process.stdout.read() == "    at y (gone.js:1:2)\nlast"
        assert process.stderr.read() == "unmangle: gone.js is not among the artifacts [no_such_file, 1 frame]\n"
        assert process.wait() == 4


def test_whoever_interrupts_ends_it(dist, tmp_path):
    (tmp_path / "app.log").write_text("one\nunfinished")
    with following(dist, str(tmp_path / "app.log")) as process:
        assert process.stdout.readline() == "one\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.read() == "unfinished"
        assert process.wait() == 130


def test_a_file_that_is_not_there_is_named(dist, tmp_path):
    with following(dist, str(tmp_path / "gone.log")) as process:
        assert "gone.log" in process.stderr.read()
        assert process.wait() == 1
