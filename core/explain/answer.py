"""The answer to a request that wants its frames explained."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import orjson

from core.explain.explanation import Explanation
from core.wire.response import Completed, encode_completed


def encode_explained(completed: Completed, explanations: Iterable[list[Explanation]]) -> bytes:
    """Return the JSON body of a finished request, with an ``explanation`` in each frame of ``stacktraces``.

    The explanations are those of the frames of each stack trace, in their order; the last ones may be missing.
    """
    document = orjson.loads(encode_completed(completed))
    for trace, explained in zip(document["stacktraces"], explanations, strict=True):
        for frame, explanation in zip(trace["frames"], explained, strict=False):
            frame["explanation"] = msgspec.to_builtins(explanation)
    return orjson.dumps(document)
