"""A bound on the number of values in the JSON of strangers, looked at before objects are made of them.

Each value becomes an object of 50 bytes and more, and may have two bytes in the text.
"""

from __future__ import annotations

from core.sourcemap.json_outline import BYTE_KINDS, FAULT_TEXTS, OUT_OF_ROOM, outline_json
from core.text.buffers import numbers_buffer
from core.text.kernel_errors import fault_place

_TOO_NESTED = next(kind for kind, text in FAULT_TEXTS.items() if text.startswith("more than 127 containers"))


def has_more_values(text: bytes, most: int) -> bool:
    """Return whether a JSON text has more than ``most`` values, keys included, or 128 containers inside one another.

    The interpreter's lock is free meanwhile.  False as well for what is no JSON: its parser will say why.
    """
    starts, ends, nexts = (numbers_buffer(most) for _ in range(3))
    answer = outline_json(text, 0, BYTE_KINDS, starts, ends, nexts, bytearray(1))
    return answer < 0 and fault_place(answer)[1] in (OUT_OF_ROOM, _TOO_NESTED)
