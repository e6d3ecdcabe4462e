"""A folder as the artifact bundle that it is uploaded as."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.artifacts.folders import folder_files
from core.buffers import Content
from core.bundle import write_bundle
from core.debug_ids import parse_debug_id
from core.javascript.magic_comments import embedded_debug_id


def folder_bundle(folder: Path, url_prefix: str) -> bytes:
    """Return the artifact bundle of the generated files and source maps in ``folder``.

    Their URLs are ``url_prefix`` and their paths in the folder; their debug ids those that they name.  Raises OSError.
    """
    files: dict[str, tuple[bytes, dict[str, object]]] = {}
    for file in folder_files(folder):
        content = file.read()
        path = "/".join(file.segments[-file.own :])
        debug_id = _map_debug_id(content) if file.is_map else embedded_debug_id(content)
        entry: dict[str, object] = {
            "type": "source_map" if file.is_map else "minified_source",
            "url": f"{url_prefix.rstrip('/')}/{path}",
        }
        if debug_id is not None:
            entry["headers"] = {"debug-id": debug_id}
        files[f"files/_/_/{path}"] = (content[:], entry)
    return write_bundle(files)


class _Ids(msgspec.Struct, rename={"ours": "debug_id", "standard": "debugId"}):
    ours: str = ""
    standard: str = ""


def _map_debug_id(content: Content) -> str | None:
    try:
        ids = msgspec.json.decode(content, type=_Ids)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return parse_debug_id(ids.standard or ids.ours)
