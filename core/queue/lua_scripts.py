"""Lua scripts that Redis runs, each in one atomic step: ``lua/*.lua``, loaded by name.

What a script takes and returns is said at its head.  All of them begin with ``lua/header.lua``, in which ``${NAME}``
is a constant of ``core.queue``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from core.queue import celery_message, jobs

_FOLDER = files("core.queue") / "lua"
_CONSTANTS = {**vars(celery_message), **vars(jobs)}
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@cache
def lua_script(name: str) -> str:
    """Return the source text of a script, as Redis loads it."""
    return _header() + (_FOLDER / f"{name}.lua").read_text()


@cache
def _header() -> str:
    header = (_FOLDER / "header.lua").read_text()
    return _PLACEHOLDER.sub(lambda found: str(_CONSTANTS[found[1]]), header)
