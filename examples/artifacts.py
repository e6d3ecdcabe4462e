"""Uploads of the shop's builds: two files on their own for a release, and a bundle with a debug id."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import orjson

RELEASE = "shop@1.0.0"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that was uploaded on its own.  ``abs_path`` has ``~`` in the place of scheme and host."""

    id: str
    abs_path: str
    file: Path
    headers: dict[str, str] = field(default_factory=dict)


_SHOP = Path(__file__).parent / "shop"
_ESBUILD, _ROLLUP = _SHOP / "dist" / "esbuild", _SHOP / "dist" / "rollup"

RELEASE_ARTIFACTS = (
    Artifact("release_file/1", "~/assets/shop.min.js", _ESBUILD / "shop.min.js", {"Sourcemap": "shop.min.js.map"}),
    Artifact("release_file/2", "~/assets/shop.min.js.map", _ESBUILD / "shop.min.js.map"),
)

BUNDLE_ID = "artifact_bundle/3"
BUNDLE_FILE = _ROLLUP / "artifact_bundle.zip"
BUNDLED_SCRIPT, BUNDLED_MAP = _ROLLUP / "shop.min.js", _ROLLUP / "shop.min.js.map"


def bundle_debug_id() -> str:
    """Return the debug id that both files of the bundle have, as rollup wrote it into the source map."""
    return str(orjson.loads(BUNDLED_MAP.read_bytes())["debugId"])
