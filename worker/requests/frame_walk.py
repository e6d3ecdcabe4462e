"""Walk over the frames of one request, which decides and writes them one by one.

Frames are walked from caller to callee, because the token name at a call site may name the function of the next
frame.  That hand-over never crosses stack traces, and a frame that is not symbolicated ends it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from core.files.file_keys import File
from core.frames.mapped_frame import (
    Located,
    ResolvedModule,
    Unsymbolicated,
    embedded_context,
    embeds_content,
    fetched_context,
    in_function,
    locate,
    minified_context,
    missing_source_content,
    nowhere,
    original_calls,
    original_data,
    raw_frame,
    source_key,
)
from core.observing import metrics
from core.observing.counts import Counts
from core.web.paths import strip_async
from core.wire.frame import Frame, Stacktrace
from core.wire.request import SymbolicateRequest
from core.wire.response import (
    CompletedBody,
    FrameError,
    WrittenStacktrace,
    encoded_size,
    sorted_attempts,
    sorted_errors,
    write_data,
)
from worker.requests.answer_size import AnswerSize
from worker.requests.frame_cache import (
    FrameCache,
    WrittenFrame,
    answered_frames,
    frame_key,
    written,
    written_calls,
    written_original,
)
from worker.requests.generated_files import GeneratedFiles
from worker.requests.request_files import RequestFiles
from worker.requests.source_functions_cache import ReadSource, SourceFunctionsCache, with_written_name
from worker.threads import Threads

_LONG_TO_READ_BYTES = 4 << 20  # of a generated file: to find its lines takes milliseconds from here on
_NOTED_FROM_BYTES = 64 << 10  # of an answer that grows
_FRAMES_PER_TURN = 50  # of the event loop: a request may have a million frames, and there are other jobs


class FrameWalk:
    """The walk over the frames of one request; it grows the ``size`` of the answer.

    ``scopes`` says whether a request is answered with inlined frames that doesn't say so itself; ``sources`` are for
    names as they are written.
    """

    def __init__(
        self,
        request: SymbolicateRequest,
        modules: GeneratedFiles,
        files: RequestFiles,
        cache: FrameCache,
        threads: Threads,
        size: AnswerSize,
        *,
        scopes: bool = False,
        sources: SourceFunctionsCache | None = None,
    ) -> None:
        self._request = request
        self._modules = modules
        self._files = files
        self._cache = cache
        self._threads = threads
        self._size = size
        self._with_context = request.options.apply_source_context
        self._with_scopes = scopes if request.options.scopes is None else request.options.scopes
        self._sources = sources if request.options.names == "written" else None
        self._with_ignored = request.options.ignore_list
        self._caller_function: str | None = None
        self._step = -1 if request.options.frame_order == "callee_first" else 1
        self._errors: set[FrameError] = set()
        self._counts: dict[tuple[str | None, bool], int] = {}  # by platform, and by whether they were symbolicated
        self._walked = 0
        self._expects = False
        self._data: dict[str, bytes] = {}  # of original frames, as JSON, by the paths of their generated files

    async def completed(self) -> CompletedBody:
        """Walk all frames; return the answer.  Raises AnswerTooLarge."""
        traces = [await self._trace(trace) for trace in self._request.stacktraces]
        return CompletedBody(
            stacktraces=[trace for trace, _ in traces],
            raw_stacktraces=[raw for _, raw in traces],
            errors=sorted_errors(self._errors),
            scraping_attempts=sorted_attempts(self._files.attempts),
        )

    def count_into(self, counts: Counts, completed: CompletedBody) -> None:
        """Count the frames, and what the request was answered, its files aside."""
        counts.observe(metrics.STACKTRACES, len(self._request.stacktraces))
        for error in completed.errors:
            counts.inc(metrics.FRAME_ERRORS.field(error.type))
        for attempt in completed.scraping_attempts:
            if attempt.reason is not None:
                counts.inc(metrics.SCRAPING_FAILURES.field(attempt.reason))
        event_platform = metrics.platform_label(self._request.platform)
        by_label: Counter[tuple[str, bool]] = Counter()
        for (platform, is_symbolicated), number in self._counts.items():
            by_label[metrics.platform_label(platform), is_symbolicated] += number
        for (platform_label, is_symbolicated), number in by_label.items():
            histogram = metrics.FRAMES if is_symbolicated else metrics.UNSYMBOLICATED
            counts.observe(histogram, number, platform_label, event_platform)

    async def _trace(self, trace: Stacktrace) -> tuple[WrittenStacktrace, WrittenStacktrace]:
        """Return a stack trace as it is answered, and as it came in."""
        done: list[WrittenFrame] = []
        caller_name = self._caller_function = None
        grown = 0
        for frame in trace.frames[:: self._step]:
            self._walked += 1
            if self._walked % _FRAMES_PER_TURN == 0:
                await asyncio.sleep(0)
            raw = raw_frame(frame)
            written_frame = self._written_at_once(raw, caller_name) or await self._written(raw, caller_name)
            if written_frame.error is not None and written_frame.error not in self._errors:
                self._errors.add(written_frame.error)
                grown += encoded_size(written_frame.error)
            grown += written_frame.size_bytes
            if grown > _NOTED_FROM_BYTES:
                await self._size.grow(grown)
                grown = 0
            kind = (frame.platform, written_frame.is_symbolicated)
            self._counts[kind] = self._counts.get(kind, 0) + 1
            caller_name = written_frame.name
            if not written_frame.is_hidden:
                self._caller_function = written_frame.function if written_frame.is_symbolicated else frame.function
            done.append(written_frame)
        await self._size.grow(grown)
        if self._asks_for_more:
            frames = answered_frames(
                done,
                is_callee_first=self._step < 0,
                with_index=self._with_scopes,
                with_ignored=self._with_ignored,
            )
            return WrittenStacktrace(frames), WrittenStacktrace([each.raw for each in done[:: self._step]])
        done = done[:: self._step]
        return WrittenStacktrace([each.frame for each in done]), WrittenStacktrace([each.raw for each in done])

    @property
    def _asks_for_more(self) -> bool:
        return self._with_scopes or self._with_ignored or self._sources is not None

    def _written_at_once(self, frame: Frame, caller_name: str | None) -> WrittenFrame | None:
        """Return the answer to a frame: that to an equal one, if that depended on nothing else.

        None if it takes waiting, for a file or for a thread.
        """
        if frame.lineno == 0:
            return written(nowhere(frame))
        module = self._modules.known(frame.abs_path)
        if module is None:
            return None
        number = self._number(frame.abs_path, module)
        key = None
        if not self._asks_for_more:  # what there is more of isn't remembered
            key = frame_key(frame, number, caller_name, with_context=self._with_context)
        cached = None if key is None else self._cache.get(key)
        if cached is not None:
            return cached
        if _takes_long(module):
            return None
        done = self._written_from_map(frame, module, caller_name)
        if done is not None and key is not None:
            self._cache.keep(key, done)
        return done

    async def _written(self, frame: Frame, caller_name: str | None) -> WrittenFrame:
        """Return the answer to a frame that takes waiting."""
        module = self._modules.known(frame.abs_path)
        if module is None:
            self._expect_others(frame.abs_path)
            await self._modules.resolve(frame.abs_path)
            done = self._written_at_once(frame, caller_name)
            if done is not None:
                return done
            module = await self._modules.resolve(frame.abs_path)
        if _takes_long(module):
            await self._threads.run(lambda: minified_context(frame, module))  # finds the lines, once
            done = self._written_at_once(frame, caller_name)
            if done is not None:
                return done
        return await self._written_with_fetched(frame, module, caller_name)

    def _written_from_map(self, frame: Frame, module: ResolvedModule, caller_name: str | None) -> WrittenFrame | None:
        """Return the answer to a frame; None if it shows a text that has to be had from elsewhere."""
        outcome = locate(frame, module)
        raw_context = minified_context(frame, module) if self._with_context else None
        if isinstance(outcome, Unsymbolicated):
            return written(outcome, raw_context)
        if self._asks_for_more:
            return self._written_calls(frame, outcome, module, caller_name, raw_context)
        if self._with_context and not embeds_content(outcome):
            return None
        context = embedded_context(outcome) if self._with_context else None
        return written_original(outcome, caller_name, raw_context, context, self._data_of(outcome))

    async def _written_with_fetched(
        self, frame: Frame, module: ResolvedModule, caller_name: str | None
    ) -> WrittenFrame:
        """Return the original frame with a text that the map doesn't embed, or with the error that it can't be had."""
        located = locate(frame, module)
        assert isinstance(located, Located)
        if self._asks_for_more:
            return await self._calls_with_fetched(frame, located, module, caller_name)
        entry = await self._files.get_file(source_key(located))
        context = fetched_context(located, entry.result) if isinstance(entry.result, File) else None
        raw_context = minified_context(frame, module)
        done = written_original(located, caller_name, raw_context, context, self._data_of(located))
        return done if isinstance(entry.result, File) else replace(done, error=missing_source_content(located))

    def _originals(self, located: Located, module: ResolvedModule) -> tuple[list[Located], bool]:
        """Return the original frames of a located one, caller first, and whether it's to be hidden."""
        originals = original_calls(located, module) if self._with_scopes else [located]
        return originals or [in_function(located, self._caller_function)], not originals

    def _written_calls(
        self,
        frame: Frame,
        located: Located,
        module: ResolvedModule,
        caller_name: str | None,
        raw_context: bytes | None,
    ) -> WrittenFrame | None:
        """Return the answer to a frame with the calls inlined into it; None if a text has to be had from elsewhere."""
        originals, is_hidden = self._originals(located, module)
        if self._with_context and not all(map(embeds_content, originals)):
            return None
        if self._sources is not None:
            read = [self._sources.known(each) for each in originals]
            if None in read:
                return None
            originals = _named(originals, read)
        contexts = [embedded_context(each) if self._with_context else None for each in originals]
        data = self._data_of(located)
        return written_calls(frame, originals, caller_name, raw_context, contexts, data, is_hidden=is_hidden)

    async def _calls_with_fetched(
        self, frame: Frame, located: Located, module: ResolvedModule, caller_name: str | None
    ) -> WrittenFrame:
        """Return the answer to a frame with the calls inlined into it, where the map doesn't embed all texts."""
        originals, is_hidden = self._originals(located, module)
        sources = self._sources
        if sources is not None:
            originals = _named(originals, [await self._threads.run(partial(sources.read, each)) for each in originals])
        contexts: list[bytes | None] = []
        error = None
        for each in originals:
            if embeds_content(each) or not self._with_context:
                contexts.append(embedded_context(each) if self._with_context else None)
                continue
            entry = await self._files.get_file(source_key(each))
            contexts.append(fetched_context(each, entry.result) if isinstance(entry.result, File) else None)
            if not isinstance(entry.result, File):
                error = missing_source_content(each)
        raw_context = minified_context(frame, module) if self._with_context else None
        data = self._data_of(located)
        done = written_calls(frame, originals, caller_name, raw_context, contexts, data, is_hidden=is_hidden)
        return done if error is None else replace(done, error=error)

    def _data_of(self, located: Located) -> bytes:
        """Return the data of an original frame, which is the same for all of its file."""
        path = located.frame.abs_path
        data = self._data.get(path)
        if data is None:
            data = self._data[path] = write_data(original_data(located))
        return data

    def _number(self, path: str, module: ResolvedModule) -> int | None:
        numbers = self._modules.numbers
        if path not in numbers:
            numbers[path] = self._cache.module_number(path, module)
        return numbers[path]

    def _expect_others(self, present: str) -> None:
        """Have the files fetched, once, that are not known yet, beside the ``present`` one."""
        if not self._expects:
            self._expects = True
            paths = (path for path in self._paths() if path != present and path not in self._modules.resolved)
            keys = self._modules.keys_of(paths)
            if keys:
                self._files.expect(keys)

    def _paths(self) -> Iterator[str]:
        """Yield the generated files of the request in the order in which they are resolved, some several times."""
        for trace in self._request.stacktraces:
            for frame in trace.frames[:: self._step]:
                if frame.lineno:
                    yield strip_async(frame.abs_path)


def _named(originals: Sequence[Located], sources: Sequence[ReadSource | None]) -> list[Located]:
    """Return frames, caller first, with the names of their functions as their sources have them."""
    return [
        each if source is None else with_written_name(each, source, is_inlined=len(originals) > 1)
        for each, source in zip(originals, sources, strict=True)
    ]


def _takes_long(module: ResolvedModule) -> bool:
    """Return whether the lines of the generated file are still to be found, and that takes longer than a thread."""
    minified = module.minified.result
    return isinstance(minified, File) and len(minified.content) > _LONG_TO_READ_BYTES and not minified.has_known_lines
