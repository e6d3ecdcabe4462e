"""One request → its answer: gather the files, decide frame by frame, write.

Frames are walked from caller to callee, because the token name at a call site may name the function of the next
frame.  That hand-over never crosses stack traces, and a frame that is not symbolicated ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from core.explain.explainer import explain
from core.explain.explanation import encode_explained
from core.explain.file_records import Recorder
from core.files.file_keys import File
from core.frames.mapped_frame import (
    Located,
    ResolvedModule,
    Unsymbolicated,
    embedded_context,
    embeds_content,
    fetched_context,
    locate,
    minified_context,
    missing_source_content,
    nowhere,
    original_data,
    raw_frame,
    source_key,
)
from core.observing.counts import Counts
from core.settings import Settings
from core.web.paths import strip_async
from core.wire.frame import Frame, Stacktrace
from core.wire.request import SymbolicateRequest, check_values, decode_request, parse_document
from core.wire.response import (
    Completed,
    FrameError,
    ScrapingAttempt,
    WrittenStacktrace,
    encode_completed,
    encoded_size,
    sorted_attempts,
    sorted_errors,
    write_data,
)
from worker.jobs.job_store import Answer, Job, Symbolicate
from worker.requests.answer_size import AnswerSize
from worker.requests.frame_cache import WrittenFrame, WrittenFrames, frame_key, written, written_original
from worker.requests.generated_files import Modules
from worker.requests.request_counts import count_answer
from worker.requests.request_files import RequestFiles
from worker.resources import Resources
from worker.threads import Threads

_COUNTED_FROM_BYTES = 2 << 20  # smaller bodies can't have too many values
_LARGE_BYTES = 64 << 10  # a body that takes longer to read than a thread is worth
_LONG_TO_READ_BYTES = 4 << 20  # of a generated file: to find its lines takes milliseconds from here on
_EXPLAINED_SHARE = 8  # of the largest answer: an explained one is taken apart again
_NOTED_FROM_BYTES = 64 << 10  # of an answer that grows
_FRAMES_PER_TURN = 50  # of the event loop: a request may have a million frames, and there are other jobs


@contextlib.asynccontextmanager
async def open_symbolication(settings: Settings, counts: Counts) -> AsyncIterator[Symbolicate]:
    """Open what the jobs of one process share, and yield what answers a job."""
    async with Resources(settings, counts=counts) as resources:

        async def answer(job: Job) -> Answer:
            resources.forget_what_was_cleared()
            if len(job.body) >= _COUNTED_FROM_BYTES:
                check_values(job.body)
            if len(job.body) > _LARGE_BYTES:
                request = await resources.threads.run(lambda: _request(job.body))
            else:
                request = _request(job.body)
            if request.options.explain:
                return await _explained(resources, request, job.scope)
            size = AnswerSize(resources.large_answers, settings.max_answer_size)
            try:
                completed = await symbolicate(resources, request, job.scope, size=size)
                body = encode_completed(completed)
                size.check(len(body))
            except BaseException:
                size.close()
                raise
            return Answer(body, reusable=not completed.errors, stored=size.close)

        yield answer


def _request(body: bytes) -> SymbolicateRequest:
    return decode_request(parse_document(body))


async def _explained(resources: Resources, request: SymbolicateRequest, scope: str | None) -> Answer:
    recorder = Recorder()
    with contextlib.closing(
        AnswerSize(resources.large_answers, resources.settings.max_answer_size // _EXPLAINED_SHARE)
    ) as size:
        completed = await symbolicate(resources, request, scope, recorder, size)
        body = await resources.threads.run(lambda: encode_explained(completed, explain(request, recorder)))
        size.check(len(body) // _EXPLAINED_SHARE)
    return Answer(body, reusable=not completed.errors)


async def symbolicate(
    resources: Resources,
    request: SymbolicateRequest,
    scope: str | None,
    recorder: Recorder | None = None,
    size: AnswerSize | None = None,
) -> Completed:
    """Return the answer to ``request``; ``scope`` names whose caches are used, None the global ones.

    ``recorder`` is told what an explanation needs to know; ``size`` bounds the answer.  Raises AnswerTooLarge.
    """
    size = size or AnswerSize()
    files = RequestFiles(resources, request, scope, recorder)
    modules = Modules(files, request.modules)
    work = _Work(request, modules, files, resources.written_frames, resources.threads, size)
    try:
        completed = await _completed(resources, work, files.attempts)
    finally:
        await files.close()
    files.tally.count_into(resources.metrics.counts)
    if recorder is not None:
        recorder.modules = modules.resolved
    return completed


async def _completed(resources: Resources, work: _Work, attempts: Sequence[ScrapingAttempt]) -> Completed:
    """Answer by walking the frames, which may add to ``attempts``."""
    traces = [await _symbolicate_trace(work, trace) for trace in work.request.stacktraces]
    completed = Completed(
        stacktraces=[trace for trace, _ in traces],
        raw_stacktraces=[raw for _, raw in traces],
        errors=sorted_errors(work.errors),
        scraping_attempts=sorted_attempts(attempts),
    )
    count_answer(resources.metrics.counts, work.request, completed, work.frames)
    return completed


def _paths(request: SymbolicateRequest) -> Iterator[str]:
    """Yield the generated files of a request in the order in which they are resolved, some several times."""
    for trace in request.stacktraces:
        for frame in _walk(request, trace):
            if frame.lineno:
                yield strip_async(frame.abs_path)


def _walk(request: SymbolicateRequest, trace: Stacktrace) -> list[Frame]:
    """Return the frames from caller to callee."""
    return trace.frames[:: -1 if request.options.frame_order == "callee_first" else 1]


@dataclass(slots=True)
class _Work:
    """What walking the frames of one request takes, and what it collects.

    ``frames`` are counted by platform, and by whether they were symbolicated; ``data`` is that of original frames, as
    JSON, by the paths of their generated files.
    """

    request: SymbolicateRequest
    modules: Modules
    files: RequestFiles
    remembered: WrittenFrames
    threads: Threads
    size: AnswerSize
    errors: set[FrameError] = field(default_factory=set)
    frames: dict[tuple[str | None, bool], int] = field(default_factory=dict)
    frames_walked: int = 0
    expects: bool = False
    data: dict[str, bytes] = field(default_factory=dict)

    @property
    def with_context(self) -> bool:
        return self.request.options.apply_source_context


async def _symbolicate_trace(work: _Work, trace: Stacktrace) -> tuple[WrittenStacktrace, WrittenStacktrace]:
    step = -1 if work.request.options.frame_order == "callee_first" else 1
    done: list[WrittenFrame] = []
    caller_name = None
    grown = 0
    for frame in _walk(work.request, trace):
        work.frames_walked += 1
        if work.frames_walked % _FRAMES_PER_TURN == 0:
            await asyncio.sleep(0)
        raw = raw_frame(frame)
        written_frame = _written_at_once(work, raw, caller_name) or await _written(work, raw, caller_name)
        if written_frame.error is not None and written_frame.error not in work.errors:
            work.errors.add(written_frame.error)
            grown += encoded_size(written_frame.error)
        grown += written_frame.size_bytes
        if grown > _NOTED_FROM_BYTES:
            await work.size.grow(grown)
            grown = 0
        kind = (frame.platform, written_frame.is_symbolicated)
        work.frames[kind] = work.frames.get(kind, 0) + 1
        caller_name = written_frame.name
        done.append(written_frame)
    await work.size.grow(grown)
    done = done[::step]
    return WrittenStacktrace([each.frame for each in done]), WrittenStacktrace([each.raw for each in done])


def _written_at_once(work: _Work, frame: Frame, caller_name: str | None) -> WrittenFrame | None:
    """Return what comes of a frame: what came of an equal one, if that depended on nothing else.

    None if it takes waiting, for a file or for a thread.
    """
    if frame.lineno == 0:
        return written(nowhere(frame))
    module = work.modules.known(frame.abs_path)
    if module is None:
        return None
    number = _number(work, frame.abs_path, module)
    key = frame_key(frame, number, caller_name, with_context=work.with_context)
    remembered = None if key is None else work.remembered.get(key)
    if remembered is not None:
        return remembered
    if _takes_long(module):
        return None
    done = _written_from_map(work, frame, module, caller_name)
    if done is None:
        return None
    if key is not None:
        work.remembered.keep(key, done)
    return done


async def _written(work: _Work, frame: Frame, caller_name: str | None) -> WrittenFrame:
    """Return what comes of a frame that takes waiting."""
    module = work.modules.known(frame.abs_path)
    if module is None:
        _expect_others(work)
        await work.modules.resolve(frame.abs_path)
        done = _written_at_once(work, frame, caller_name)
        if done is not None:
            return done
        module = await work.modules.resolve(frame.abs_path)
    if _takes_long(module):
        await work.threads.run(lambda: minified_context(frame, module))  # finds the lines, once
        return _written_at_once(work, frame, caller_name) or await _written_with_fetched(
            work, frame, module, caller_name
        )
    return await _written_with_fetched(work, frame, module, caller_name)


def _written_from_map(
    work: _Work, frame: Frame, module: ResolvedModule, caller_name: str | None
) -> WrittenFrame | None:
    """Return what comes of a frame; None if it shows a text that has to be had from elsewhere."""
    outcome = locate(frame, module)
    raw_context = minified_context(frame, module) if work.with_context else None
    if isinstance(outcome, Unsymbolicated):
        return written(outcome, raw_context)
    if work.with_context and not embeds_content(outcome):
        return None
    context = embedded_context(outcome) if work.with_context else None
    return written_original(outcome, caller_name, raw_context, context, _data(work, outcome))


def _data(work: _Work, located: Located) -> bytes:
    """Return the data of an original frame, which is the same for all of its file."""
    path = located.frame.abs_path
    data = work.data.get(path)
    if data is None:
        data = work.data[path] = write_data(original_data(located))
    return data


def _takes_long(module: ResolvedModule) -> bool:
    """Return whether the lines of the generated file are still to be found, and that takes longer than a thread."""
    minified = module.minified.result
    return isinstance(minified, File) and len(minified.content) > _LONG_TO_READ_BYTES and not minified.has_known_lines


def _expect_others(work: _Work) -> None:
    """Have the files fetched, once, that are not known yet."""
    if not work.expects:
        work.expects = True
        paths = (path for path in _paths(work.request) if path not in work.modules.resolved)
        work.files.expect(work.modules.keys_of(paths))


def _number(work: _Work, path: str, module: ResolvedModule) -> int | None:
    numbers = work.modules.numbers
    if path not in numbers:
        numbers[path] = work.remembered.module_number(path, module)
    return numbers[path]


async def _written_with_fetched(
    work: _Work, frame: Frame, module: ResolvedModule, caller_name: str | None
) -> WrittenFrame:
    """Return the original frame with a text that the map doesn't embed, or with the error that it can't be had."""
    located = locate(frame, module)
    assert isinstance(located, Located)
    entry = await work.files.get_file(source_key(located))
    context = fetched_context(located, entry.result) if isinstance(entry.result, File) else None
    done = written_original(located, caller_name, minified_context(frame, module), context, _data(work, located))
    return done if isinstance(entry.result, File) else replace(done, error=missing_source_content(located))
