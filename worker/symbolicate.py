"""One request → its answer: gather the files, decide frame by frame, write.

Frames are walked from caller to callee, because the token name at a call site may name the function of the next
frame.  That hand-over never crosses stack traces, and a frame that is not symbolicated ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from core.buffers import Content
from core.counts import Counts
from core.explain.answer import encode_explained
from core.explain.explainer import explain
from core.explain.record import Recorder
from core.files import File
from core.frames import (
    Located,
    Unsymbolicated,
    embedded_content,
    locate,
    missing_source_content,
    nowhere,
    raw_frame,
    source_key,
    symbolicated,
)
from core.settings import Settings
from core.wire.document import parse_document
from core.wire.frame import Frame, Stacktrace
from core.wire.request import SymbolicateRequest, decode_request
from core.wire.response import Completed, FrameError, encode_completed, sorted_attempts, sorted_errors
from worker.job_store import Answer, Job
from worker.modules import Modules
from worker.request_files import RequestFiles
from worker.resources import Resources
from worker.runtime import Symbolicate

_LARGE_BYTES = 64 << 10  # a body that takes longer to read than a thread is worth
_FRAMES_PER_TURN = 50  # of the event loop: a request may have a million frames, and there are other jobs


@contextlib.asynccontextmanager
async def open_symbolication(settings: Settings, counts: Counts) -> AsyncIterator[Symbolicate]:
    """Open what the jobs of one process share, and yield what answers a job."""
    async with Resources(settings, counts=counts) as resources:

        async def answer(job: Job) -> Answer:
            if len(job.body) > _LARGE_BYTES:
                request = await resources.threads.run(lambda: _request(job.body))
            else:
                request = _request(job.body)
            if request.options.explain:
                return await _explained(resources, request, job.scope)
            completed = await symbolicate(resources, request, job.scope)
            return Answer(encode_completed(completed), reusable=not completed.errors)

        yield answer


def _request(body: bytes) -> SymbolicateRequest:
    return decode_request(parse_document(body))


async def _explained(resources: Resources, request: SymbolicateRequest, scope: str | None) -> Answer:
    recorder = Recorder()
    completed = await symbolicate(resources, request, scope, recorder)
    body = await resources.threads.run(lambda: encode_explained(completed, explain(request, recorder)))
    return Answer(body, reusable=not completed.errors)


async def symbolicate(
    resources: Resources, request: SymbolicateRequest, scope: str | None, recorder: Recorder | None = None
) -> Completed:
    """Return the answer to ``request``; ``scope`` names whose caches are used, None the global ones.

    ``recorder`` is told what an explanation needs to know.
    """
    work = _Work(request, RequestFiles(resources, request, scope, recorder), set())
    modules = Modules(work.files, request.modules)
    async with work.files.expecting(modules.keys_of(_paths(request))):
        traces = [await _symbolicate_trace(work, modules, trace) for trace in request.stacktraces]
    if recorder is not None:
        recorder.modules = modules.resolved
    completed = Completed(
        stacktraces=[trace for trace, _ in traces],
        raw_stacktraces=[raw for _, raw in traces],
        errors=sorted_errors(work.errors),
        scraping_attempts=sorted_attempts(work.files.attempts),
    )
    work.files.tally.add_to(resources.metrics.counts, request, completed)
    return completed


def _paths(request: SymbolicateRequest) -> Iterator[str]:
    """Yield the generated files of a request in the order in which they are resolved, some several times."""
    for trace in request.stacktraces:
        for frame in _walk(request, trace):
            if frame.lineno:
                yield raw_frame(frame).abs_path


def _walk(request: SymbolicateRequest, trace: Stacktrace) -> list[Frame]:
    """Return the frames from caller to callee."""
    return trace.frames[:: -1 if request.options.frame_order == "callee_first" else 1]


@dataclass(frozen=True, slots=True)
class _Work:
    request: SymbolicateRequest
    files: RequestFiles
    errors: set[FrameError]

    @property
    def with_context(self) -> bool:
        return self.request.options.apply_source_context


async def _symbolicate_trace(work: _Work, modules: Modules, trace: Stacktrace) -> tuple[Stacktrace, Stacktrace]:
    step = -1 if work.request.options.frame_order == "callee_first" else 1
    frames: list[Frame] = []
    raw_frames: list[Frame] = []
    caller_name = None
    for number, frame in enumerate(_walk(work.request, trace)):
        if number % _FRAMES_PER_TURN == 0:
            await asyncio.sleep(0)
        outcome = await _locate(work, modules, raw_frame(frame))
        raw_frames.append(outcome.raw)
        if isinstance(outcome, Located):
            frames.append(await _complete(work, outcome, caller_name))
            caller_name = outcome.position.name
        else:
            _note(work, outcome.error)
            frames.append(outcome.raw)
            caller_name = None
    return Stacktrace(frames[::step]), Stacktrace(raw_frames[::step])


async def _locate(work: _Work, modules: Modules, frame: Frame) -> Unsymbolicated | Located:
    if frame.lineno == 0:
        return nowhere(frame)
    module = await modules.resolve(frame.abs_path)
    return locate(frame, module, with_context=work.with_context)


async def _complete(work: _Work, located: Located, caller_name: str | None) -> Frame:
    content = await _original_content(work, located) if work.with_context else None
    return symbolicated(located, caller_name, content)


async def _original_content(work: _Work, located: Located) -> Content | None:
    if located.position.source is None:
        return None
    content = embedded_content(located)
    if content is not None:
        return content
    work.files.tally.missing_sourcescontent += 1
    entry = await work.files.get_file(source_key(located))
    if isinstance(entry.result, File):
        return entry.result.content
    _note(work, missing_source_content(located))
    return None


def _note(work: _Work, error: FrameError | None) -> None:
    if error is not None:
        work.errors.add(error)
