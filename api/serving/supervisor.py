"""Supervisor of the processes of one machine: starts them again if they end, and ends them together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from api.serving import guardian

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_STEADY_S = 60.0
"""Time that a program has to run for the next pause to be the first one again."""
_LAST_LINES_S = 1.0
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Program:
    """A process to supervise: the name that its lines begin with, its command line and its environment.

    ``grace_s`` is how long it may take to stop.  Who ``ends_last`` is told to stop when the others have.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    grace_s: float
    ends_last: bool = False


class Supervisor:
    """Runs programs, each in a session of its own, so that signals of the terminal reach nobody but the supervisor.

    ``say`` is given the name of a program, or an empty one, and a line.  A program that ends before ``is_up`` is true
    fails the start; later it is started again, after a pause that doubles each time.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self.is_up = False
        self.failure: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._say = say
        command = [sys.executable, "-I", "-S", str(Path(guardian.__file__))]
        self._guardian = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        self._supervised: list[_Supervised] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        assert self._guardian.stdin is not None
        self._guardian.stdin.close()
        await asyncio.to_thread(self._guardian.wait)

    def remove_at_the_end(self, folder: Path) -> None:
        """Have a folder removed when the supervisor is gone, however it ends."""
        self._tell_guardian(str(folder))

    def start(self, program: Program) -> None:
        """Run a program from now on."""
        self._supervised.append(_Supervised(program, self))

    async def stop(self) -> None:
        """End all programs, those at the same time that don't end last."""
        for last in (False, True):
            await asyncio.gather(*(each.stop() for each in self._supervised if each.program.ends_last is last))

    def kill(self) -> None:
        """End all programs at once."""
        for each in self._supervised:
            each.kill()

    def say(self, name: str, line: str) -> None:
        """Pass on a line."""
        self._say(name, line)

    def note_start(self, group: int) -> None:
        """Have the guardian end a process group, should the supervisor be gone."""
        self._tell_guardian(f"+{group}")

    def note_end(self, group: int) -> None:
        """Have the guardian forget a process group."""
        self._tell_guardian(f"-{group}")

    def fail(self, why: str) -> None:
        """Note that a program ended before everything was up."""
        if not self.failure.done():
            self.failure.set_result(why)

    def _tell_guardian(self, line: str) -> None:
        assert self._guardian.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody has killed it: then nobody is left to tell
            self._guardian.stdin.write(line.encode() + b"\n")
            self._guardian.stdin.flush()


class _Supervised:
    """A program, the process that runs it just now, and the task that starts it again."""

    def __init__(self, program: Program, supervisor: Supervisor) -> None:
        self.program = program
        self._supervisor = supervisor
        self._process: asyncio.subprocess.Process | None = None
        self._is_stopping = False
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Have it end, within its grace or by force."""
        self._is_stopping = True
        if self._process is None:
            self._task.cancel()
        else:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
        _, pending = await asyncio.wait([self._task], timeout=self.program.grace_s)
        if pending:
            self._supervisor.say("", f"{self.program.name} did not stop in {self.program.grace_s:g} s, and is killed")
            self.kill()
            await asyncio.wait([self._task])

    def kill(self) -> None:
        """End it at once, and what it has started."""
        self._is_stopping = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._is_stopping:
            started_s = time.monotonic()
            end = await self._run_once()
            if self._is_stopping:
                return
            if not self._supervisor.is_up:
                self._supervisor.fail(f"{self.program.name} {end}")
                return
            if time.monotonic() - started_s > _STEADY_S:
                pause_s = _FIRST_PAUSE_S
            self._supervisor.say("", f"{self.program.name} {end}; it is started again in {pause_s:g} s")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _run_once(self) -> str:
        """Run the process, and pass on its lines; return how it ended."""
        # A pipe of our own: with one of theirs, older asyncio waits for all that hold its other end.
        reading_end, writing_end = os.pipe()
        with os.fdopen(reading_end, "rb", buffering=0) as reading, os.fdopen(writing_end, "wb", buffering=0) as output:
            self._process = process = await asyncio.create_subprocess_exec(
                *self.program.command,
                env=self.program.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            output.close()
            self._supervisor.note_start(process.pid)
            passing_on = asyncio.create_task(self._pass_on(reading))
            code = await process.wait()
            self._process = None
            await self._end_children(process.pid)
            self._supervisor.note_end(process.pid)
            await asyncio.wait([passing_on], timeout=_LAST_LINES_S)
            passing_on.cancel()
            await asyncio.wait([passing_on])
        return how_it_ended(code)

    async def _end_children(self, group: int) -> None:
        """End what a process left behind that it had started, as a killed one can't."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
            await asyncio.sleep(_FIRST_PAUSE_S / 10)
            os.killpg(group, signal.SIGKILL)

    async def _pass_on(self, output: IO[bytes]) -> None:
        lines = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), output
        )
        try:
            rest = b""
            while chunk := await lines.read(_CHUNK_BYTES):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in filter(None, whole):
                    self._supervisor.say(self.program.name, line.decode(errors="replace"))
            if rest:
                self._supervisor.say(self.program.name, rest.decode(errors="replace"))
        finally:
            transport.close()


def how_it_ended(code: int) -> str:
    """Return in words how a process ended, by its exit code, or the negative number of a signal."""
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def write_line(name: str, line: str, stream: IO[str]) -> None:
    """Write a line of a program, or of the supervisor; a terminal that is gone is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        stream.write(f"{name:<7}| {line}\n" if name else f"{line}\n")
        stream.flush()
