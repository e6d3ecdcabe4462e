"""Process that ends others when their supervisor is gone, however it ended.

It reads ``+<group>`` and ``-<group>`` line by line from standard input, whose other end only the supervisor has: at its
end, each process group that is left is told to stop, and soon killed; then the folders that are named by ``/…`` lines
are removed.  It is started as a file, and needs nothing but Python's standard library.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable

_GRACE_S = 10.0
_PAUSE_S = 0.05


def main() -> None:
    """Wait for the end of the supervisor, then end what it has left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups, folders = _left_over(sys.stdin)
    _end(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _left_over(lines: Iterable[str]) -> tuple[set[int], list[str]]:
    groups: set[int] = set()
    folders: list[str] = []
    for line in lines:
        word = line.strip()
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
        elif word:
            folders.append(word)
    return groups, folders


def _end(groups: set[int]) -> None:
    kill_at = time.monotonic() + _GRACE_S
    _signal(groups, signal.SIGTERM)
    while any(_signal([group], 0) for group in groups):
        if time.monotonic() > kill_at:
            _signal(groups, signal.SIGKILL)
            return
        time.sleep(_PAUSE_S)


def _signal(groups: Iterable[int], number: int) -> bool:
    """Send a signal to each; tell if one of them is there."""
    found = False
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            found = True
    return found


if __name__ == "__main__":
    main()
