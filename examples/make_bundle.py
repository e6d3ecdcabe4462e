"""Packs what rollup built into the artifact bundle: ``python -m examples.make_bundle``, after ``npm run build``."""

from __future__ import annotations

from core.files.artifact_bundle import write_bundle
from examples.artifacts import BUNDLE_FILE, BUNDLED_MAP, BUNDLED_SCRIPT, bundle_debug_id


def shop_bundle() -> bytes:
    """Return the bundle of the debug-id build: the minified file and its source map."""
    debug_id = {"debug-id": bundle_debug_id()}
    script = {
        "type": "minified_source",
        "url": "~/assets/shop.min.js",
        "headers": {**debug_id, "sourcemap": BUNDLED_MAP.name},
    }
    source_map = {"type": "source_map", "url": "~/assets/shop.min.js.map", "headers": debug_id}
    return write_bundle(
        {
            "files/_/_/assets/shop.min.js": (BUNDLED_SCRIPT.read_bytes(), script),
            "files/_/_/assets/shop.min.js.map": (BUNDLED_MAP.read_bytes(), source_map),
        },
        org="examples",
        project="shop",
    )


if __name__ == "__main__":
    BUNDLE_FILE.write_bytes(shop_bundle())
