"""Errors of kernels: numbers below 0 that hold an offset and a kind."""

from __future__ import annotations


def fault(at: int, kind: int) -> int:
    """Return what a kernel answers if something of this kind, below 16, is wrong at the byte ``at``."""
    return -(at * 16 + kind)


def fault_place(answer: int) -> tuple[int, int]:
    """Return the byte offset and the kind of the fault that a kernel's ``answer`` below 0 stands for."""
    return divmod(-answer, 16)
