"""Eight bytes of a text as one number, for kernels that look at all of them at once."""

from __future__ import annotations

import sys


def eight_bytes(text: bytes, at: int) -> int:
    """Return ``text[at : at + 8]`` as a number, in the order of bytes that this machine has."""
    return int.from_bytes(text[at : at + 8], sys.byteorder)
