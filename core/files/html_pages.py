"""HTML pages that servers send in the place of scripts and source maps: error pages, logins, whole applications."""

from __future__ import annotations

import re

from core.text.buffers import Content

_SCRIPTS_AND_MAPS = (".js", ".mjs", ".cjs", ".map")
_FAR = 1024
_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def is_html_instead(path: str, content: Content) -> bool:
    """Return whether ``content`` is a page although ``path``, a URL or part of one, names a script or a source map."""
    stem = path.partition("#")[0].partition("?")[0]
    return stem.endswith(_SCRIPTS_AND_MAPS) and is_html(content)


def is_html(content: Content) -> bool:
    """Return whether ``content`` is a page."""
    return _START.match(content[:_FAR]) is not None
