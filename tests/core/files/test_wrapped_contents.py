import contextlib
import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchFailed
from core.failures import TOO_LARGE, FailureKind
from core.files.wrapped_contents import is_wrapped, unwrap_file

LIMIT = 1 << 20
NOISE = random.Random(1).randbytes(50_000)


def unwrap(content: bytes, max_bytes: int) -> bytes:
    if not is_wrapped(content):
        return content
    pieces: list[bytes] = []
    unwrap_file(io.BytesIO(content), max_bytes, pieces.append)
    return b"".join(pieces)


def a_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def a_zip_that_claims(size: int, content: bytes) -> bytes:
    archive = bytearray(a_zip(("a.js", content)))
    directory = archive.rindex(b"PK\x01\x02")
    struct.pack_into("<I", archive, directory + 24, size)
    return bytes(archive)


def an_encrypted_zip() -> bytes:
    archive = bytearray(a_zip(("a.js", b"run()")))
    archive[6] |= 1
    archive[archive.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def a_streamed_zip(content: bytes) -> bytes:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.written += data
            return len(data)

    pipe = Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.js", "w", force_zip64=True) as member,
    ):
        member.write(content)
    return bytes(pipe.written)


@pytest.mark.parametrize(
    "content, inside",
    [
        pytest.param(zstandard.compress(b"run()"), b"run()", id="zstd"),
        pytest.param(gzip.compress(b"run()"), b"run()", id="gzip"),
        pytest.param(gzip.compress(b"run") + gzip.compress(b"()"), b"run()", id="all-members-of-a-gzip"),
        pytest.param(zlib.compress(b"run()", 1), b"run()", id="zlib-fastest"),
        pytest.param(zlib.compress(b"run()"), b"run()", id="zlib-default"),
        pytest.param(zlib.compress(b"run()", 9), b"run()", id="zlib-best"),
        pytest.param(a_zip(("a.js", b"run()")), b"run()", id="zip-deflated"),
        pytest.param(a_zip(("a.js", b"run()"), method=zipfile.ZIP_STORED), b"run()", id="zip-stored"),
        pytest.param(a_streamed_zip(b"run()"), b"run()", id="zip64-written-to-a-pipe"),
        pytest.param(a_zip(("a.js", NOISE)), NOISE, id="zip-larger-than-a-step"),
        pytest.param(a_zip(("a.js", b"")), b"", id="zip-of-an-empty-file"),
        pytest.param(gzip.compress(b""), b"", id="gzip-of-nothing"),
        pytest.param(gzip.compress(gzip.compress(b"run()")), gzip.compress(b"run()"), id="one-layer-only"),
        pytest.param(b"run()", b"run()", id="plain"),
        pytest.param(b"", b"", id="empty"),
        pytest.param(b"\x1f\x8b\x08", b"\x1f\x8b\x08", id="three-bytes-are-taken-as-they-are"),
        pytest.param(b"\x78\x9c\x00", b"\x78\x9c\x00", id="three-bytes-of-zlib-too"),
        pytest.param(b"MSCF....", b"MSCF....", id="cabinets-are-left-alone"),
        pytest.param(b"SYSB\x02\0\0\0PK\x03\x04", b"SYSB\x02\0\0\0PK\x03\x04", id="bundles-are-left-alone"),
        pytest.param(b"\x78\x5e....", b"\x78\x5e....", id="a-rare-zlib-level-is-left-alone"),
        pytest.param(b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(18), id="an-empty-zip-is-left-alone"),
    ],
)
def test_unwrap(content: bytes, inside: bytes) -> None:
    assert unwrap(content, LIMIT) == inside


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zstandard.compress(NOISE)[:-5], id="zstd-cut-off"),
        pytest.param(b"\x28\xb5\x2f\xfdgarbage", id="zstd-garbage"),
        pytest.param(gzip.compress(NOISE)[:-5], id="gzip-cut-off"),
        pytest.param(gzip.compress(b"run()") + b"junk", id="junk-after-a-gzip"),
        pytest.param(b"\x1f\x8bgarbage", id="gzip-garbage"),
        pytest.param(zlib.compress(NOISE)[:-5], id="zlib-cut-off"),
        pytest.param(b"\x78\x9cgarbage", id="zlib-garbage"),
        pytest.param(a_zip(("a.js", b"1"), ("b.js", b"2")), id="zip-with-two-members"),
        pytest.param(a_zip(("a/", b""), ("a/b.js", b"2")), id="zip-with-a-folder"),
        pytest.param(a_zip(("a.js", NOISE))[:-5], id="zip-cut-off"),
        pytest.param(a_zip(("a.js", b"run()"), method=zipfile.ZIP_BZIP2), id="zip-with-bzip2"),
        pytest.param(an_encrypted_zip(), id="zip-encrypted"),
        pytest.param(
            a_zip(("a.js", b"run()"), method=zipfile.ZIP_STORED).replace(b"run()", b"ruin!"), id="zip-checksum-is-wrong"
        ),
        pytest.param(a_zip(*((str(number), b"") for number in range(10_000))), id="zip-with-a-huge-directory"),
        pytest.param(b"PK\x03\x04garbage", id="zip-garbage"),
    ],
)
def test_broken_wrapping_is_malformed(content: bytes) -> None:
    with pytest.raises(FetchFailed) as raised:
        unwrap(content, LIMIT)
    assert raised.value.failure.kind is FailureKind.MALFORMED
    assert raised.value.failure != TOO_LARGE


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstandard.compress,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": lambda content: a_zip(("a.js", content)),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_bomb_stops_at_the_limit(wrapping: str) -> None:
    with pytest.raises(FetchFailed) as raised:
        unwrap(WRAPPINGS[wrapping](bytes(64 << 20)), 1000)
    assert raised.value.failure == TOO_LARGE


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_limit_itself_is_allowed(wrapping: str) -> None:
    assert unwrap(WRAPPINGS[wrapping](bytes(1000)), 1000) == bytes(1000)
    with pytest.raises(FetchFailed):
        unwrap(WRAPPINGS[wrapping](bytes(1001)), 1000)


def test_a_zip_that_claims_to_be_smaller_than_it_is_is_malformed() -> None:
    with pytest.raises(FetchFailed):
        unwrap(a_zip_that_claims(5, bytes(64 << 20)), 1000)


STARTS = [b"", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"\x78\x9c", b"PK\x03\x04"]


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=100))
def test_garbage_raises_nothing_but_fetch_failed(start: bytes, rest: bytes) -> None:
    with contextlib.suppress(FetchFailed):
        unwrap(start + rest, LIMIT)


@given(position=st.integers(0, 200), value=st.integers(0, 255))
def test_a_zip_with_a_changed_byte_raises_nothing_but_fetch_failed(position: int, value: int) -> None:
    archive = bytearray(a_zip(("a.js", b"run()")))
    archive[position % len(archive)] = value
    with contextlib.suppress(FetchFailed):
        unwrap(bytes(archive), LIMIT)
