"""Debug ids, written into a generated file and its source map.

The file gets code that tells error reporters its id, and a comment at its end; the map gets the id as a member, and its
mappings are moved by what was added to the file.

Source: ``sentry-cli sourcemaps inject`` 3.8, byte for byte, but: columns count UTF-16 code units here, mappings beyond
the end of the file stay, and all directives stay in front, also behind a byte order mark and without semicolons.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import uuid
from dataclasses import dataclass

from core.errors import MalformedSourceMap
from core.files.debug_ids import DebugId
from core.files.magic_comments import effective_source_mapping_url, embedded_debug_id, magic_comments_start
from core.javascript.prologue import prologue_end
from core.offline.shifted_maps import Insertion, own_debug_id, read_map, shifted_map

_SNIPPET = (
    b'!function(){try{var e="undefined"!=typeof window?window:"undefined"!=typeof global?global:'
    b'"undefined"!=typeof globalThis?globalThis:"undefined"!=typeof self?self:{},n=(new e.Error).stack;'
    b'n&&(e._sentryDebugIds=e._sentryDebugIds||{},e._sentryDebugIds[n]="%b")}catch(e){}}();'
)
_UTF8_MARK = b"\xef\xbb\xbf"
_COMMENT = b"\n//# debugId=%b\n"
_EMBEDDED_MAP = re.compile(rb"data:application/json;(?:charset=utf-8;)?base64,(?P<map>[A-Za-z0-9+/]+=*)\Z")


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
    return Injected(debug_id, injected, shifted_map(document, debug_id, insertion))


def like_injected(code: bytes, injected: Injected) -> bytes | None:
    """Return a copy of a file with the id that this has, so that its map is right for the copy, too.

    A copy may refer to the map by another path.  None if ``code`` is another file, or has an id of its own.
    """
    wanted = _without_ties(injected.code)
    for copy in _with_id_in_comment(code, injected.debug_id), _with_snippet(code, injected.debug_id)[0]:
        if _without_ties(copy) == wanted and embedded_debug_id(copy) == injected.debug_id:
            return copy
    return None


def has_embedded_map(code: bytes) -> bool:
    """Say whether the source map is in the file."""
    return _embedded_map(code) is not None


def _with_id(source_map: bytes, debug_id: DebugId) -> bytes:
    """Return the map of a file that has an id: as it is, if it has the same one."""
    document = read_map(source_map)
    own = own_debug_id(document)
    if own is None:
        return shifted_map(document, debug_id, None)
    if own != debug_id:
        raise MalformedSourceMap(f"its debug id is {own}, and that of the file {debug_id}: it is of another build")
    return source_map


def _inject_embedded(code: bytes) -> Injected:
    text = _decoded(code)
    document = read_map(text)
    debug_id = own_debug_id(document) or _hashed_id(code, text)
    injected, insertion = _with_snippet(code, debug_id)
    moved = binascii.b2a_base64(shifted_map(document, debug_id, insertion), newline=False)
    place = _embedded_map(injected)
    assert place is not None, "it was there before the snippet was"
    return Injected(debug_id, injected[: place[0]] + moved + injected[place[1] :], None)


def _decoded(code: bytes) -> bytes:
    place = _embedded_map(code)
    if place is None:
        raise MalformedSourceMap("there is no map, and none in the file")
    try:
        return binascii.a2b_base64(code[slice(*place)])
    except binascii.Error as error:
        raise MalformedSourceMap(f"the data: URL in the file: {error}") from None


def _embedded_map(code: bytes) -> tuple[int, int] | None:
    """Return where the base64 of the map in a file starts and ends."""
    value = effective_source_mapping_url(code)
    found = None if value is None else _EMBEDDED_MAP.match(code, *value)
    return None if found is None else found.span("map")


def _with_id_in_comment(code: bytes, debug_id: DebugId) -> bytes:
    return code if embedded_debug_id(code) == debug_id else code + _COMMENT % debug_id.encode()


def _without_ties(code: bytes) -> bytes:
    """Return a file without the comments that tie it to its map, for comparison."""
    return code[: magic_comments_start(code)].rstrip()


def _with_snippet(code: bytes, debug_id: DebugId) -> tuple[bytes, Insertion]:
    """Return ``code`` with what tells its id, and where two lines were added: the snippet ends on the second one."""
    place = prologue_end(code)
    id_text = debug_id.encode()
    injected = b"%b\n%b\n%b%b" % (code[:place], _SNIPPET % id_text, code[place:], _COMMENT % id_text)
    line_start = code.rfind(b"\n", 0, place) + 1
    before = code[line_start:place].removeprefix(_UTF8_MARK)  # nobody counts that
    column = len(before.decode("utf-8", "replace").encode("utf-16-le")) // 2
    return injected, Insertion(code.count(b"\n", 0, place), column, lines=2)


def _hashed_id(code: bytes, source_map: bytes) -> DebugId:
    parts = (b"js", len(code).to_bytes(8, "little"), code, b"sourcemap", len(source_map).to_bytes(8, "little"))
    digest = hashlib.sha1(b"".join(parts) + source_map, usedforsecurity=False).digest()
    return DebugId(str(uuid.UUID(bytes=digest[:16], version=5)))
