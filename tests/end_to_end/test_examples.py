"""The example shop: real traces of two real builds, all the way through a real deployment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from examples.lookup_server import start_server

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def lookup_port() -> Iterator[int]:
    with start_server(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["release", "debug_id"])
async def test_every_frame_of_a_real_trace_maps_to_its_source_line(api, lookup_port, name):
    request = (EXAMPLES / "requests" / f"{name}.json").read_bytes()
    answer = await api.submit(request.replace(b"127.0.0.1:3022", b"127.0.0.1:%d" % lookup_port))
    expected = orjson.loads((EXAMPLES / "expected" / f"{name}.json").read_bytes())
    [frames] = [trace["frames"] for trace in answer["stacktraces"]]
    expected_frames = expected["frames"]
    assert len(frames) == len(expected_frames) >= 7
    for frame, expected_frame in zip(frames, expected_frames, strict=True):
        assert {key: frame[key] for key in expected_frame if key != "data"} == {
            key: value for key, value in expected_frame.items() if key != "data"
        }
        assert frame["data"]["symbolicated"] is expected_frame["data"]["symbolicated"]
