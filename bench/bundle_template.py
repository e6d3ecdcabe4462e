"""Artifact bundles of real files, made from compressed pieces: one of the files is a new one each time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from bench.real_files import RealFile, map_tail

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_MAGIC = b"SYSB\x02\0\0\0"
_DATE = 33  # 1980-01-01
_DEFLATED = 8


@dataclass(frozen=True, slots=True)
class _Member:
    """A member but for its end: a deflate stream that ends at a byte, its size and checksum so far."""

    path: str
    deflated: bytes
    size: int
    checksum: int

    def ended(self, tail: bytes) -> _Member:
        """Return the member with this at its end, which is not compressed."""
        stored = b"\x01" + struct.pack("<HH", len(tail), len(tail) ^ 0xFFFF) + tail
        return _Member(self.path, self.deflated + stored, self.size + len(tail), zlib.crc32(tail, self.checksum))

    def head(self) -> tuple[int, ...]:
        """Return what a ZIP archive says of it, in both places."""
        return 20, 0x800, _DEFLATED, 0, _DATE, self.checksum, len(self.deflated), self.size, len(self.path)


class BundleTemplate:
    """Bundles of the same ``files`` in URLs below ``base``, with their debug ids."""

    def __init__(self, files: Sequence[RealFile], base: str) -> None:
        self._files = files
        self._base = base
        self._bodies = {file.name: _begun(f"files/{file.name}", file.generated) for file in files}
        self._maps = {file.name: _begun(f"files/{file.map_name}", file.body_of_map()) for file in files}
        self._ended = {
            file.name: (self._bodies[file.name].ended(b"\n"), self._maps[file.name].ended(map_tail(0)))
            for file in files
        }

    def bundle(self, new: RealFile | None = None, number: int = 0, debug_id: UUID | None = None) -> bytes:
        """Return a bundle in which the file ``new`` and its map have a number at their ends, and that debug id."""
        members: list[_Member] = []
        entries: dict[str, Any] = {}
        for file in self._files:
            pair = self._ended[file.name]
            file_id = file.debug_id
            if file is new and debug_id is not None:
                pair = (
                    self._bodies[file.name].ended(file.generated_tail(number)),
                    self._maps[file.name].ended(map_tail(number)),
                )
                file_id = debug_id
            members.extend(pair)
            entries.update(self._entries(file, file_id))
        return _archive([*members, _begun("manifest.json", orjson.dumps({"files": entries})).ended(b"")])

    def _entries(self, file: RealFile, debug_id: UUID) -> dict[str, Any]:
        url = f"{self._base}/{file.name}"
        headers = {"debug-id": str(debug_id), "sourcemap": file.map_name}
        return {
            f"files/{file.name}": {"type": "minified_source", "url": url, "headers": headers},
            f"files/{file.map_name}": {
                "type": "source_map",
                "url": f"{url}.map",
                "headers": {"debug-id": str(debug_id)},
            },
        }


def _begun(path: str, text: bytes) -> _Member:
    compressor = zlib.compressobj(wbits=-15)
    deflated = compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH)
    return _Member(path, deflated, len(text), zlib.crc32(text))


def _archive(members: Sequence[_Member]) -> bytes:
    """Return a bundle of complete members."""
    pieces, directory, at = [_MAGIC], [], len(_MAGIC)
    for member in members:
        head, path = member.head(), member.path.encode()
        local = _LOCAL.pack(b"PK\3\4", *head, 0) + path
        directory.append(_CENTRAL.pack(b"PK\1\2", 20, *head, 0, 0, 0, 0, 0, at) + path)
        pieces += [local, member.deflated]
        at += len(local) + len(member.deflated)
    size = sum(map(len, directory))
    end = _END.pack(b"PK\5\6", 0, 0, len(members), len(members), size, at, 0)
    return b"".join([*pieces, *directory, end])
