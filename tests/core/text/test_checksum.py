"""The checksum is another one for all that happens to files by accident, and the same in both builds."""

from __future__ import annotations

import random

import pytest

from tests.kernels import BUILDS, load
from worker.caches.stored_file import content_checksum

NAME = "core.text.checksum"
CONTENT = random.Random(1).randbytes(1000)
HIGHEST_BIT = 0x80


def checksum(build: str, content: bytes, before: int = 0) -> int:
    return int(load(NAME, build).checksum(memoryview(content).cast("Q"), before))


@pytest.mark.parametrize("count", range(10))
def test_both_builds_agree(count):
    content = CONTENT[: 8 * count]
    assert checksum("interpreted", content) == checksum("compiled", content)
    assert checksum("interpreted", content, 2**64 - 1) == checksum("compiled", content, 2**64 - 1)


@pytest.mark.parametrize("content", [CONTENT, bytes(1000)], ids=["random", "zeros"])
def test_no_bit_flips_unnoticed(content):
    flipped = {
        checksum("compiled", with_flipped(content, place, 1 << bit)) for place in range(1000) for bit in range(8)
    }
    assert len(flipped | {checksum("compiled", content)}) == 8001


def test_two_highest_bits_of_words_do_not_cancel_each_other():
    changed = [
        with_flipped(with_flipped(CONTENT, 8 * one + 7, HIGHEST_BIT), 8 * other + 7, HIGHEST_BIT)
        for one in range(125)
        for other in range(one)
    ]
    assert len({checksum("compiled", content) for content in changed}) == len(changed)


def test_order_and_length_count():
    words = [CONTENT[place : place + 8] for place in range(0, 80, 8)]
    swapped = [
        b"".join([*words[:one], words[other], *words[one + 1 : other], words[one], *words[other + 1 :]])
        for other in range(10)
        for one in range(other)
    ]
    shorter = [bytes(8 * count) for count in range(20)]
    assert len({checksum("compiled", content) for content in swapped + shorter}) == len(swapped + shorter)


@pytest.mark.parametrize("build", BUILDS)
def test_what_is_before_counts(build):
    one, other = CONTENT[:400], CONTENT[400:800]
    assert checksum(build, one, checksum(build, other)) != checksum(build, other, checksum(build, one))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 31, 33])
def test_content_of_any_size_has_a_checksum(size):
    content = CONTENT[:size]
    flipped = {content_checksum(with_flipped(content, place, 1)) for place in range(size)}
    assert len(flipped | {content_checksum(content)}) == size + 1
    assert content_checksum(memoryview(content)) == content_checksum(content)


def with_flipped(content: bytes, place: int, bits: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= bits
    return bytes(changed)
