"""``sourcemap_origin``: where a source map came from, as JSON.

A tagged union: an object with one key, or the bare string ``"embedded"``.
"""

from __future__ import annotations

from typing import Any

from core.errors import InvalidRequest
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import BundledFile, EmbeddedFile, FileKey, FileType, IndividualFile, Origin, ScrapedFile
from core.wire.shape_errors import misfit

_EMBEDDED = "embedded"
_ORIGINS = ("individual_file", "scraped_file", "bundled")


def origin_document(origin: Origin) -> Any:
    """Return the JSON document that names ``origin``."""
    match origin:
        case IndividualFile(uri):
            return {"individual_file": uri}
        case ScrapedFile(uri):
            return {"scraped_file": uri}
        case BundledFile(bundle_uri, key):
            return {"bundled": [bundle_uri, {key.type.value: _key_document(key)}]}
        case EmbeddedFile():
            return _EMBEDDED


def parse_origin(document: Any, path: str) -> Origin:
    """Return the origin that a client sent back to us; ``path`` is the document's place in the request.

    Raises InvalidRequest, whose path names the innermost offending value.
    """
    if document == _EMBEDDED:
        return EmbeddedFile()
    tag, content, path = _tagged(document, _ORIGINS, path, expected='"embedded" or an object')
    if tag == "bundled":
        return _bundled(content, path)
    uri = _string(content, path)
    return IndividualFile(uri) if tag == "individual_file" else ScrapedFile(uri)


def _key_document(key: FileKey) -> dict[str, str]:
    members = {"abs_path": key.abs_path, "debug_id": key.debug_id}
    return {name: value for name, value in members.items() if value is not None}


def _bundled(document: Any, path: str) -> BundledFile:
    if not isinstance(document, list):
        raise misfit(path, "an array", document)
    if len(document) != 2:
        raise InvalidRequest(path, f"expected two elements, got {len(document)}")
    return BundledFile(_string(document[0], f"{path}[0]"), _key(document[1], f"{path}[1]"))


def _key(document: Any, path: str) -> FileKey:
    file_type, content, path = _tagged(document, tuple(FileType), path, expected="an object")
    if not isinstance(content, dict):
        raise misfit(path, "an object", content)
    abs_path = _optional_string(content, "abs_path", path)
    debug_id_text = _optional_string(content, "debug_id", path)
    debug_id = None if debug_id_text is None else parse_debug_id(debug_id_text)
    if debug_id is None and debug_id_text is not None:
        raise InvalidRequest(f"{path}.debug_id", "expected a debug id")
    return FileKey(FileType(file_type), abs_path, debug_id)


def _tagged(document: Any, tags: tuple[str, ...], path: str, *, expected: str) -> tuple[str, Any, str]:
    """Return the one key of ``document`` that is in ``tags``, its value, and the value's path."""
    if not isinstance(document, dict):
        raise misfit(path, expected, document)
    known = [tag for tag in tags if tag in document]
    if len(known) != 1:
        raise InvalidRequest(path, f"expected exactly one of the keys {', '.join(tags)}")
    return known[0], document[known[0]], f"{path}.{known[0]}"


def _string(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise misfit(path, "a string", value)
    return value


def _optional_string(document: dict[str, Any], name: str, path: str) -> str | None:
    value = document.get(name)
    return None if value is None else _string(value, f"{path}.{name}")
