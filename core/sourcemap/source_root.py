"""The ``sourceRoot`` of a source map."""

from __future__ import annotations

from collections.abc import Iterable

_ABSOLUTE = ("/", "http:", "https:")


def rooted_sources(root: str | None, sources: Iterable[str]) -> list[str]:
    """Return the ``sources`` with ``root`` before all that aren't absolute.

    Nothing is normalised, as the names have to match those other tools make of the same map.
    """
    if not root:
        return list(sources)
    prefix = root.removesuffix("/") + "/"
    return [source if source.startswith(_ABSOLUTE) else prefix + source for source in sources]
