"""The spelling of debug ids inside source maps.

A map with a misspelt id is malformed as a whole, although the id in it isn't used to find anything.
"""

from __future__ import annotations

import re

_AGE = r"(?:[0-9A-Fa-f]{1,7}|[0-9A-Fa-f]{8}[\x00-\x7f]*)"  # what follows the eighth digit is ignored
_DEBUG_ID = re.compile(
    "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?:-AGE)?"  # a UUID with hyphens
    "|[0-9A-Fa-f]{32}(?:AGE)?"  # one without
    "|[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{1,8}".replace("AGE", _AGE)  # the short form of PDB 2.0
)


def is_debug_id(text: str) -> bool:
    """Say whether ``text`` is spelt as the ``debugId`` of a source map has to be."""
    return _DEBUG_ID.fullmatch(text) is not None
