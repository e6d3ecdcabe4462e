"""Lines of the log: for people, or for machines; each says which request it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest

from core.observing.logs import LOG_FIELDS, REQUEST_ID, configure_logging, log_fields


@pytest.fixture
def _root_logger_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    yield
    root.handlers = before[1]
    root.setLevel(before[0])


@pytest.fixture
def logged(_root_logger_as_before, capsys):
    """Log a warning in a format, about a request; return what was written."""

    def log(log_format: str, request_id: str = "", level: str = "info") -> str:
        configure_logging(level, log_format)
        token = REQUEST_ID.set(request_id)
        try:
            logging.getLogger("unmangle.test").warning("%d files", 3)
        finally:
            REQUEST_ID.reset(token)
        return capsys.readouterr().err

    return log


def test_json_names_the_request(logged):
    line = orjson.loads(logged("json", "7c1d2f0e"))
    assert (line["message"], line["level"], line["request_id"]) == ("3 files", "warning", "7c1d2f0e")
    assert "request_id" not in orjson.loads(logged("json"))


@pytest.mark.parametrize("log_format", ["simplified", "pretty"])
def test_lines_for_people_name_the_request(logged, log_format):
    assert logged(log_format, "7c1d2f0e").endswith("[7c1d2f0e] 3 files\n")
    assert logged(log_format).endswith(" 3 files\n")


def test_lines_say_what_others_call_the_request(logged):
    token = LOG_FIELDS.set({"event_id": "e1"})
    try:
        assert logged("simplified", "7c1d2f0e").endswith("[7c1d2f0e event_id=e1] 3 files\n")
        assert orjson.loads(logged("json"))["event_id"] == "e1"
    finally:
        LOG_FIELDS.reset(token)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        pytest.param((b"x-request-id", b"a-1"), {"client_request_id": "a-1"}, id="theirs"),
        pytest.param((b"x-sentry-event-id", b"e" * 32), {"event_id": "e" * 32}, id="sentrys"),
        pytest.param((b"x-request-id", b"a b\t\xe9\x1b["), {"client_request_id": "a?b???["}, id="disturbing"),
        pytest.param((b"x-request-id", b"x" * 1000), {"client_request_id": "x" * 128}, id="endless"),
        pytest.param((b"x-request-id", b""), {}, id="empty"),
        pytest.param((b"x-sentry-project-id", b"1"), {}, id="another"),
    ],
)
def test_log_fields_of_headers(header, fields):
    assert log_fields([(b"host", b"h"), header]) == fields


def test_colours_are_for_terminals(logged):
    assert "\x1b" not in logged("auto")
    assert "\x1b" in logged("pretty")


def test_nothing_is_logged_if_so_set(logged):
    assert logged("json", level="off") == ""
