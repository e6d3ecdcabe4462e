"""The most physical memory that this process had at once.  Linux tells, and can be told to begin again."""

from __future__ import annotations

from pathlib import Path

_RESET_PEAK = "5"


def reset_peak() -> int:
    """Forget the peak so far; return how much memory the process has now, in bytes."""
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    return peak_bytes()


def peak_bytes() -> int:
    """Return the most memory that the process had since the last reset, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) * 1024
    raise OSError("/proc/self/status has no VmHWM")
