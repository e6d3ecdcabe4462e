"""Document of ``/status``: the deployment now and in the last hour."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from api.deployment import BeatingWorker, Overview, sample_of
from core.observing.health import HealthFinding
from core.observing.history import HistorySample, LastHour, Point, last_hour, points
from core.version import PYTHON, VERSION


class QueueNow(msgspec.Struct):
    """Queue: how many jobs wait, and how long the oldest one has waited (s)."""

    depth: int
    oldest_s: float


class Now(msgspec.Struct):
    """A deployment at this moment; ``max_in_flight`` null is no limit, ``cache_bytes`` are by host."""

    in_flight: int
    max_in_flight: int | None
    running: int
    workers: int
    queues: dict[str, QueueNow]
    cache_bytes: dict[str, int]


class WorkerNow(msgspec.Struct):
    """Worker process: its id, whether it beats, how long ago it last did (s), and how many jobs it holds."""

    name: str
    beats: bool
    beat_s: float
    jobs: int


class Advice(msgspec.Struct):
    """Finding about the deployment: ``level`` is ``ok``, ``note`` or ``problem``."""

    subject: str
    level: str
    what: str
    why: str
    mend: str


class Status(msgspec.Struct):
    """A deployment: now, the last hour as a whole, in steps, and what is to be said about it."""

    version: str
    python: str
    at: float
    now: Now
    last_hour: LastHour
    points: list[Point]
    workers: list[WorkerNow]
    findings: list[Advice]


def status_document(
    overview: Overview,
    max_in_flight: int | None,
    history: Sequence[HistorySample],
    workers: Sequence[BeatingWorker],
    findings: Sequence[HealthFinding],
) -> Status:
    """Return the document."""
    at = time.time()
    history = [*history, sample_of(overview, at)]
    return Status(
        VERSION,
        PYTHON,
        at,
        _now(overview, max_in_flight),
        last_hour(history),
        points(history),
        _workers(workers, overview.workers),
        [Advice(each.subject, each.level.value, each.what, each.why, each.mend) for each in findings],
    )


def _now(overview: Overview, max_in_flight: int | None) -> Now:
    queues = {name: QueueNow(queue.depth, queue.oldest_s) for name, queue in overview.queues.items()}
    return Now(
        overview.in_flight, max_in_flight, overview.running, overview.workers, queues, dict(overview.cache_bytes)
    )


def _workers(workers: Sequence[BeatingWorker], beating: int) -> list[WorkerNow]:
    """Return the workers, those that beat last first: so many of them live."""
    ordered = sorted(workers, key=lambda worker: worker.beat_s)
    return [
        WorkerNow(worker.name, number < beating, worker.beat_s, worker.jobs) for number, worker in enumerate(ordered)
    ]
