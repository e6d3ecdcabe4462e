"""Which characters beyond ASCII names may have, and which are blanks, as Unicode says.

``python -m core.javascript.unicode_names`` writes ``built_characters``, so that answers don't depend on the Unicode of
the Python at hand.  The data is that of the package ``unicodedata2``, which is newer than any Python's, and needed for
that alone.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from pathlib import Path

import unicodedata2 as unicodedata

from core.javascript.characters import RANGE_FLAGS, Character
from core.javascript.packing import constant

_FILE = Path(__file__).with_name("built_characters.py")

_START_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
_PART_CATEGORIES = _START_CATEGORIES | {"Mn", "Mc", "Nd", "Pc"}
# Other_ID_Start, Other_ID_Continue and what Pattern_Syntax takes away, from Unicode's PropList.txt
ALSO_START = (0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C)
_ALSO_PART = (0xB7, 0x387, *range(0x1369, 0x1372), 0x19DA, 0x30FB, 0xFF65, 0x200C, 0x200D)
_NEITHER = (0x2E2F,)
_SPACES = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000, 0xFEFF)
_LINE_ENDS = (0x2028, 0x2029)
_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)


def character_ranges() -> array[int]:
    """Return where the characters start that are something else than those before.

    Each is ``RANGE_FLAGS`` times the code point, plus the ``Character`` flags from there on; 0 is before all.
    """
    flags = [0] * 0x80 + [_flags(code_point) for code_point in range(0x80, _VARIATION_SELECTORS.stop)] + [0]
    changes = [place for place, (before, after) in enumerate(pairwise(flags), 1) if before != after]
    return array("I", [RANGE_FLAGS * place + flags[place] for place in changes])


def _flags(code_point: int) -> int:
    if code_point in _SPACES:
        return Character.SPACE
    if code_point in _LINE_ENDS:
        return Character.LINE_END
    if code_point in _NEITHER:
        return 0
    category = unicodedata.category(chr(code_point))
    if category in _START_CATEGORIES or code_point in ALSO_START:
        return Character.START | Character.PART
    return Character.PART if category in _PART_CATEGORIES or code_point in _ALSO_PART else 0


def _text() -> str:
    lines = [
        f'"""What characters are in Unicode {unicodedata.unidata_version}.  Made by ``unicode_names``."""',
        "",
        f'UNICODE_VERSION = "{unicodedata.unidata_version}"',
        constant("CHARACTERS", character_ranges()),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    _FILE.write_text(_text())
