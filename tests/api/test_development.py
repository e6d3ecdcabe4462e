"""``make run`` from the outside: what it prints, what it refuses, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.redis_server import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40


@contextlib.contextmanager
def running(**environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start it in a session of its own, so that what it leaves behind can be found."""
    clean = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "PORT")}
    with subprocess.Popen(
        [sys.executable, "-m", "api.development"],
        cwd=ROOT,
        env={**clean, "PORT": str(free_port()), "UNMANGLE_HOST": "127.0.0.1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def descendants(pid: int) -> set[int]:
    """Return the processes that ``pid`` has started, and those that they have."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children} | {each for child in children for each in descendants(int(child))}


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_becomes_ready_prints_a_request_and_leaves_nothing_behind(number):
    with running() as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "examples/requests" in line:
                break
        started = descendants(process.pid)
        assert len(started) >= 4
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(PATIENCE_S) == 0, "".join(lines) + rest
        assert "Traceback" not in "".join(lines) + rest
        assert not [pid for pid in started if is_alive(pid)]


def failing(**environment: str) -> str:
    """Run it, expect it to fail at once, and return what it said."""
    with running(**environment) as process:
        output, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 1
        return output


def test_a_taken_port_gets_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert failing(PORT=str(port)) == (
            f"unmangle: can't listen on 127.0.0.1:{port} (Address already in use): set PORT to a free one\n"
        )


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:{port}/0",
        "redis://:secret@127.0.0.1:{port}/0",
        "redis+sentinel://:secret@127.0.0.1:{port}/main",
    ],
)
def test_an_unreachable_redis_gets_one_clear_line_without_its_password(url):
    output = failing(REDIS_URL=url.format(port=free_port()))
    assert output.startswith("unmangle: can't reach the Redis server of REDIS_URL: ")
    assert output.count("\n") == 1
    assert "secret" not in output


@pytest.mark.parametrize("name, value", [("REDIS_URL", "http://h/"), ("UNMANGLE_RESULT_TTL", "soon"), ("PORT", "x")])
def test_a_bad_setting_gets_one_line_that_names_it(name, value):
    output = failing(**{name: value})
    assert output.startswith(f"unmangle: {name}: expected ")
    assert output.count("\n") == 1
