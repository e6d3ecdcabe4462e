"""Bodies of ``POST /trace``: a trace to the request for its frames, and the answer with the text in it.

Reading a log of megabytes takes seconds in which an interpreter does nothing else.  So large ones are read by a process
of their own, one at a time.  ``python -m api.trace_bodies`` does one piece of work, from its input to its output.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson
from starlette.concurrency import run_in_threadpool

from api.large_bodies import CHECKED_HERE_BYTES, LARGE_BYTES
from core.errors import InvalidJson, InvalidRequest
from core.offline.text_encodings import TextInBytes
from core.offline.trace_request import kept_text, rewritten_text, trace_of_document, trace_of_text, trace_request
from core.offline.trace_request import with_text as answer_with_text
from core.wire.request import check_values, decode_request, parse_document

_COMMAND = (sys.executable, "-P", "-m", "api.trace_bodies")
_REFUSALS = {refusal.__name__: refusal for refusal in (InvalidJson, InvalidRequest)}
_WRITTEN_HERE_BYTES = 1 << 20
_SOURCES = ("source", "sources")
_NO_SOURCE = {"id": "none", "url": "http://127.0.0.1/", "token": ""}


class TraceBody(msgspec.Struct, tag="read"):
    """A body as it came, what the query says beside it, and the JSON of what counts where neither says anything."""

    content: bytes
    is_json: bool
    named: dict[str, str] = {}
    defaults: str = "{}"
    has_store: bool = False


class ReadTrace(msgspec.Struct, tag="trace"):
    """A valid request for the frames of a trace, what is needed to rewrite its text, and the scope that it names."""

    request: bytes
    kept: bytes
    scope: str | None = None


class _Writing(msgspec.Struct, tag="write"):
    answer: bytes
    kept: bytes
    only_text: bool


class _Written(msgspec.Struct, tag="written"):
    content: bytes


class _Refusal(msgspec.Struct, tag="refusal"):
    kind: str
    arguments: list[str]


_TASK = msgspec.msgpack.Decoder(TraceBody | _Writing)
_OUTCOME = msgspec.msgpack.Decoder(ReadTrace | _Written | _Refusal)


class TraceBodies:
    """Reads traces and writes their answers, the large ones one at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def read(self, body: TraceBody) -> ReadTrace:
        """Return the request for a trace.  Raises InvalidJson and InvalidRequest."""
        outcome = await self._done(body, len(body.content) > CHECKED_HERE_BYTES)
        assert isinstance(outcome, ReadTrace)
        return outcome

    async def with_text(self, answer: bytes, kept: bytes) -> bytes:
        """Return the answer with the text that was ``kept`` in it, rewritten."""
        return await self._written(_Writing(answer, kept, only_text=False))

    async def text(self, answer: bytes, kept: bytes) -> bytes:
        """Return the text that was ``kept``, rewritten, in UTF-8."""
        return await self._written(_Writing(answer, kept, only_text=True))

    async def _written(self, writing: _Writing) -> bytes:
        size = len(writing.answer) + len(writing.kept) * 8
        outcome = await self._done(writing, size > _WRITTEN_HERE_BYTES)
        assert isinstance(outcome, _Written)
        return outcome.content

    async def _done(self, task: TraceBody | _Writing, is_large: bool) -> ReadTrace | _Written:
        if is_large:
            async with self._turn:
                outcome = await run_in_threadpool(_outcome_of_process, task)
        else:
            outcome = _outcome(task)
        if isinstance(outcome, _Refusal):
            raise _REFUSALS[outcome.kind](*outcome.arguments)
        return outcome


def _outcome_of_process(task: TraceBody | _Writing) -> ReadTrace | _Written | _Refusal:
    done = subprocess.run(_COMMAND, input=msgspec.msgpack.encode(task), stdout=subprocess.PIPE, check=True)
    outcome: ReadTrace | _Written | _Refusal = _OUTCOME.decode(done.stdout)
    return outcome


def _outcome(task: TraceBody | _Writing) -> ReadTrace | _Written | _Refusal:
    try:
        return _read(task) if isinstance(task, TraceBody) else _Written(_text_of(task))
    except tuple(_REFUSALS.values()) as refusal:
        return _Refusal(type(refusal).__name__, list(refusal.args))


def _text_of(writing: _Writing) -> bytes:
    if writing.only_text:
        return rewritten_text(writing.answer, writing.kept).encode("utf-8", "replace")
    return answer_with_text(writing.answer, writing.kept)


def _read(body: TraceBody) -> ReadTrace:
    wanted: dict[str, Any] = dict(body.named)
    scope = None
    if body.is_json:
        document = _document(body.content)
        trace = trace_of_document(document.pop("trace"))
        scope = document.pop("scope", None)
        if scope is not None and not isinstance(scope, str):
            raise InvalidRequest("scope", "expected a string")
        wanted = {**document, **wanted}
    else:
        trace = trace_of_text(TextInBytes.read(body.content).text.encode("utf-8", "replace").decode())
    request = trace_request(trace, wanted, _defaults(body, wanted))
    decode_request(request, has_store=body.has_store)
    return ReadTrace(orjson.dumps(request), kept_text(trace), scope)


def _defaults(body: TraceBody, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults of a request, in which there is a source only if the request has none.

    Without any, the artifact store is meant; where there is none, only the web is asked.
    """
    defaults: dict[str, Any] = orjson.loads(body.defaults)
    if not wanted.keys().isdisjoint(_SOURCES):
        return {name: value for name, value in defaults.items() if name not in _SOURCES}
    if defaults.keys().isdisjoint(_SOURCES) and not body.has_store:
        defaults["source"] = _NO_SOURCE
    return defaults


def _document(content: bytes) -> dict[str, Any]:
    if len(content) >= LARGE_BYTES:
        check_values(content)
    document = parse_document(content)
    if not isinstance(document, dict):
        raise InvalidRequest("body", "expected an object")
    if "trace" not in document:
        raise InvalidRequest("trace", "missing field")
    return document


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.msgpack.encode(_outcome(_TASK.decode(sys.stdin.buffer.read()))))
