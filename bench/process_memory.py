"""Memory of processes of this machine, with all their children."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_PROPORTIONAL = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def memory_mib(process_id: int) -> float:
    """Return the memory of a process and its descendants; what several of them share is counted once."""
    return sum(_own_kib(each) for each in _family(process_id)) / 1024


def _own_kib(process_id: int) -> int:
    found = _PROPORTIONAL.search(Path(f"/proc/{process_id}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1])


def _family(process_id: int) -> Iterator[int]:
    yield process_id
    for children in Path(f"/proc/{process_id}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))
