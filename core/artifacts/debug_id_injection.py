"""Debug ids, written into a generated file and its source map.

The file gets code that tells error reporters its id, and a comment at its end; the map gets the id as a member, and its
mappings are moved by what was added to the file.

Source: ``sentry-cli sourcemaps inject`` 3.8, byte for byte, but for columns: these count UTF-16 code units here.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import uuid
from collections import deque
from dataclasses import dataclass

from core.artifacts.moved_maps import Insertion, moved_map, own_debug_id, read_map
from core.debug_ids import DebugId
from core.errors import MalformedSourceMap
from core.javascript.magic_comments import embedded_debug_id

_SNIPPET = (
    b'!function(){try{var e="undefined"!=typeof window?window:"undefined"!=typeof global?global:'
    b'"undefined"!=typeof globalThis?globalThis:"undefined"!=typeof self?self:{},n=(new e.Error).stack;'
    b'n&&(e._sentryDebugIds=e._sentryDebugIds||{},e._sentryDebugIds[n]="%b")}catch(e){}}();'
)
# What has to stay in front: the line for the shell, comments, and a directive such as "use strict".
_HEAD = re.compile(rb"""(?:#!.*[\n\r])?(?:\s+|/\*[\s\S]*?\*/|//.*[\n\r])*(?:"[^"]*";|'[^']*';[\n\r]?)?""")
_EMBEDDED_MAP = re.compile(
    rb"(?P<before>//[#@] sourceMappingURL=data:application/json;(?:charset=utf-8;)?base64,)(?P<map>[A-Za-z0-9+/=]+)"
)


@dataclass(frozen=True, slots=True)
class Injected:
    """A generated file and its source map with one debug id; ``source_map`` is None if it is in the file."""

    debug_id: DebugId
    code: bytes
    source_map: bytes | None


def inject_debug_id(code: bytes, source_map: bytes | None) -> Injected:
    """Return a generated file and its map with a debug id: the file's, or the map's, or one made of both.

    ``source_map`` is None if the file has it as a ``data:`` URL.  The same files get the same id.  Raises
    MalformedSourceMap, also for a map that can't be moved.
    """
    known = embedded_debug_id(code)
    if known is not None:
        return Injected(known, code, None if source_map is None else _with_id(source_map, known))
    if source_map is None:
        return _inject_embedded(code)
    document = read_map(source_map)
    debug_id = own_debug_id(document) or _hashed_id(code, source_map)
    injected, insertion = _with_snippet(code, debug_id)
    return Injected(debug_id, injected, moved_map(document, debug_id, insertion))


def has_embedded_map(code: bytes) -> bool:
    """Say whether the source map is in the file."""
    return _EMBEDDED_MAP.search(code) is not None


def _with_id(source_map: bytes, debug_id: DebugId) -> bytes:
    """Return the map of a file that has an id: as it is, if it has the same one."""
    document = read_map(source_map)
    own = own_debug_id(document)
    if own is None:
        return moved_map(document, debug_id, None)
    if own != debug_id:
        raise MalformedSourceMap(f"its debug id is {own}, and that of the file {debug_id}: it is of another build")
    return source_map


def _inject_embedded(code: bytes) -> Injected:
    found = _last_embedded_map(code)
    try:
        text = binascii.a2b_base64(found["map"])
    except binascii.Error as error:
        raise MalformedSourceMap(f"the data: URL in the file: {error}") from None
    document = read_map(text)
    debug_id = own_debug_id(document) or _hashed_id(code, text)
    injected, insertion = _with_snippet(code, debug_id)
    moved = binascii.b2a_base64(moved_map(document, debug_id, insertion), newline=False)
    found = _last_embedded_map(injected)
    return Injected(debug_id, injected[: found.start("map")] + moved + injected[found.end("map") :], None)


def _last_embedded_map(code: bytes) -> re.Match[bytes]:
    found = deque(_EMBEDDED_MAP.finditer(code), maxlen=1)
    if not found:
        raise MalformedSourceMap("there is no map, and none in the file")
    return found[0]


def _with_snippet(code: bytes, debug_id: DebugId) -> tuple[bytes, Insertion]:
    """Return ``code`` with what tells its id, and where two lines were added: the snippet ends on the second one."""
    head = _HEAD.match(code)
    place = head.end() if head else 0
    id_text = debug_id.encode()
    injected = b"%b\n%b\n%b\n//# debugId=%b\n" % (code[:place], _SNIPPET % id_text, code[place:], id_text)
    line_start = code.rfind(b"\n", 0, place) + 1
    column = len(code[line_start:place].decode("utf-8", "replace").encode("utf-16-le")) // 2
    return injected, Insertion(code.count(b"\n", 0, place), column, lines=2, of_lines=code.count(b"\n") + 1)


def _hashed_id(code: bytes, source_map: bytes) -> DebugId:
    parts = (b"js", len(code).to_bytes(8, "little"), code, b"sourcemap", len(source_map).to_bytes(8, "little"))
    digest = hashlib.sha1(b"".join(parts) + source_map, usedforsecurity=False).digest()
    return DebugId(str(uuid.UUID(bytes=digest[:16], version=5)))
