"""The ``sourceRoot`` of a source map."""

from __future__ import annotations

from collections.abc import Iterable

_ABSOLUTE = ("/", "http:", "https:")


def rooted_sources(root: str, sources: Iterable[str]) -> list[str]:
    """Return the ``sources`` as ``rooted_source`` has them."""
    return [rooted_source(root, source) for source in sources]


def rooted_source(root: str, source: str) -> str:
    """Return ``source`` with ``root``, unless that is empty, before it if it isn't absolute.

    Nothing is normalised, as the names have to match those other tools make of the same map.
    """
    if not root or source.startswith(_ABSOLUTE):
        return source
    return f"{root.removesuffix('/')}/{source}"
