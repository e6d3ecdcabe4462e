"""``/openapi.json``: what the API takes and answers, as OpenAPI 3.1.

The schemas of bodies are those of the Structs that read and write them, and descriptions are their docstrings: to
reword one changes the answer.  Here is only what these don't say.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec
import orjson

from api.status_document import Status
from core.explain.explanation import Explanation
from core.version import VERSION
from core.wire.frame import Frame, Stacktrace
from core.wire.request import SymbolicateRequest
from core.wire.response import FrameError, ScrapingAttempt

Document: TypeAlias = dict[str, Any]

_REF = "#/components/schemas/{name}"
_JSON = "application/json"
_TEXT = "text/plain"


class AnsweredFrame(Frame):
    """A frame as it is answered: ``explanation`` is there if it was asked for."""

    explanation: Explanation | msgspec.UnsetType = msgspec.UNSET


class AnsweredStacktrace(msgspec.Struct):
    """The frames of one stack trace."""

    frames: list[AnsweredFrame]


class Completed(msgspec.Struct, kw_only=True, tag_field="status", tag="completed"):
    """The answer to a request, whatever came of its frames."""

    stacktraces: list[AnsweredStacktrace]
    raw_stacktraces: list[Stacktrace]
    errors: list[FrameError] = []
    scraping_attempts: list[ScrapingAttempt] = []


class Traced(Completed, tag="completed"):
    """The answer to a trace; ``text`` has the original frames in it, and is null if it was not kept."""

    text: str | None = None


class Pending(msgspec.Struct, tag_field="status", tag="pending"):
    """The job has not ended in time: poll for its id, after so many seconds."""

    request_id: str
    retry_after: int


class Failed(msgspec.Struct, tag_field="status", tag="failed"):
    """The request can't be answered; the message says why."""

    message: str


class Ended(msgspec.Struct):
    """The job ended without an answer: it took too long, or crashed."""

    status: Literal["timeout", "internal_error"]


class Ready(msgspec.Struct):
    """A job could be accepted now; ``workers`` beat."""

    ready: Literal[True]
    workers: int


class Version(msgspec.Struct):
    """Versions of the program and its Python."""

    version: str
    python: str


class Error(msgspec.Struct):
    """Reason why there is no other answer."""

    error: str


@functools.cache
def openapi_document() -> bytes:
    """Return the description as JSON."""
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Unmangle",
                "summary": "Turns minified JavaScript stack traces back into the original ones",
                "version": VERSION,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "paths": {
                "/symbolicate-js": {"post": _submit()},
                "/explain": {"post": _explain()},
                "/requests/{request_id}": _get(_poll()),
                "/trace": {"post": _trace()},
                "/trace/{request_id}": _get(_traced()),
                "/healthcheck": _get(_healthcheck()),
                "/readiness": _get(_readiness()),
                "/metrics": _get(_metrics()),
                "/status": _get(_status()),
                "/version": _get(_version()),
                "/openapi.json": _get(_description()),
            },
            "components": {"schemas": _schemas()},
        }
    )


def _submit() -> Document:
    return {
        "operationId": "symbolicate_js",
        "summary": "Symbolicate one event; wait for the answer, or for the id to poll it with",
        "parameters": [
            _timeout(),
            _parameter(
                "scope", "query", {"type": "string"}, "whose caches are used, in UTF-8; without it the global ones"
            ),
        ],
        "requestBody": {"required": True, "content": {_JSON: {"schema": _ref("SymbolicateRequest")}}},
        "responses": {
            "200": _outcome(),
            **_errors(
                {
                    400: "a bad query, or no JSON",
                    413: "the body is too large",
                    415: "another content type, or a compressed body",
                    422: "JSON of another shape",
                    503: "at capacity, too many large bodies at once, Redis can't be reached, or this process stops",
                }
            ),
        },
    }


def _explain() -> Document:
    """Describe what is asked as for symbolication, and may also be answered for people."""
    submit = _submit()
    answered = _outcome()
    answered["content"][_TEXT] = {"schema": {"type": "string"}}
    return {
        **submit,
        "operationId": "explain",
        "summary": "The same, and of each frame why it came out as it did; as text for `Accept: text/plain`",
        "responses": {**submit["responses"], "200": answered},
    }


def _poll() -> Document:
    request_id = {"type": "string", "format": "uuid"}
    return {
        "operationId": "poll",
        "summary": "The answer to a request that was pending; can be repeated",
        "parameters": [
            {**_parameter("request_id", "path", request_id, "the id that a pending answer gave"), "required": True},
            _timeout(),
        ],
        "responses": {
            "200": _outcome(),
            **_errors({400: "a bad query", 404: "nobody knows this id, any more", 503: "Redis can't be reached"}),
        },
    }


def _trace() -> Document:
    """Describe a submission whose frames are in a text."""
    submit = _submit()
    named = [
        _parameter(name, "query", {"type": "string"}, f"the {name} of the request") for name in ("release", "dist")
    ]
    body = {_JSON: {"schema": _ref("Trace")}, _TEXT: {"schema": {"type": "string"}}}
    return {
        **submit,
        "operationId": "trace",
        "summary": "Map the frames of a stack trace, a log or an event; as text for `Accept: text/plain`",
        "parameters": [*submit["parameters"], *named],
        "requestBody": {"required": True, "content": body},
        "responses": {
            **submit["responses"],
            "200": _traced_outcome(),
            "403": _answer("a browser says that another site sends the text", _ref("Error")),
        },
    }


