"""Symbolication of one request: its files are gathered, its frames decided one by one, the answer written."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from core.explain.explainer import explain
from core.explain.explanation import encode_explained
from core.observing.counts import Counts
from core.settings import Settings
from core.wire.request import SymbolicateRequest, check_values, decode_request, parse_document
from core.wire.response import CompletedBody, encode_completed
from worker.job_types import Answer, Job, Symbolicate
from worker.requests.answer_size import AnswerSize
from worker.requests.frame_walk import FrameWalk
from worker.requests.generated_files import GeneratedFiles
from worker.requests.journal import Journal, RecordingJournal
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

_COUNTED_FROM_BYTES = 2 << 20  # smaller bodies can't have too many values
_LARGE_BYTES = 64 << 10  # a body that takes longer to read than a thread is worth
_EXPLAINED_SHARE = 8  # of the largest answer: an explained one is taken apart again


@contextlib.asynccontextmanager
async def open_symbolication(settings: Settings, counts: Counts) -> AsyncIterator[Symbolicate]:
    """Open what the jobs of one process share, and yield what answers a job."""
    has_store = settings.store_url is not None
    async with Resources(settings, counts=counts) as resources:

        async def answer(job: Job) -> Answer:
            resources.forget_what_was_cleared()
            if len(job.body) >= _COUNTED_FROM_BYTES:
                check_values(job.body)
            if len(job.body) > _LARGE_BYTES:
                request = await resources.threads.run(lambda: _request(job.body, has_store=has_store))
            else:
                request = _request(job.body, has_store=has_store)
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


def _request(body: bytes, *, has_store: bool) -> SymbolicateRequest:
    return decode_request(parse_document(body), has_store=has_store)


async def _explained(resources: Resources, request: SymbolicateRequest, scope: str | None) -> Answer:
    journal = RecordingJournal()
    with contextlib.closing(
        AnswerSize(resources.large_answers, resources.settings.max_answer_size // _EXPLAINED_SHARE)
    ) as size:
        completed = await symbolicate(resources, request, scope, journal, size)
        body = await resources.threads.run(lambda: encode_explained(completed, explain(request, journal.recorder)))
        size.check(len(body) // _EXPLAINED_SHARE)
    return Answer(body, reusable=not completed.errors)


async def symbolicate(
    resources: Resources,
    request: SymbolicateRequest,
    scope: str | None,
    journal: Journal | None = None,
    size: AnswerSize | None = None,
) -> CompletedBody:
    """Return the answer to ``request``; ``scope`` names whose caches are used, None the global ones.

    ``journal`` is told what is done for the files; ``size`` bounds the answer.  Raises AnswerTooLarge.
    """
    journal = journal or Journal()
    files = RequestFiles(resources, request, scope, journal)
    modules = GeneratedFiles(files, request.modules)
    walk = FrameWalk(
        request,
        modules,
        files,
        resources.frame_cache,
        resources.threads,
        size or AnswerSize(),
        scopes=resources.settings.scopes,
        sources=resources.source_functions,
    )
    try:
        completed = await walk.completed()
        walk.count_into(resources.metrics.counts, completed)
    finally:
        await files.close()
    journal.entries.count_into(resources.metrics.counts)
    journal.resolved(modules.resolved)
    return completed
