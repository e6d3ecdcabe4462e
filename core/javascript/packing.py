"""Large tables of numbers as constants of a module: compressed, and in letters."""

from __future__ import annotations

import binascii
import sys
import zlib
from array import array

_WIDTH = 110


def constant(name: str, numbers: array[int]) -> str:
    """Return the text that gives ``name`` a value from which ``unpacked`` makes these numbers again."""
    text = binascii.b2a_base64(zlib.compress(_low_byte_first(numbers).tobytes(), 9), newline=False).decode()
    lines = [f'    b"{text[at : at + _WIDTH]}"' for at in range(0, len(text), _WIDTH)]
    return "\n".join([f"{name} = (", *lines, ")"])


def unpacked(typecode: str, packed: bytes) -> array[int]:
    """Return the numbers of a constant."""
    return _low_byte_first(array(typecode, zlib.decompress(binascii.a2b_base64(packed))))


def _low_byte_first(numbers: array[int]) -> array[int]:
    """Return numbers as a machine whose low bytes come first has them in memory, or the other way round."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
