"""``python -m worker.source_maps.convert``: a process that starts others, each of which reads one large source map.

What is done to a text of a hundred megabytes in one go keeps all threads of a process waiting, and takes memory that
the process never quite gives back.  So a worker has it done by a process that ends with it.  To start a Python takes
longer than to read most maps, so one is started once, and makes a copy of itself for each map.

Standard input is a socket.  Each message is a ``Task``, as ``task_message`` writes it, with four open files: source
map, generated file, what the index file is written to, and what the ``Converted`` is, as JSON behind ``BEGUN``.  An
empty ``Task`` ends what is at work.  When the socket closes, the worker is dead, and everything ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import mmap
import os
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import msgspec

from core.errors import MalformedSourceMap
from core.javascript.tables import parser_tables, token_tables
from core.sourcemap.index_file import index_pieces
from core.sourcemap.source_map import read_source_map
from core.text.buffers import Content
from worker.child_processes import leave_to_worker

_LESS_URGENT = 10  # than requests that are warm: on a host without a free core, conversions are what has to wait
_MESSAGE_BYTES = 256
_FILES = 4
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_FIRST_TO_GO = "500"  # where a host runs out of memory, rather than a worker with all of its jobs


BEGUN = b"\n"
"""What an answer starts with, if a process was started for it; JSON doesn't mind."""
DISK_SPACE = "disk space"


class Converted(msgspec.Struct, frozen=True):
    """Result of a conversion: the size of the index file, or that the map is ``malformed``, or what was ``missing``."""

    size: int = 0
    malformed: str | None = None
    missing: str | None = None


class Task(msgspec.Struct, frozen=True):
    """The sizes of a source map and of its generated file, and how many bytes of memory may be taken."""

    text_size: int = 0
    minified_size: int = 0
    max_bytes: int = 0


def task_message(task: Task) -> bytes:
    """Return a task as it is sent: as long as all others, as a stream keeps no messages apart."""
    return msgspec.json.encode(task).ljust(_MESSAGE_BYTES)


def main() -> None:
    """Serve tasks until the socket closes."""
    leave_to_worker()
    with contextlib.suppress(OSError):
        os.nice(_LESS_URGENT)
    parser_tables()  # once for all copies
    token_tables(ascii_only=True)
    token_tables(ascii_only=False)
    gc.freeze()
    at_work: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _bury(at_work))
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as tasks:
        while True:
            message, files = _received(tasks)
            task = msgspec.json.decode(message, type=Task) if message else Task()
            if not files:
                _end(at_work)
            else:
                _start(task, files, tasks, at_work)
            if not message:
                return


def _received(tasks: socket.socket) -> tuple[bytes, list[int]]:
    """Return the next message and its files; an empty one if the socket was closed."""
    message, files = b"", list[int]()
    while len(message) < _MESSAGE_BYTES:
        part, more, _, _ = socket.recv_fds(tasks, _MESSAGE_BYTES - len(message), _FILES)
        if not part:
            return b"", []
        message += part
        files += more
    return message, files


def _start(task: Task, files: list[int], tasks: socket.socket, at_work: set[int]) -> None:
    """Begin with a task in a process of its own."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # until it is noted
    try:
        process = os.fork()
        if process == 0:
            tasks.close()
            _work(task, files)
        at_work.add(process)
        os.write(files[-1], BEGUN)
    except OSError:
        os.write(files[-1], msgspec.json.encode(Converted(missing="process")))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    for file in files:
        os.close(file)


def _work(task: Task, files: list[int]) -> NoReturn:
    """Do what a task says, and end."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _end_with_parent()
        with contextlib.suppress(OSError):  # not Linux
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
        resource.setrlimit(resource.RLIMIT_DATA, (task.max_bytes, task.max_bytes))
        text, minified, output, answer = files
        converted = _converted(_mapped(text, task.text_size), _mapped(minified, task.minified_size), output)
        os.write(answer, msgspec.json.encode(converted))
        code = 0
    except Exception:  # the worker sees that it died, and an operator should see why
        traceback.print_exc()
    finally:
        os._exit(code)


def _bury(at_work: set[int]) -> None:
    for process in list(at_work):
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(process, os.WNOHANG)[0]:
                at_work.discard(process)


def _end(at_work: set[int]) -> None:
    for process in list(at_work):  # none of them is waited for elsewhere: it is still the same process
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _end_with_parent() -> None:
    """Have this process killed when the one ends that it is a copy of, where the system does that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == 1:  # it has ended before
            os._exit(1)


def _converted(text: Content, minified: Content, output: int) -> Converted:
    try:
        return Converted(size=_written(index_pieces(read_source_map(text, minified)), output))
    except MalformedSourceMap as error:
        return Converted(malformed=str(error))
    except MemoryError:
        return Converted(missing="memory")
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return Converted(missing="memory")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Converted(missing=DISK_SPACE)
        raise


def _written(pieces: list[bytes], output: int) -> int:
    with os.fdopen(output, "wb", closefd=False) as file:
        file.writelines(pieces)
    return sum(map(len, pieces))


def _mapped(descriptor: int, size: int) -> Content:
    return mmap.mmap(descriptor, size, prot=mmap.PROT_READ) if size else b""


if __name__ == "__main__":
    main()
