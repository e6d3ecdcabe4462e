"""Modules of the engine in either build, each loaded once."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from tests.kernels import load


@cache
def module(name: str, build: str) -> ModuleType:
    """Return the module ``name`` on top of the kernels of this ``build``."""
    return load(name, build)
