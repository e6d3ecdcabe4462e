"""Tracing: off unless the standard variables ask for it, and then free."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import CannotStart
from core.observing.tracing import current_traceparent, exporter_name, is_tracing, span, span_below, start_tracing

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test:4318"}


@pytest.mark.parametrize(
    "environ, name",
    [
        pytest.param({}, None, id="nothing-is-set"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None, id="an-empty-endpoint"),
        pytest.param(ENDPOINT, "otlp_proto_http", id="an-endpoint"),
        pytest.param({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c.test"}, "otlp_proto_http", id="one-for-traces"),
        pytest.param({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, None, id="switched-off"),
        pytest.param({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, None, id="not-for-traces"),
        pytest.param({"OTEL_TRACES_EXPORTER": "console"}, "console", id="to-the-console"),
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp_proto_http", id="to-the-usual-endpoint"),
        pytest.param({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "otlp_proto_grpc", id="grpc"),
    ],
)
def test_the_standard_variables_name_the_exporter(environ, name):
    assert exporter_name(environ) == name


def test_without_an_exporter_spans_are_nothing():
    start_tracing({}, "unmangle")
    assert not is_tracing()
    assert span("a") is span_below("00-" + "1" * 32 + "-" + "2" * 16 + "-01", "b")
    with span("a"):
        assert current_traceparent() == ""


def test_an_exporter_that_is_not_installed_stops_the_start():
    with pytest.raises(CannotStart, match=r"unmangle\[otel\]"):
        start_tracing({"OTEL_TRACES_EXPORTER": "carrier-pigeon"}, "unmangle")


def test_without_an_exporter_we_import_nothing_of_opentelemetry():
    code = "import sys, core.observing.tracing; print([name for name in sys.modules if 'opentelemetry' in name])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"
