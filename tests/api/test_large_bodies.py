"""Large bodies are checked elsewhere, and no differently."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from api.large_bodies import CHECKED_HERE_BYTES, LARGE_BYTES, LargeBodies, verdict_on
from core.errors import InvalidJson, InvalidRequest
from core.settings import Settings
from core.wire.request import decode_request, parse_document
from tests.api.service import S, running_service

VALID = orjson.dumps({"source": S})
INVALID = [
    pytest.param(b'{"source": ', InvalidJson, id="cut-off"),
    pytest.param(b'{"source": "\xff"}', InvalidJson, id="not-utf-8"),
    pytest.param(orjson.dumps({"source": S, "stacktraces": [{"frames": [{}]}]}), InvalidRequest, id="misshapen"),
    pytest.param(orjson.dumps({"source": {**S, "url": "h"}}), InvalidRequest, id="no-url"),
]


SIZES = [
    pytest.param(CHECKED_HERE_BYTES + 1, id="to-the-process-that-stays"),
    pytest.param(LARGE_BYTES, id="to-a-process-of-its-own"),
]


@pytest.fixture
def large_bodies() -> Iterator[LargeBodies]:
    large_bodies = LargeBodies()
    yield large_bodies
    large_bodies.close()


def padded(body: bytes, size: int) -> bytes:
    return body + b" " * (size - len(body))


@pytest.mark.parametrize("size", SIZES)
async def test_a_valid_body_passes(large_bodies: LargeBodies, size):
    for _ in range(2):
        await large_bodies.check(padded(VALID, size))


@pytest.mark.parametrize("size", SIZES)
async def test_an_invalid_body_is_refused_with_the_same_words_as_a_small_one(large_bodies: LargeBodies, size):
    body = b'{"source": {}, "stacktraces": "\xc3\xa9"}'
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(parse_document(body))
    with pytest.raises(InvalidRequest) as refusal_from_elsewhere:
        await large_bodies.check(padded(body, size))
    assert str(refusal_from_elsewhere.value) == str(refusal.value)


async def test_the_process_that_stays_is_started_again_if_it_is_killed(large_bodies: LargeBodies):
    await large_bodies.check(padded(VALID, CHECKED_HERE_BYTES + 1))
    first = large_bodies._checker._process
    assert first is not None
    first.kill()
    first.wait()
    await large_bodies.check(padded(VALID, CHECKED_HERE_BYTES + 1))
    second = large_bodies._checker._process
    assert second is not None
    assert second.pid != first.pid


@pytest.mark.parametrize("body, refusal", INVALID)
def test_a_verdict_holds_all_of_the_refusal(body, refusal):
    with pytest.raises(refusal) as raised:
        decode_request(parse_document(body))
    assert orjson.loads(verdict_on(body)) == [refusal.__name__, *raised.value.args]


def test_large_bodies_over_http():
    with running_service(Settings()) as service:
        for size in (CHECKED_HERE_BYTES, CHECKED_HERE_BYTES + 1, LARGE_BYTES):
            assert service.submit_bytes(padded(VALID, size)).status == 200
            answer = service.submit_bytes(padded(b'{"source": {}}', size))
            assert (answer.status, answer.path) == (422, "source.id")
