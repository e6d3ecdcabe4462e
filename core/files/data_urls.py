"""``data:`` URLs: files written into the reference to them, decoded piece by piece."""

from __future__ import annotations

import binascii
import mmap
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain

from core.text.buffers import Content, in_chunks, is_utf8

_SCHEME = b"data:"
_PIECE = 1 << 18  # objects of several times its size are made of one that is full of escapes
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ASCII_WHITESPACE = b"\t\n\f\r "
_IGNORED = b"\t\n\r"
_SPACES = re.compile(rb"  +")
_SAYS_BASE64 = re.compile(rb"; ?base64 ?\Z", re.IGNORECASE)
_LONGEST_SAYING = len(b"; base64 ")
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2}){1,1000}")  # more would take memory for each

IN_FILE_FROM_BYTES = 1 << 20
"""Size from which contents are in a file."""

_WINDOW = 1 << 20


def is_data_url(reference: str) -> bool:
    """Return whether ``reference`` is to be decoded rather than fetched."""
    return reference.startswith("data:")


def is_data_url_at(content: Content, start: int) -> bool:
    """Return whether the reference at ``start`` is to be decoded rather than fetched."""
    return content[start : start + len(_SCHEME)] == _SCHEME


def decode_data_url(text: str) -> Content | None:
    """Return what the ``data:`` URL ``text`` holds, None unless it is well-formed and holds UTF-8."""
    url = text.encode()
    return decode_data_url_in(url, 0, len(url))


def decode_data_url_in(content: Content, start: int, end: int) -> Content | None:
    """Return what the ``data:`` URL ``content[start:end]`` holds, None unless it is well-formed and holds UTF-8.

    Media type and charset are ignored.  It is decoded piece by piece: a large one is never in memory as a whole.

    Source: the Fetch standard, "data: URL processor", with its forgiving base64.
    """
    if not is_data_url_at(content, start):
        return None
    pieces = _without_fragment(_pieces(content, start + len(_SCHEME), end))
    says = b""
    for piece in pieces:
        header, comma, body = piece.partition(b",")
        says = _SPACES.sub(b" ", says + header)[-_LONGEST_SAYING:]
        if comma:
            break
    else:
        return None
    plain = _unescaped(chain([body], pieces))
    try:
        decoded = gathered(_decoded_base64(plain) if _SAYS_BASE64.search(says) else plain)
    except binascii.Error:
        return None
    return decoded if is_utf8(decoded) else None


def gathered(pieces: Iterable[bytes]) -> Content:
    """Return all pieces as one: a large one is mapped from a file without a name, in the folder for such files.

    If there is no room, the file is in memory where the system can have one there, else OSError is raised.
    """
    pieces = iter(pieces)
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > IN_FILE_FROM_BYTES:
            return _mapped(chain(held, pieces))
    return b"".join(held)


def _pieces(content: Content, start: int, end: int) -> Iterator[bytes]:
    for chunk_start, chunk_end in in_chunks(content, start, end):
        for at in range(chunk_start, chunk_end, _PIECE):
            yield content[at : min(at + _PIECE, chunk_end)]


def _without_fragment(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        before, fragment, _ = piece.partition(b"#")
        yield before.translate(None, _IGNORED)
        if fragment:
            return


def _unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode ``%41``; what is no escape stays as it is."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"%", max(len(text) - 2, 0))  # an escape that may go on in the next piece
        rest = b"" if cut < 0 else text[cut:]
        yield _ESCAPES.sub(_bytes_of_escapes, text if cut < 0 else text[:cut])
    yield rest


def _bytes_of_escapes(escapes: re.Match[bytes]) -> bytes:
    return binascii.a2b_hex(escapes[0].translate(None, b"%"))


def _decoded_base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode as browsers' ``atob`` does: padding is optional, but must be right if it is there.

    Raises binascii.Error.
    """
    rest, count, padding = b"", 0, 0
    for piece in pieces:
        text = piece.translate(None, _ASCII_WHITESPACE)
        digits = text.rstrip(b"=")
        if digits and (padding or digits.translate(None, _BASE64_ALPHABET)):
            raise binascii.Error
        padding += len(text) - len(digits)
        count += len(digits)
        digits = rest + digits
        whole = len(digits) - len(digits) % 4
        rest = digits[whole:]
        yield binascii.a2b_base64(digits[:whole])
    if count % 4 == 1 or padding > 2 or (padding and (count + padding) % 4):
        raise binascii.Error
    yield binascii.a2b_base64(rest + b"=" * (-count % 4))


def _mapped(pieces: Iterable[bytes]) -> Content:
    file = _UnnamedFile()
    try:
        for piece in pieces:
            file.append(piece)
        return mmap.mmap(file.descriptor, file.size, prot=mmap.PROT_READ)
    finally:
        os.close(file.descriptor)


class _UnnamedFile:
    """A file without a name: on disk, or in memory once that has no room."""

    def __init__(self) -> None:
        self.size = 0
        self._is_on_disk = True
        try:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        except OSError as error:
            self.descriptor = _memory_file(error)
            self._is_on_disk = False

    def append(self, piece: bytes) -> None:
        """Write a piece.  Raises OSError if there is no room anywhere."""
        try:
            _write(self.descriptor, piece, self.size)
        except OSError as error:
            if not self._is_on_disk:
                raise
            self._move(_memory_file(error))
            _write(self.descriptor, piece, self.size)
        self.size += len(piece)

    def _move(self, descriptor: int) -> None:
        on_disk, self.descriptor, self._is_on_disk = self.descriptor, descriptor, False
        try:
            for start in range(0, self.size, _WINDOW):
                _write(descriptor, os.pread(on_disk, min(_WINDOW, self.size - start), start), start)
        finally:
            os.close(on_disk)


def _memory_file(error: OSError) -> int:
    """Return a file in memory.  Raises ``error`` where files can't be there (outside of Linux)."""
    if not hasattr(os, "memfd_create"):
        raise error
    return os.memfd_create("unmangle", os.MFD_CLOEXEC)


def _write(descriptor: int, piece: bytes, start: int) -> None:
    with memoryview(piece) as view:
        written = 0
        while written < len(view):
            written += os.pwrite(descriptor, view[written:], start + written)
