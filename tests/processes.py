"""Processes as the operating system sees them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """Return the processes that ``pid`` has started, and those that they have."""
    children = [
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return {int(child) for child in children} | {each for child in children for each in descendants(int(child))}


def is_alive(pid: int) -> bool:
    """Tell if there is such a process, and it hasn't ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(condition: Callable[[], bool], patience_s: float) -> None:
    """Return when the condition is true.  Raises TimeoutError."""
    give_up_at = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError("it never came true")
        time.sleep(0.02)
