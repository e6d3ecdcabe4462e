"""``unmangle serve`` from the outside: what it prints, what it refuses, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from api.sockets import free_port
from tests.processes import descendants, is_alive
from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[3]
UNMANGLE = Path(sysconfig.get_path("scripts"), "unmangle")
FIRST_SCREEN = 5


class Service:
    """A running ``unmangle serve`` and what it has said so far."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self.lines: list[str] = []

    def read_until(self, pattern: str) -> str:
        """Return the first line from here on that has the pattern."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.lines.append(line)
            if re.search(pattern, line):
                return line
        raise AssertionError("".join(self.lines))

    def process_of(self, word: str) -> int:
        """Return the descendant whose command line ends with, or has as its program, a word."""
        for pid in descendants(self.popen.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
            if words[-1] == word or Path(words[0].partition(" ")[0]).name == word:
                return pid
        raise AssertionError(f"no {word} among {descendants(self.popen.pid)}")


@contextlib.contextmanager
def serving(*arguments: str, cwd: Path = ROOT, command: tuple[str, ...] = (), **environment: str) -> Iterator[Service]:
    clean = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "PORT")}
    with subprocess.Popen(
        [*(command or (sys.executable, str(UNMANGLE), "serve")), *arguments],
        cwd=cwd,
        env={**clean, "PORT": str(free_port()), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as popen:
        try:
            yield Service(popen)
        finally:
            if popen.poll() is None:
                popen.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_its_first_screen_is_five_lines_and_a_signal_leaves_nothing_behind(number):
    with serving("--example", UNMANGLE_RESULT_TLL="5") as service:
        service.read_until("--data-binary")
        warning, *screen = service.lines
        assert warning == "unmangle: UNMANGLE_RESULT_TLL is no setting: did you mean UNMANGLE_RESULT_TTL?\n"
        assert len(screen) == FIRST_SCREEN
        where = re.fullmatch(
            r"  api on http://127\.0\.0\.1:\d+, redis on 127\.0\.0\.1:\d+, worker, example on 127\.0\.0\.1:\d+\n",
            screen[1],
        )
        assert where, screen
        started = descendants(service.popen.pid)
        assert len(started) >= 5  # and the guardian
        service.popen.send_signal(number)
        assert service.popen.stdout is not None
        rest = service.popen.stdout.read()
        assert service.popen.wait(PATIENCE_S) == 0, rest
        assert "Traceback" not in rest
        wait_until(lambda: not [pid for pid in started if is_alive(pid)])


@pytest.mark.parametrize("is_taken", [False, True], ids=["port-3022-may-be-free", "port-3022-is-taken"])
def test_the_request_that_it_shows_is_answered_as_the_readme_says(is_taken):
    with contextlib.ExitStack() as stack:
        if is_taken:
            with contextlib.suppress(OSError):  # taken by somebody else: just as well
                stack.enter_context(socket.create_server(("127.0.0.1", 3022)))
        service = stack.enter_context(serving("--example"))
        service.read_until("--data-binary")
        shown = "".join(service.lines[3:5])
        answer = subprocess.run(["sh", "-c", shown], cwd=ROOT, capture_output=True, timeout=PATIENCE_S, check=True)
        frames = orjson.loads(answer.stdout)["stacktraces"][0]["frames"]
        assert [frames[-1][key] for key in ("function", "filename", "lineno")] == [
            "worthOf",
            "../../src/vouchers.ts",
            23,
        ]
        service.popen.terminate()


def test_a_worker_that_is_killed_is_started_again_and_so_are_api_and_redis():
    with serving() as service:
        service.read_until("--data")
        for name, program in (("worker", "worker"), ("api", "api"), ("redis", "redis-server")):
            os.kill(service.process_of(program), signal.SIGKILL)
            line = service.read_until(r"^\w+ was ended")
            assert line == f"{name} was ended by SIGKILL; it is started again in 1 s\n"
        service.popen.terminate()


@pytest.mark.parametrize("arguments", [(), ("--with-parent",)], ids=["itself", "its-parent"])
def test_when_it_or_its_parent_is_killed_nothing_is_left(arguments):
    shell = ("sh", "-c", f"{shlex.join([sys.executable, str(UNMANGLE), 'serve', *arguments])}; true")
    with serving(command=shell if arguments else ()) as service:
        service.read_until("--data")
        started = descendants(service.popen.pid)
        service.popen.kill()
        wait_until(lambda: not [pid for pid in started if is_alive(pid)])


def test_workers_of_one_name_are_told_apart():
    with serving("--workers", "2", UNMANGLE_WORKER_NAME="mapper") as service:
        service.read_until("--data")
        assert service.process_of("mapper-1") != service.process_of("mapper-2")
        service.popen.terminate()


def test_it_serves_from_a_folder_with_files_of_the_same_names(tmp_path):
    for name in ("api.py", "worker.py", "core.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong file')\n")
    with serving(cwd=tmp_path) as service:
        service.read_until("--data")
        assert "your.site" in service.lines[-1]
        service.popen.terminate()


def failing(*arguments: str, **environment: str) -> str:
    """Run it, expect it to fail at once, and return what it said."""
    with serving(*arguments, **environment) as service:
        output, _ = service.popen.communicate(timeout=PATIENCE_S)
        assert service.popen.returncode == 1
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


@pytest.mark.parametrize("command", ["api", "worker"])
def test_a_variable_that_is_no_setting_is_logged(redis_url, command):
    start = (sys.executable, str(UNMANGLE), command)
    with serving(command=start, REDIS_URL=redis_url, UNMANGLE_RESULT_TLL="5") as service:
        service.read_until("UNMANGLE_RESULT_TLL is no setting: did you mean UNMANGLE_RESULT_TTL")
        service.popen.terminate()


def test_redis_of_its_own_is_not_said_to_forget():
    with serving(UNMANGLE_LOG_LEVEL="info") as service:
        service.read_until("--data")
        service.popen.terminate()
        service.read_until("(?i)shutdown|stopp?")
    assert not [line for line in service.lines if "appendonly" in line]


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "api": (str(UNMANGLE), "api"),
    "worker": (str(UNMANGLE), "worker"),
    "serve": (str(UNMANGLE), "serve"),
    "python -m api": ("-m", "api"),
    "python -m worker": ("-m", "worker"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("argument, code", [("--help", 0), ("--nonsense", 2), ("nonsense", 2)])
def test_no_command_starts_with_arguments_that_it_does_not_know(command, argument, code):
    ended = subprocess.run(
        [sys.executable, *command, argument], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == code
    said = ended.stdout if code == 0 else ended.stderr
    assert said.startswith("usage: unmangle ")
    assert code == 0 or "nonsense" in said.splitlines()[-1]
