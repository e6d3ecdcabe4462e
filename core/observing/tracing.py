"""Spans of OpenTelemetry, if the environment names an exporter.

Without one, nothing of it is imported, and a span is a shared context manager that does nothing.  A trace goes on from
process to process as the text of a W3C ``traceparent``.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from core.errors import CannotStart

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_OTLP = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
_NOTHING: AbstractContextManager[None] = contextlib.nullcontext()

_tracer: Tracer | None = None


def exporter_name(environ: Mapping[str, str]) -> str | None:
    """Return the entry point of the exporter that the standard variables name; None if they ask for no traces."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    named = environ.get("OTEL_TRACES_EXPORTER") or ("otlp" if any(environ.get(name) for name in _ENDPOINTS) else "none")
    if named == "none":
        return None
    protocol = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "http/protobuf")
    return _OTLP.get(protocol, protocol) if named == "otlp" else named


def start_tracing(environ: Mapping[str, str], service: str) -> None:
    """Export the spans of this process from now on, if the environment asks for it.

    ``service`` is its name there unless ``OTEL_SERVICE_NAME`` says another.  Raises CannotStart if what it takes is not
    installed.
    """
    name = exporter_name(environ)
    if name is not None:
        _export_to(_exporter(name), environ.get("OTEL_SERVICE_NAME") or service)


def stop_tracing() -> None:
    """Export what has not been yet."""
    if _tracer is not None:
        from opentelemetry import trace

        trace.get_tracer_provider().shutdown()  # type: ignore[attr-defined]  # ours, which has it


def is_tracing() -> bool:
    """Return whether spans of this process are exported."""
    return _tracer is not None


def span(name: str, **attributes: str | int) -> AbstractContextManager[None]:
    """Return a context manager that makes its block a span, below the one that it is in."""
    return _NOTHING if _tracer is None else _span(_tracer, name, None, attributes)


def span_below(traceparent: str, name: str, **attributes: str | int) -> AbstractContextManager[None]:
    """Return the same, below the span of another process that ``traceparent`` names; '' begins a trace."""
    return _NOTHING if _tracer is None else _span(_tracer, name, {"traceparent": traceparent}, attributes)


def current_traceparent() -> str:
    """Return the name of the span that we are in; '' if there is none."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


@contextlib.contextmanager
def _span(
    tracer: Tracer, name: str, carrier: Mapping[str, str] | None, attributes: Mapping[str, Any]
) -> Iterator[None]:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = None if carrier is None else TraceContextTextMapPropagator().extract(carrier)
    with tracer.start_as_current_span(name, context, attributes=attributes):
        yield


def _exporter(name: str) -> Any:
    try:
        (entry_point,) = importlib.metadata.entry_points(group="opentelemetry_traces_exporter", name=name)
        exporter: Callable[[], Any] = entry_point.load()
    except (ValueError, ImportError):
        raise CannotStart(
            f"traces are to be exported, but the exporter {name!r} is not installed: pip install 'unmangle[otel]'"
        ) from None
    return exporter()


def _export_to(exporter: Any, service: str) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _tracer
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)  # for Starlette
    _tracer = provider.get_tracer("unmangle")
