"""File names as bundlers write them into source maps, and as people know them."""

from __future__ import annotations

import re

_WEBPACK = re.compile(r"\Awebpack(?:-internal)?://(?:[A-Za-z0-9_\-@.]+/(?=\./)|/)")
_TURBOPACK = re.compile(r"\Aturbopack:///(?:\[project\]/)?")


def webpack_filename(name: str) -> str:
    """Return the file that webpack's ``name`` stands for, ``name`` itself if it isn't written as we know it."""
    return _after_tilde(name) if "/~/" in name else _WEBPACK.sub("", name)


def turbopack_filename(name: str) -> str:
    """Return the file that Turbopack's ``name`` stands for, ``name`` itself if it isn't written as we know it."""
    return _after_tilde(name) if "/~/" in name else _TURBOPACK.sub("", name)


def _after_tilde(name: str) -> str:
    """Return ``name`` from its first ``~`` folder on, which is how bundlers spell ``node_modules``."""
    return "~/" + name.partition("/~/")[2]
