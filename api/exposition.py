"""``/metrics``: counts and gauges as Prometheus text.

What is counted is the deployment's, the same from every API process; so a scraper may ask any of them, or a load
balancer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from api.deployment import Deployment, Overview
from core.errors import StoreUnavailable
from core.observing.counts import Counter, Counts, Histogram, Values, distributions, samples, sum_of
from core.observing.metrics import METRICS
from core.version import PYTHON, VERSION

_PREFIX = "unmangle_"

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


class Metrics:
    """The counts of this process, and what it last heard of those of the others."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._heard: Values = {}

    async def exposition(self, deployment: Deployment, max_in_flight: int | None) -> bytes:
        """Return Prometheus text.  While Redis is away, counts are those last heard of, and what was counted since."""
        overview: Overview | None = None
        try:
            await deployment.share(self.counts)
            overview = await deployment.overview()
            self._heard = overview.counts
        except StoreUnavailable:
            pass
        return exposition(sum_of(self._heard, self.counts.news()), overview, max_in_flight)


def exposition(counts: Values, overview: Overview | None, max_in_flight: int | None) -> bytes:
    """Return Prometheus text, version 0.0.4; without ``overview``, there are no gauges of the deployment."""
    registry = CollectorRegistry()
    registry.register(_Snapshot([*_counted(counts), *_gauges(overview, max_in_flight)]))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Family]:
        return self._families


def _counted(counts: Values) -> Iterator[Family]:
    for metric in METRICS:
        yield _counter(metric, counts) if isinstance(metric, Counter) else _histogram(metric, counts)


def _counter(counter: Counter, counts: Values) -> Family:
    family = CounterMetricFamily(_PREFIX + counter.name, counter.meaning, labels=counter.labels)
    for sample in samples(counter, counts):
        family.add_metric(sample.labels, sample.value)
    return family


def _histogram(histogram: Histogram, counts: Values) -> Family:
    family = HistogramMetricFamily(_PREFIX + histogram.name, histogram.meaning, labels=histogram.labels)
    bounds = [*(str(float(bound)) for bound in histogram.bounds), "+Inf"]
    for each in distributions(histogram, counts):
        family.add_metric(each.labels, list(zip(bounds, each.cumulative, strict=True)), each.sum)
    return family


def _gauges(overview: Overview | None, max_in_flight: int | None) -> Iterator[Family]:
    yield _gauge("build_info", "1, and what runs here", {(VERSION, PYTHON): 1}, "version", "python")
    if max_in_flight is not None:
        yield _gauge("requests_max_in_flight", "Jobs that may be queued and running", {(): max_in_flight})
    if overview is None:
        return
    depths = {(name,): queue.depth for name, queue in overview.queues.items()}
    ages = {(name,): queue.oldest_s for name, queue in overview.queues.items()}
    caches = {(host,): size for host, size in overview.cache_bytes.items()}
    yield _gauge("requests_in_flight", "Jobs queued and running", {(): overview.in_flight})
    yield _gauge("jobs_running", "Jobs that workers hold", {(): overview.running})
    yield _gauge("workers", "Worker processes that beat", {(): overview.workers})
    yield _gauge("queue_depth", "Jobs that wait for a worker", depths, "queue")
    yield _gauge("queue_oldest_seconds", "How long the oldest of them has waited", ages, "queue")
    yield _gauge("cache_bytes", "What the cache directory of a host takes", caches, "host")


def _gauge(name: str, meaning: str, values: Mapping[_Labels, float], *labels: str) -> Family:
    family = GaugeMetricFamily(_PREFIX + name, meaning, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
