"""Processes that are started again when they end, and end together."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from api.serving import supervisor as supervisor_module
from api.serving.supervisor import Program, Supervisor, how_it_ended
from tests.processes import is_alive
from tests.waiting import PATIENCE_S, wait_until

SLEEP = "import time; print('runs', flush=True); time.sleep(1000)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']);"
    "print(child.pid, flush=True); child.wait()"
)


def a_program(code: str, name: str = "sleeper", grace_s: float = PATIENCE_S, *, ends_last: bool = False) -> Program:
    return Program(name, [sys.executable, "-c", f"import os; print(os.getpid(), flush=True); {code}"], os.environ,
                   grace_s, ends_last=ends_last)  # fmt: skip


class Said:
    """What programs and the supervisor say."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._came = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        self._came.set()

    async def wait_for(self, condition: Callable[[list[str]], bool], name: str = "sleeper") -> list[str]:
        async with asyncio.timeout(PATIENCE_S):
            while not condition(found := [line for each, line in self.lines if each == name]):
                self._came.clear()
                await self._came.wait()
        return found

    async def pids(self, count: int = 1) -> list[int]:
        lines = await self.wait_for(lambda lines: sum(line.isdigit() for line in lines) >= count)
        return [int(line) for line in lines if line.isdigit()]


async def until_gone(pid: int) -> None:
    await asyncio.to_thread(wait_until, lambda: not is_alive(pid))


async def test_who_is_killed_is_started_again_with_one_line_and_a_longer_pause_each_time(monkeypatch):
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE_S", 0.01)
    said = Said()
    async with Supervisor(said) as supervisor:
        supervisor.is_up = True
        supervisor.start(a_program(SLEEP))
        for count in (1, 2, 3):
            os.kill((await said.pids(count))[-1], signal.SIGKILL)
        await said.pids(4)
    lines = [line for name, line in said.lines if not name]
    assert lines == ["sleeper was ended by SIGKILL; it is started again in 0.01 s",
                     "sleeper was ended by SIGKILL; it is started again in 0.02 s",
                     "sleeper was ended by SIGKILL; it is started again in 0.04 s"]  # fmt: skip


async def test_what_a_killed_process_had_started_ends_with_it():
    said = Said()
    async with Supervisor(said) as supervisor:
        supervisor.is_up = True
        supervisor.start(a_program(PARENT))
        parent, child = await said.pids(2)
        os.kill(parent, signal.SIGKILL)
        await until_gone(child)


async def test_who_ends_before_all_is_up_fails_the_start():
    async with Supervisor(Said()) as supervisor:
        supervisor.start(a_program("raise SystemExit(3)"))
        assert await asyncio.wait_for(supervisor.failure, PATIENCE_S) == "sleeper ended with code 3"


async def test_all_end_with_the_supervisor_and_who_ends_last_does():
    said = Said()
    async with Supervisor(said) as supervisor:
        supervisor.is_up = True
        goodbye = (
            "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit()));"
        )
        supervisor.start(a_program(f"{goodbye} {SLEEP}", "last", ends_last=True))
        supervisor.start(a_program(f"{goodbye} {SLEEP}", "first"))
        for name in ("first", "last"):
            await said.wait_for(lambda lines: "runs" in lines, name)
    assert [name for name, line in said.lines if line == "bye"] == ["first", "last"]
    assert not [line for name, line in said.lines if not name]


async def test_who_does_not_stop_in_time_is_killed():
    said = Said()
    async with Supervisor(said) as supervisor:
        supervisor.is_up = True
        supervisor.start(a_program(STUBBORN, grace_s=0.1))
        (pid,) = await said.pids()
        await said.wait_for(lambda lines: "runs" in lines)
    assert not is_alive(pid)
    assert ("", "sleeper did not stop in 0.1 s, and is killed") in said.lines


async def test_lines_come_whole_however_long_they_are():
    said = Said()
    async with Supervisor(said) as supervisor:
        supervisor.is_up = True
        supervisor.start(a_program(f"print('x' * 3_000_000, flush=True); {SLEEP}"))
        lines = await said.wait_for(lambda lines: "runs" in lines)
    assert lines[1:] == ["x" * 3_000_000, "runs"]


async def test_the_end_of_a_supervisor_that_is_killed_ends_all(tmp_path):
    folder = tmp_path / "left"
    folder.mkdir()
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from api.serving.supervisor import *\n"
        "async def main():\n"
        "    async with Supervisor(lambda name, line: print(line, flush=True)) as supervisor:\n"
        "        supervisor.is_up = True\n"
        f"        supervisor.remove_at_the_end(Path({str(folder)!r}))\n"
        f"        supervisor.start(Program('p', [sys.executable, '-c', {PARENT!r}], os.environ, 1))\n"
        "        await asyncio.sleep(1000)\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=root)
    assert process.stdout is not None
    child = int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))
    process.kill()
    await process.wait()
    await until_gone(child)
    await asyncio.to_thread(wait_until, lambda: not folder.exists())


def test_an_end_is_told_in_words():
    assert how_it_ended(70) == "ended with code 70"
    assert how_it_ended(-9) == "was ended by SIGKILL"
    assert how_it_ended(-99) == "was ended by signal 99"
