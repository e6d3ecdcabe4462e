"""Checks of large bodies, in processes of their own.

To read their JSON takes up to seconds in which an interpreter does nothing else, whatever thread does it, and many
times their size in memory, which comes back only when the process ends.  So the largest get a process each.  Starting
one takes longer than checking a body of some hundred kilobytes: those go to a process that stays.

``python -m api.large_bodies`` checks its input; with ``--many``, one body after another, each with its length in front.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

import orjson
from starlette.concurrency import run_in_threadpool

from core.errors import InvalidJson, InvalidRequest
from core.wire.request import check_values, decode_request, parse_document

CHECKED_HERE_BYTES = 64 << 10
"""The largest body that is checked in the API process: a larger one takes longer than sending it to another one."""

LARGE_BYTES = 2 << 20
"""From here on a process is worth what it takes to start one."""

_LENGTH = struct.Struct("<Q")
_MANY, _STORE = "--many", "--store"
_COMMAND = (sys.executable, "-P", "-m", "api.large_bodies")
_REFUSALS = {refusal.__name__: refusal for refusal in (InvalidJson, InvalidRequest)}


class LargeBodies:
    """Checks one body at a time of those that get a process each, as each takes a core, and one of the others."""

    def __init__(self, *, has_store: bool = False) -> None:
        """Where there is a store, a request needs no source."""
        command = [*_COMMAND, *([_STORE] if has_store else [])]
        self._command = command
        self._turn = asyncio.Lock()
        self._turn_of_others = asyncio.Lock()
        self._checker = _Checker([*command, _MANY])

    async def check(self, body: bytes) -> None:
        """Raise InvalidJson or InvalidRequest unless ``body`` is a valid request."""
        is_large = len(body) >= LARGE_BYTES
        async with self._turn if is_large else self._turn_of_others:
            verdict = await run_in_threadpool(self._verdict_of_process if is_large else self._checker.verdict, body)
        if verdict:
            kind, *arguments = orjson.loads(verdict)
            raise _REFUSALS[kind](*arguments)

    def close(self) -> None:
        """End the process that stays."""
        self._checker.close()

    def _verdict_of_process(self, body: bytes) -> bytes:
        return subprocess.run(self._command, input=body, stdout=subprocess.PIPE, check=True).stdout


class _Checker:
    """A process that checks one body after another; it begins with the first one, and again if it was killed."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def verdict(self, body: bytes) -> bytes:
        with self._lock:
            if self._process is not None:
                with contextlib.suppress(OSError, EOFError):
                    return self._ask(self._process, body)
                self._end()
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            return self._ask(self._process, body)

    def close(self) -> None:
        with self._lock:
            self._end()

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], body: bytes) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        _write(process.stdin, body)
        return _read(process.stdout)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def verdict_on(body: bytes, *, has_store: bool = False) -> bytes:
    """Return nothing for a valid request, else the name of the exception and its arguments, as JSON."""
    try:
        if len(body) >= LARGE_BYTES:
            check_values(body)
        decode_request(parse_document(body), has_store=has_store)
    except tuple(_REFUSALS.values()) as refusal:
        return orjson.dumps([type(refusal).__name__, *refusal.args])
    return b""


def check_many(bodies: IO[bytes], verdicts: IO[bytes], *, has_store: bool = False) -> None:
    """Answer each body with the verdict on it, to the end of input."""
    with contextlib.suppress(EOFError):
        while True:
            _write(verdicts, verdict_on(_read(bodies), has_store=has_store))


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(_LENGTH.pack(len(content)))
    file.write(content)
    file.flush()


def _read(file: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
    return _exactly(file, length)


def _exactly(file: IO[bytes], size: int) -> bytes:
    content = file.read(size)
    if len(content) < size:
        raise EOFError
    return content


if __name__ == "__main__":
    stored = _STORE in sys.argv[1:]
    if _MANY in sys.argv[1:]:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with its API process
        check_many(sys.stdin.buffer, sys.stdout.buffer, has_store=stored)
    else:
        sys.stdout.buffer.write(verdict_on(sys.stdin.buffer.read(), has_store=stored))
