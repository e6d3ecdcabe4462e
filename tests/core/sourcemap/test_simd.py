"""The C of ``simd.pxd``, in each of its three forms, beside what ``simd.py`` says in Python."""

from __future__ import annotations

import platform
import random
import shutil
import string
import struct
import subprocess
from pathlib import Path

import pytest

from core.sourcemap import simd

SOURCE = Path(simd.__file__).with_suffix(".pxd").read_text().split('"""')[1]
ALPHABET = (string.ascii_letters + string.digits + '+/,;"').encode()
MAIN = """
#include <stdint.h>
#include <stdio.h>
struct question { unsigned char text[64], symbols[16], places[16]; uint32_t sums[4], last[4]; int64_t digits; };
struct answer { unsigned char window[64], separators[8]; uint32_t sums[4], translated, within; int64_t shape, first; };
int main(void) {
    struct question q;
    while (fread(&q, sizeof q, 1, stdin) == 1) {
        struct answer a = {0};
        unmangle_lanes symbols = unmangle_load(q.symbols), pairs = unmangle_pairs(symbols, q.places);
        unmangle_lanes before = unmangle_four(q.sums[0], q.sums[1], q.sums[2], q.sums[3]);
        unmangle_lanes sums = unmangle_sums(before, pairs);
        a.translated = (uint32_t)unmangle_translate(q.text, a.window, a.separators);
        a.shape = unmangle_shape(symbols, q.digits);
        a.first = unmangle_first_number(pairs);
        for (int place = 0; place < 4; place++) a.sums[place] = unmangle_lane(sums, place);
        a.within = (uint32_t)unmangle_are_within(before, unmangle_four(q.last[0], q.last[1], q.last[2], q.last[3]));
        fwrite(&a, sizeof a, 1, stdout);
    }
    return 0;
}
"""
IS_X86 = platform.machine() in ("x86_64", "AMD64")
IS_ARM = platform.machine() in ("aarch64", "arm64")
CROSS = ["aarch64-linux-gnu-gcc", "-static"]
BUILDS = [
    pytest.param(["cc", "-mssse3"], [], True, id="ssse3",
                 marks=pytest.mark.skipif(not IS_X86, reason="x86-64 has SSSE3")),
    pytest.param(["cc", "-U__aarch64__"], [], False, id="plain-c"),
    pytest.param(["cc"], [], True, id="neon", marks=pytest.mark.skipif(not IS_ARM, reason="arm64 has NEON")),
    pytest.param(CROSS, ["qemu-aarch64"], True, id="neon-emulated",
                 marks=pytest.mark.skipif(shutil.which(CROSS[0]) is None or shutil.which("qemu-aarch64") is None,
                                          reason="needs a compiler for arm64 and qemu-user")),
]  # fmt: skip
_QUESTION = struct.Struct("<64s16s16s4i4iq")
_ANSWER = struct.Struct("<64s8s4IIIqq")


def question(random_: random.Random) -> tuple[bytes, bytes, bytes, list[int], list[int], int]:
    text = bytearray(random_.choices(ALPHABET, k=64))
    if random_.random() < 0.3:
        text[random_.randrange(64)] = random_.randrange(256)
    symbols = bytes(random_.randrange(67) for _ in range(16))
    places = bytes(random_.choice([0x80, *range(9)]) for _ in range(16))
    sums = [random_.choice([random_.randrange(-(2**31), 2**31), random_.randrange(-5, 500)]) for _ in range(4)]
    last = [random_.randrange(-1, 500) for _ in range(4)]
    return bytes(text), symbols, places, sums, last, random_.randrange(64)


@pytest.mark.parametrize("compiler, emulator, checks_bytes", BUILDS)
def test_every_form_of_the_c_does_what_the_python_does(compiler, emulator, checks_bytes, tmp_path):
    program = tmp_path / "simd"
    (tmp_path / "simd.c").write_text(SOURCE + MAIN)
    subprocess.run([*compiler, "-O2", "-w", "-o", program, tmp_path / "simd.c"], check=True)
    random_ = random.Random(3)
    questions = [question(random_) for _ in range(3000)]
    packed = b"".join(_QUESTION.pack(*head, *sums, *last, digits) for *head, sums, last, digits in questions)
    done = subprocess.run([*emulator, program], input=packed, capture_output=True, check=True)
    answers = list(_ANSWER.iter_unpack(done.stdout))
    assert len(answers) == len(questions)
    refused = 0
    for (text, symbols, places, sums, last, digits), answer in zip(questions, answers, strict=True):
        window, separators = bytearray(64), bytearray(8)
        is_clean = simd.translate(text, 0, window, 0, separators)
        refused += not is_clean
        if checks_bytes or is_clean:  # plain C leaves foreign bytes to whoever reads their symbols
            assert answer[6] == is_clean
        if is_clean:
            assert answer[:2] == (window, separators)
        pairs = simd.paired_digits(tuple(symbols), places, 0)
        after = simd.sums_with(tuple(sums), pairs)
        assert list(answer[2:6]) == [simd.lane(after, place) for place in range(4)]
        assert answer[8:] == (simd.shape_of(tuple(symbols), digits), simd.first_number(pairs))
        if min(last) >= 0:
            assert answer[7] == simd.are_within(tuple(sums), tuple(last))
    assert refused > 100
