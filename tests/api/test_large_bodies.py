"""Large bodies are checked elsewhere, and no differently."""

from __future__ import annotations

import orjson
import pytest

from api.large_bodies import LARGE_BYTES, LargeBodies, verdict_on
from core.errors import InvalidJson, InvalidRequest
from core.settings import Settings
from core.wire.document import parse_document
from core.wire.request import decode_request
from tests.api.service import S, running_service

VALID = orjson.dumps({"source": S})
INVALID = [
    pytest.param(b'{"source": ', InvalidJson, id="cut-off"),
    pytest.param(b'{"source": "\xff"}', InvalidJson, id="not-utf-8"),
    pytest.param(orjson.dumps({"source": S, "stacktraces": [{"frames": [{}]}]}), InvalidRequest, id="misshapen"),
    pytest.param(orjson.dumps({"source": {**S, "url": "h"}}), InvalidRequest, id="no-url"),
]


async def test_a_valid_body_passes():
    await LargeBodies().check(VALID)


async def test_an_invalid_body_is_refused_with_the_same_words_as_a_small_one():
    body = b'{"source": {}, "stacktraces": "\xc3\xa9"}'
    with pytest.raises(InvalidRequest) as refusal:
        decode_request(parse_document(body))
    with pytest.raises(InvalidRequest) as refusal_from_elsewhere:
        await LargeBodies().check(body)
    assert str(refusal_from_elsewhere.value) == str(refusal.value)


@pytest.mark.parametrize("body, refusal", INVALID)
def test_a_verdict_holds_all_of_the_refusal(body, refusal):
    with pytest.raises(refusal) as raised:
        decode_request(parse_document(body))
    assert orjson.loads(verdict_on(body)) == [refusal.__name__, *raised.value.args]


def test_large_bodies_over_http():
    with running_service(Settings()) as service:
        assert service.submit_bytes(VALID + b" " * LARGE_BYTES).status == 200
        answer = service.submit_bytes(b" " * LARGE_BYTES + b'{"source": {}}')
    assert (answer.status, answer.path) == (422, "source.id")
