"""Processes as the operating system sees them."""

from __future__ import annotations

import contextlib
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
