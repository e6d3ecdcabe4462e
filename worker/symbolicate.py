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

from core.counts import Counts
from core.explain.answer import encode_explained
from core.explain.explainer import explain
from core.explain.record import Recorder
from core.files import File
from core.frames import (
    Located,
    Unsymbolicated,
    embedded_context,
    embeds_content,
    fetched_context,
    locate,
    missing_source_content,
    nowhere,
    raw_frame,
    source_key,
    symbolicated,
)
from core.modules import ResolvedModule
from core.paths import strip_async
from core.settings import Settings
from core.wire.document import parse_document
from core.wire.frame import Frame, Stacktrace
from core.wire.request import SymbolicateRequest, decode_request
from core.wire.response import (
    Completed,
    FrameError,
    ScrapingAttempt,
    WrittenStacktrace,
    encode_completed,
    sorted_attempts,
    sorted_errors,
)
from worker.caches.uses import watched_uses
from worker.job_store import Answer, Job, Symbolicate
from worker.modules import Modules
from worker.request_files import RequestFiles
from worker.resolutions import NotRemembered, Resolution, resolution_key
from worker.resources import Resources
from worker.tally import count_answer
from worker.threads import Threads
from worker.written_frames import WrittenFrame, WrittenFrames, frame_key, written, written_original

_LARGE_BYTES = 64 << 10  # a body that takes longer to read than a thread is worth
_LONG_TO_READ_BYTES = 4 << 20  # of a generated file: to find its lines takes milliseconds from here on
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
    paths = list(dict.fromkeys(_paths(request)))
    key = resolution_key(request, scope, paths)
    resolution = resources.resolutions.get(key) if recorder is None else None
    if resolution is not None:
        with contextlib.suppress(NotRemembered):
            work = _Work(
                request, resolution, resolution, resources.written_frames, resources.threads, resolution.numbers
            )
            completed = await _completed(resources, work, resolution.attempts)
            resources.metrics.counts.add(resolution.counts)
            return completed
    return await _gathered(resources, request, paths, key, RequestFiles(resources, request, scope, recorder), recorder)


async def _gathered(
    resources: Resources,
    request: SymbolicateRequest,
    paths: Sequence[str],
    key: bytes,
    files: RequestFiles,
    recorder: Recorder | None,
) -> Completed:
    """Answer a request whose files are not known to be in memory, and remember what they came to."""
    modules = Modules(files, request.modules)
    work = _Work(request, modules, files, resources.written_frames, resources.threads)
    with watched_uses() as uses:
        async with files.expecting(modules.keys_of(paths)):
            completed = await _completed(resources, work, files.attempts)
    counts = files.tally.counts()
    resources.metrics.counts.add(counts)
    if recorder is not None:
        recorder.modules = modules.resolved
    elif not files.has_looked_for_sources:
        resources.resolutions.keep(key, Resolution(modules.resolved, work.numbers, files.attempts, counts), uses)
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

    ``numbers`` are those of the generated files by their paths, as far as they were asked for; ``frames`` are counted
    by platform, and by whether they were symbolicated.
    """

    request: SymbolicateRequest
    modules: Modules | Resolution
    files: RequestFiles | Resolution
    remembered: WrittenFrames
    threads: Threads
    numbers: dict[str, int | None] = field(default_factory=dict)
    errors: set[FrameError] = field(default_factory=set)
    frames: dict[tuple[str | None, bool], int] = field(default_factory=dict)
    frames_walked: int = 0

    @property
    def with_context(self) -> bool:
        return self.request.options.apply_source_context


async def _symbolicate_trace(work: _Work, trace: Stacktrace) -> tuple[WrittenStacktrace, WrittenStacktrace]:
    step = -1 if work.request.options.frame_order == "callee_first" else 1
    done: list[WrittenFrame] = []
    caller_name = None
    for frame in _walk(work.request, trace):
        work.frames_walked += 1
        if work.frames_walked % _FRAMES_PER_TURN == 0:
            await asyncio.sleep(0)
        written_frame = await _written(work, raw_frame(frame), caller_name)
        if written_frame.error is not None:
            work.errors.add(written_frame.error)
        kind = (frame.platform, written_frame.is_symbolicated)
        work.frames[kind] = work.frames.get(kind, 0) + 1
        caller_name = written_frame.name
        done.append(written_frame)
    done = done[::step]
    return WrittenStacktrace([each.frame for each in done]), WrittenStacktrace([each.raw for each in done])


async def _written(work: _Work, frame: Frame, caller_name: str | None) -> WrittenFrame:
    """Return what comes of a frame: what came of an equal one, if that depended on nothing else."""
    if frame.lineno == 0:
        return written(nowhere(frame))
    module = await work.modules.resolve(frame.abs_path)
    key = frame_key(frame, _number(work, frame.abs_path, module), caller_name, with_context=work.with_context)
    remembered = None if key is None else work.remembered.get(key)
    if remembered is not None:
        return remembered
    outcome = await _located(work, frame, module)
    if isinstance(outcome, Unsymbolicated):
        done = written(outcome)
    elif not work.with_context:
        done = written_original(outcome, symbolicated(outcome, caller_name, None))
    elif embeds_content(outcome):
        done = written_original(outcome, symbolicated(outcome, caller_name, embedded_context(outcome)))
    else:
        return await _written_with_fetched(work, outcome, caller_name)
    if key is not None:
        work.remembered.keep(key, done)
    return done


async def _located(work: _Work, frame: Frame, module: ResolvedModule) -> Unsymbolicated | Located:
    minified = module.minified.result
    if isinstance(minified, File) and len(minified.content) > _LONG_TO_READ_BYTES and not minified.has_known_lines:
        return await work.threads.run(lambda: locate(frame, module, with_context=work.with_context))
    return locate(frame, module, with_context=work.with_context)


def _number(work: _Work, path: str, module: ResolvedModule) -> int | None:
    if path not in work.numbers:
        work.numbers[path] = work.remembered.module_number(path, module)
    return work.numbers[path]


async def _written_with_fetched(work: _Work, located: Located, caller_name: str | None) -> WrittenFrame:
    """Return the original frame with a text that the map doesn't embed, or with the error that it can't be had."""
    entry = await work.files.get_file(source_key(located))
    if isinstance(entry.result, File):
        context = fetched_context(located, entry.result)
        return written_original(located, symbolicated(located, caller_name, context))
    done = written_original(located, symbolicated(located, caller_name, None))
    return replace(done, error=missing_source_content(located))
