"""``/openapi.json`` says what the API does: real answers to what it describes, and to what it doesn't allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.routing import Route

from api.openapi import Ended, Pending, openapi_document
from core.settings import Settings
from core.wire.response import INTERNAL_ERROR_BODY, TIMEOUT_BODY, pending_body
from tests.api.service import Service, running_service

EXAMPLES = Path(__file__).parents[1] / "data" / "worked_examples"

# What may be sent to ``/explain`` is the same as for symbolication: making it up twice would only take twice as long.
# No made-up text is a trace.
schema = schemathesis.openapi.from_dict(orjson.loads(openapi_document())).exclude(path=["/explain", "/trace"])


@pytest.fixture(scope="module")
def described():
    with running_service(Settings()) as service:
        yield service


def has_two_credentials(body: object) -> bool:
    """Of these the first counts; a schema knows no order."""
    source = body.get("source") if isinstance(body, dict) else None
    return isinstance(source, dict) and {"token", "cookies"} <= source.keys()


def has_whole_floats(value: object) -> bool:
    """A schema calls 7.0 an integer; we don't."""
    if isinstance(value, dict | list):
        return any(has_whole_floats(each) for each in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()


@schema.parametrize()
@settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(described: Service, case):
    assume(not has_two_credentials(case.body))
    assume(not has_whole_floats(case.body))
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{described.port}",
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
            response_schema_conformance,
            positive_data_acceptance,
            negative_data_rejection,
            unsupported_method,
        ],
    )


def test_every_path_is_described_with_its_methods(described: Service):
    paths = orjson.loads(described.request("GET", "/openapi.json").body)["paths"]
    routes = [route for route in described.app.routes if isinstance(route, Route)]
    assert {path: set(item) for path, item in paths.items()} == {
        route.path: {method.lower() for method in route.methods or ()} for route in routes
    }


def test_the_short_answers_are_as_described():
    assert msgspec.json.decode(pending_body("7c1d", 30), type=Pending) == Pending("7c1d", 30)
    assert msgspec.json.decode(TIMEOUT_BODY, type=Ended) == Ended("timeout")
    assert msgspec.json.decode(INTERNAL_ERROR_BODY, type=Ended) == Ended("internal_error")


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_worked_examples_are_as_described(example):
    answer = next(part for part in walk(orjson.loads(example.read_bytes())) if "raw_stacktraces" in part)
    components = orjson.loads(openapi_document())["components"]
    Draft202012Validator({"$ref": "#/components/schemas/Completed", "components": components}).validate(answer)


def walk(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in a document."""
    if isinstance(document, dict):
        yield document
    for each in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from walk(each)
