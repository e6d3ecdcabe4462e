"""Bundles as clients upload them, and as they must not be."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from typing import Any

import orjson

from core.store.upload_records import UploadTask

ID = "9a3f2b1c-0d4e-5f6a-8b7c-1d2e3f4a5b6c"
OTHER_ID = "11111111-2222-4333-8444-555555555555"
SCRIPT = "~/assets/app.min.js"
MAP = "~/assets/app.min.js.map"
CODE = b"a();\n//# sourceMappingURL=app.min.js.map\n"
DOCUMENT: dict[str, Any] = {
    "version": 3,
    "sources": ["a.ts"],
    "sourcesContent": ["a()"],
    "names": [],
    "mappings": "AAAA",
}


def a_task(**changes: Any) -> UploadTask:
    fields: dict[str, Any] = {
        "upload": "1796094000123-0a1b2c3d",
        "org": "acme",
        "projects": ["shop"],
        "checksum": "0" * 40,
        "chunks": ["0" * 40],
        "release": "web@1.0",
    }
    return UploadTask(**{**fields, **changes})


def script(content: bytes = CODE, name: str = SCRIPT, **headers: str) -> tuple[str, bytes, dict[str, Any]]:
    return name, content, {"type": "minified_source", "url": name, "headers": _headers(headers)}


def source_map(
    document: Any = None, name: str = MAP, content: bytes | None = None, **headers: str
) -> tuple[str, bytes, dict[str, Any]]:
    text = orjson.dumps(DOCUMENT if document is None else document) if content is None else content
    return name, text, {"type": "source_map", "url": name, "headers": _headers(headers)}


def bundle_of(files: Iterable[tuple[str, bytes, dict[str, Any]]], **attributes: Any) -> bytes:
    """Return a bundle as sentry-cli writes it."""
    members = [(f"files/_/_/{name.lstrip('~/')}", content, entry) for name, content, entry in files]
    manifest = {"files": {path: entry for path, _, entry in members}, **attributes}
    return zipped([(path, content) for path, content, _ in members], orjson.dumps(manifest))


def zipped(members: Iterable[tuple[str, bytes]], manifest: bytes | None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of members; names may come twice."""
    out = io.BytesIO()
    out.write(b"SYSB" + struct.pack("<I", 2))
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in [*members, *([("manifest.json", manifest)] if manifest is not None else [])]:
            archive.writestr(zipfile.ZipInfo(path), content, method)
    return out.getvalue()


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
