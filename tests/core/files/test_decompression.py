import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CorruptData
from core.files.decompression import (
    Decompressor,
    brotli_decompressor,
    gzip_decompressor,
    zlib_decompressor,
    zstd_decompressor,
)

SKIPPABLE_FRAME = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"

FORMATS: dict[str, tuple[Callable[[bytes], bytes], Callable[[], Decompressor]]] = {
    "gzip": (gzip.compress, gzip_decompressor),
    "zlib": (zlib.compress, zlib_decompressor),
    "zstd": (zstandard.compress, zstd_decompressor),
    "brotli": (brotli.compress, brotli_decompressor),
}
JUNK = {
    "zeros": bytes(512),
    "text": b"junk",
    "a-line": b"\r\n",
    "half-a-magic-number": b"\x1f\x8b",
    "the-same-byte": b"\x28",
}
formats = pytest.mark.parametrize("name", FORMATS)


def decompressed(decompressor: Decompressor, chunks: Iterable[bytes]) -> bytes:
    pieces = [piece for chunk in chunks for piece in decompressor.feed(chunk)]
    decompressor.finish()
    return b"".join(pieces)


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@formats
@given(data=st.binary(), chunk_size=st.integers(1, 50))
def test_what_was_compressed_comes_back_however_it_is_cut(name: str, data: bytes, chunk_size: int) -> None:
    compress, decompressor = FORMATS[name]
    assert decompressed(decompressor(), in_chunks(compress(data), chunk_size)) == data


@formats
@given(data=st.binary(min_size=1), length=st.integers(1, 30))
def test_data_that_ends_early_is_corrupt(name: str, data: bytes, length: int) -> None:
    compress, decompressor = FORMATS[name]
    compressed = compress(data)
    with pytest.raises(CorruptData):
        decompressed(decompressor(), [compressed[: min(length, len(compressed) - 1)]])


@formats
@given(data=st.binary(max_size=200))
def test_garbage_raises_nothing_but_corrupt_data(name: str, data: bytes) -> None:
    with contextlib.suppress(CorruptData):
        decompressed(FORMATS[name][1](), [data])


@formats
def test_nothing_decompresses_to_nothing(name: str) -> None:
    assert decompressed(FORMATS[name][1](), []) == b""


@formats
def test_a_large_original_comes_in_pieces(name: str) -> None:
    compress, decompressor = FORMATS[name]
    sizes = [len(piece) for piece in decompressor().feed(compress(bytes(50 << 20)))]
    assert sum(sizes) == 50 << 20
    assert max(sizes) <= 16 << 20


@pytest.mark.parametrize(
    "name, compressed, original",
    [
        pytest.param("gzip", gzip.compress(b"a") + gzip.compress(b"b"), b"ab", id="gzip-members-follow-each-other"),
        pytest.param("gzip", gzip.compress(b"") * 3, b"", id="empty-gzip-members"),
        pytest.param("zstd", zstandard.compress(b"a") + zstandard.compress(b"b"), b"ab", id="zstd-frames-follow"),
        pytest.param("zstd", SKIPPABLE_FRAME + zstandard.compress(b"a"), b"a", id="zstd-skippable-frame"),
        pytest.param("zlib", zlib.compress(b"a") + b"junk", b"a", id="what-follows-a-zlib-stream-is-ignored"),
        *(
            pytest.param(name, compress(b"a") + junk, b"a", id=f"{name}-then-{kind}")
            for name, (compress, _) in FORMATS.items()
            for kind, junk in JUNK.items()
        ),
        pytest.param("gzip", gzip.compress(b"a") + gzip.compress(b"b") + b"junk", b"ab", id="two-members-then-junk"),
        pytest.param(
            "brotli", brotli.compress(b"ab" * 2_000_000) + b"junk", b"ab" * 2_000_000, id="long-brotli-then-junk"
        ),
    ],
)
@pytest.mark.parametrize("chunk_size", [1, 1000])
def test_streams_of_several_parts(name: str, compressed: bytes, original: bytes, chunk_size: int) -> None:
    assert decompressed(FORMATS[name][1](), in_chunks(compressed, chunk_size)) == original


@pytest.mark.parametrize(
    "name, compressed",
    [
        pytest.param("gzip", gzip.compress(b"a") + gzip.compress(b"b")[:-3], id="second-gzip-member-is-cut-off"),
        pytest.param("gzip", gzip.compress(b"a")[:-8] + bytes(8), id="gzip-checksum-is-wrong"),
        pytest.param("zstd", zstandard.compress(b"a") + zstandard.compress(b"b")[:-1], id="second-frame-is-cut-off"),
        pytest.param("brotli", brotli.compress(b"a" * 100)[:-1] + b"\xff" * 9, id="brotli-that-does-not-end"),
    ],
)
def test_corrupt_data(name: str, compressed: bytes) -> None:
    with pytest.raises(CorruptData):
        decompressed(FORMATS[name][1](), [compressed])
