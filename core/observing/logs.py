"""Logging of a process, as the settings ask for it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being worked on; every line that is logged meanwhile says so."""

LOG_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("log_fields", default={})  # noqa: B039  (nobody changes it)
"""Further fields of the lines about a request: names that others have for it."""

_HEADERS = {b"x-request-id": "client_request_id", b"x-sentry-event-id": "event_id"}
_UNFIT = re.compile(r"[^!-~]")
_LONGEST_FIELD = 128

_LEVELS = {
    "off": logging.CRITICAL + 1,
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": logging.DEBUG,
}
_PRETTY = "\x1b[2m%(asctime)s\x1b[0m %(levelname)-7s \x1b[36m%(name)s\x1b[0m %(request)s%(message)s"
_SIMPLIFIED = "%(asctime)s %(levelname)s %(name)s %(request)s%(message)s"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        line.update(LOG_FIELDS.get())
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


class _LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        names = [REQUEST_ID.get(), *(f"{name}={value}" for name, value in LOG_FIELDS.get().items())]
        about = " ".join(filter(None, names))
        record.request = f"[{about}] " if about else ""
        return super().format(record)


def log_fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the log fields in the headers of an HTTP request: its sender's id for it, and Sentry's event id.

    Bytes that could disturb a log are ``?``, and what is longer than 128 is cut.
    """
    return {
        _HEADERS[name]: _UNFIT.sub("?", value[:_LONGEST_FIELD].decode("latin-1"))
        for name, value in headers
        if name in _HEADERS and value
    }


def configure_logging(level: str, form: str) -> None:
    """Send this process's log to standard error, from a level and in a form that are values of settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(form))
    logging.basicConfig(level=_LEVELS[level], handlers=[handler], force=True)


def _formatter(name: str) -> logging.Formatter:
    if name == "auto":
        name = "pretty" if sys.stderr.isatty() else "simplified"
    if name == "json":
        return _JsonFormatter()
    return _LineFormatter(_PRETTY if name == "pretty" else _SIMPLIFIED)