def _traced() -> Document:
    poll = _poll()
    return {
        **poll,
        "operationId": "traced",
        "summary": "The answer to a trace that was pending; can be repeated",
        "responses": {**poll["responses"], "200": _traced_outcome()},
    }


def _traced_outcome() -> Document:
    outcome = _outcome("Traced")
    outcome["content"][_TEXT] = {"schema": {"type": "string"}}
    return outcome


def _healthcheck() -> Document:
    return {
        "operationId": "healthcheck",
        "summary": "Whether this process serves HTTP",
        "responses": {"200": _answer("it does", {"type": "string", "const": "ok"}, _TEXT)},
    }


def _readiness() -> Document:
    return {
        "operationId": "readiness",
        "summary": "Whether a job could be accepted now",
        "responses": {
            "200": _answer("it could", _ref("Ready")),
            **_errors({503: "it could not, and why"}),
        },
    }


def _metrics() -> Document:
    return {
        "operationId": "metrics",
        "summary": "What the deployment has counted, for Prometheus",
        "responses": {"200": _answer("Prometheus text, version 0.0.4", {"type": "string"}, _TEXT)},
    }


def _status() -> Document:
    return {
        "operationId": "status",
        "summary": "The deployment now and in the last hour",
        "responses": {
            "200": _answer("the state of the deployment", _ref("Status")),
            **_errors({503: "Redis can't be reached"}),
        },
    }


def _version() -> Document:
    return {
        "operationId": "version",
        "summary": "What runs here",
        "responses": {"200": _answer("the versions", _ref("Version"))},
    }


def _description() -> Document:
    return {
        "operationId": "openapi",
        "summary": "This document",
        "responses": {"200": _answer("this document", {"type": "object", "required": ["openapi", "paths"]})},
    }


def _get(operation: Document) -> Document:
    """Return the path item of something that GET answers, and HEAD without a body."""
    responses = {
        status: {key: value for key, value in answer.items() if key != "content"}
        for status, answer in operation["responses"].items()
    }
    head = {**operation, "operationId": f"{operation['operationId']}_head", "responses": responses}
    return {"get": operation, "head": head}


def _timeout() -> Document:
    schema = {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}
    return _parameter(
        "timeout", "query", schema, "seconds to wait before the answer is pending; without it, to the end"
    )


def _parameter(name: str, place: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": place, "schema": schema, "description": description}


def _outcome(completed: str = "Completed") -> Document:
    outcomes = [_ref(completed), _ref("Pending"), _ref("Failed"), _ref("Ended")]
    request_id = {"description": "the id of the job", "schema": {"type": "string", "format": "uuid"}}
    return {**_answer("what has become of the request", {"oneOf": outcomes}), "headers": {"X-Request-Id": request_id}}


def _answer(description: str, schema: Document, media_type: str = _JSON) -> Document:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _errors(meanings: Mapping[int, str]) -> Document:
    errors = {str(status): _answer(meaning, _ref("Error")) for status, meaning in meanings.items()}
    if "503" in errors:
        retry_after = {"description": "seconds", "schema": {"type": "integer"}}
        errors["503"]["headers"] = {"Retry-After": retry_after}
    return errors


def _ref(name: str) -> Document:
    return {"$ref": _REF.format(name=name)}


def _schemas() -> Document:
    structs = [SymbolicateRequest, Completed, Traced, Pending, Failed, Ended, Ready, Status, Version, Error]
    _, schemas = msgspec.json.schema_components(structs, ref_template=_REF)
    for schema in schemas.values():
        schema["description"] = " ".join(schema.get("description", "").replace("``", "`").split())
    schemas["Source"]["anyOf"] = [{"required": ["token"]}, {"required": ["cookies"]}]
    schemas["Source"]["properties"]["url"]["format"] = "uri"
    schemas["FrameData"]["properties"]["sourcemap_origin"] = _ref("SourcemapOrigin")
    schemas["DecidingFile"]["properties"]["origin"] = _ref("SourcemapOrigin")
    schemas["SourcemapOrigin"] = _origin()
    schemas["Trace"] = _trace_schema(schemas["SymbolicateRequest"])
    return dict(schemas)


def _trace_schema(request: Document) -> Document:
    """Describe a request whose frames are in a trace, and that may do without a source."""
    members = {name: schema for name, schema in request["properties"].items() if name != "stacktraces"}
    trace = {
        "description": "a stack trace or a log, an event of Sentry, or frames, callee first",
        "type": ["string", "object", "array"],
    }
    return {
        "description": "A request whose frames are in a trace.",
        "type": "object",
        "properties": {"trace": trace, **members, "scope": {"type": "string"}},
        "required": ["trace"],
    }


def _origin() -> Document:
    """Describe what ``core.wire.origin`` reads and writes."""
    text = {"type": "string"}
    optional = {"type": ["string", "null"]}
    key = {"type": "object", "properties": {"abs_path": optional, "debug_id": {**optional, "format": "uuid"}}}
    types = ("source", "minified_source", "source_map")
    keys = {"oneOf": [_only(file_type, key) for file_type in types]}
    bundled = {"type": "array", "prefixItems": [text, keys], "minItems": 2, "maxItems": 2}
    return {
        "description": "Where a source map came from.",
        "anyOf": [
            {"type": "null"},
            {"const": "embedded"},
            _only("individual_file", text),
            _only("scraped_file", text),
            _only("bundled", bundled),
        ],
    }


def _only(name: str, schema: Document) -> Document:
    return {"type": "object", "properties": {name: schema}, "required": [name]}
